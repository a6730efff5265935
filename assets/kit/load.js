import { h, html, useCallback, useLayoutEffect, useRef, useState } from '../vendor/preact.js';
import { Button } from './button.js';
import { Icon } from './icons.js';
import { SkeletonTable } from './skeleton.js';
import { useWords } from './words.js';

/**
 * Loads by `load(signal)`, again whenever `deps` change. Gives `{state, value, error, busy, again, set}`:
 * `state` is `waiting` (so short that nothing needs to be shown), `loading`, `ready` or `failed`. While
 * something is loaded anew the value from before stays and `busy` is true; `set` puts in a value at hand.
 * `poll` is `again` without anybody having asked for it: `load` gets `{isPoll: true}` as its second argument.
 */
export function useLoadOf(load, deps) {
  const [shown, show] = useState({ state: 'waiting', value: undefined, error: null, busy: true });
  const [turn, setTurn] = useState(0);
  const asked = useRef(load);
  const isPoll = useRef(false);
  asked.current = load;
  // Before the first frame, not after it: the answer is on its way while that is drawn.
  useLayoutEffect(() => {
    const stop = new AbortController();
    const how = { isPoll: isPoll.current };
    isPoll.current = false;
    const timer = setTimeout(() => show((now) => (now.state === 'waiting' ? { ...now, state: 'loading' } : now)), 200);
    show((now) => (now.state === 'failed' ? { ...now, state: 'waiting', busy: true } : now.busy ? now : { ...now, busy: true }));
    const finish = (next) => {
      clearTimeout(timer);
      if (!stop.signal.aborted) show(next);
    };
    Promise.resolve().then(() => asked.current(stop.signal, how)).then(
      (value) => finish({ state: 'ready', value, error: null, busy: false }),
      (error) => finish((now) => (now.value === undefined ? { state: 'failed', value: undefined, error, busy: false } : { ...now, error, busy: false })),
    );
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [...deps, turn]);
  const again = useCallback(() => setTurn((now) => now + 1), []);
  const poll = useCallback(() => {
    isPoll.current = true;
    again();
  }, []);
  const set = useCallback((value) => show((now) => ({ ...now, state: 'ready', error: null, value: typeof value === 'function' ? value(now.value) : value })), []);
  return { ...shown, again, poll, set };
}

/** What `children(value)` draws, or what there is instead: nothing for a moment, a skeleton, or what went wrong. */
export function Loaded({ of, skeleton, explain, children }) {
  if (of.state === 'waiting') return null;
  if (of.state === 'loading') return skeleton ?? html`<${SkeletonTable} />`;
  if (of.state === 'failed') return html`<${Failed} error=${of.error} explain=${explain} again=${of.again} />`;
  return html`${of.error && html`<${Stale} error=${of.error} explain=${explain} again=${of.again} />`}${children(of.value)}`;
}

/** A part of a page that could not be loaded. */
export function Failed({ error, explain = (error) => error.message, again, level = 2 }) {
  const { t } = useWords();
  return html`
    <div class="blank" role="alert">
      <div class="disc danger"><${Icon} name="warning" /></div>
      ${h(`h${level}`, null, t('kit.failed.title'))}
      <p>${explain(error)}</p>
      ${error?.requestId && html`<p class="small">${t('kit.failed.id')} <code>${error.requestId}</code></p>`}
      ${again && html`<${Button} icon="refresh" onClick=${again}>${t('kit.again')}<//>`}
    </div>`;
}

function Stale({ error, explain = (error) => error.message, again }) {
  const { t } = useWords();
  return html`
    <div class="stale" role="status"><${Icon} name="warning" /><span>${t('kit.stale')} ${explain(error)}</span>
      <button type="button" class="button quiet small" onClick=${again}>${t('kit.again')}</button></div>`;
}

/** Nothing here yet: what would be, and how to get it. Not a heading of the page. */
export function Blank({ icon, title, children, actions }) {
  return html`
    <div class="blank">
      <div class="disc"><${Icon} name=${icon} /></div>
      <h2>${title}</h2>
      ${children && html`<div class="words">${children}</div>`}
      ${actions && html`<div class="actions">${actions}</div>`}
    </div>`;
}
