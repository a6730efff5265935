import { html, useErrorBoundary, useEffect } from '../vendor/preact.js';
import { Failed, useLoadOf } from '../kit/load.js';
import { SkeletonTable } from '../kit/skeleton.js';
import { Context, useApp } from './context.js';

/** Loads a page's module and words, then draws it; a page that breaks takes nothing else along. */
export function Slot({ page, params, query }) {
  const app = useApp();
  const loaded = useLoadOf(async () => {
    const [module, t] = await Promise.all([page.load(), app.words.of(page.words)]);
    return { Page: module.default, t };
  }, [page]);
  // A script that could not be fetched is not fetched again by some browsers: with the server back, all anew.
  useEffect(() => {
    if (!loaded.error) return undefined;
    app.api.probe();
    return app.api.onBack(() => location.reload());
  }, [loaded.error]);
  if (loaded.state === 'loading') return html`<div class="page"><${SkeletonTable} /></div>`;
  if (loaded.state === 'failed') return html`<div class="page"><${Failed} level=${1} error=${loaded.error} explain=${() => app.t('page.unloaded')} again=${() => location.reload()} /></div>`;
  if (loaded.state !== 'ready') return null;
  const { Page, t } = loaded.value;
  return html`<${Context.Provider} value=${{ ...app, t }}><${Guarded}><${Page} params=${params} query=${query} /><//><//>`;
}

function Guarded({ children }) {
  const { t } = useApp();
  const [broken, mend] = useErrorBoundary((error) => reportError(error));
  if (broken) return html`<div class="page"><${Failed} level=${1} error=${broken} explain=${() => t('error.own')} again=${mend} /></div>`;
  return children;
}
