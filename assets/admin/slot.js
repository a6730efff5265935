import { html, useErrorBoundary, useEffect, useState } from '../vendor/preact.js';
import { Failed, useLoadOf } from '../kit/load.js';
import { SkeletonTable } from '../kit/skeleton.js';
import { Context, useApp } from './context.js';

const opened = new Map();

/** Loads a page's module and words: what has been opened once is drawn at once. */
export async function open(page, words) {
  const [module, t] = await Promise.all([page.load(), words.of(page.words)]);
  opened.set(page, { Page: module.default, t });
  return opened.get(page);
}

/** A page; one that breaks takes nothing else along. */
export function Slot({ page, params, query }) {
  const [known] = useState(() => opened.get(page));
  return known ? html`<${Shown} ...${known} params=${params} query=${query} />` : html`<${Opening} page=${page} params=${params} query=${query} />`;
}

function Opening({ page, params, query }) {
  const app = useApp();
  const loaded = useLoadOf(() => open(page, app.words), [page]);
  // A script that could not be fetched is not fetched again by some browsers: with the server back, all anew.
  useEffect(() => {
    if (!loaded.error) return undefined;
    app.api.probe();
    return app.api.onBack(() => location.reload());
  }, [loaded.error]);
  if (loaded.state === 'loading') return html`<div class="page"><${SkeletonTable} /></div>`;
  if (loaded.state === 'failed') return html`<div class="page"><${Failed} level=${1} error=${loaded.error} explain=${() => app.t('page.unloaded')} again=${() => location.reload()} /></div>`;
  if (loaded.state !== 'ready') return null;
  return html`<${Shown} ...${loaded.value} params=${params} query=${query} />`;
}

function Shown({ Page, t, params, query }) {
  const app = useApp();
  return html`<${Context.Provider} value=${{ ...app, t }}><${Guarded}><${Page} params=${params} query=${query} /><//><//>`;
}

function Guarded({ children }) {
  const { t } = useApp();
  const [broken, mend] = useErrorBoundary((error) => reportError(error));
  if (broken) return html`<div class="page"><${Failed} level=${1} error=${broken} explain=${() => t('error.own')} again=${mend} /></div>`;
  return children;
}
