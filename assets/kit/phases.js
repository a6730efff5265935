import { html } from '../vendor/preact.js';
import { useWords } from './words.js';

const tones = { token: 4, connect: 3, send: 2, wait: 1, receive: 5 };

/** Where the time went, as a bar in parts and as words. A phase is `{name, ms}`; `nameOf(name)` says what that is. */
export function Phases({ phases, nameOf, label }) {
  const { format } = useWords();
  const all = phases.reduce((sum, { ms }) => sum + ms, 0) || 1;
  let from = 0;
  return html`
    <figure class="phases" aria-label=${label}>
      <svg width="100%" height="12" aria-hidden="true">
        ${phases.map(({ name, ms }) => {
          const rect = html`<rect key=${name} class="tone-${tones[name] ?? 5}" x=${`${(from / all) * 100}%`} width=${`${(ms / all) * 100}%`} height="12" />`;
          from += ms;
          return rect;
        })}
      </svg>
      <dl class="phase-list">
        ${phases.map(({ name, ms }) => html`<div key=${name}><dt><span class="swatch tone-${tones[name] ?? 5}"></span>${nameOf(name)}</dt><dd>${format.duration(ms)}</dd></div>`)}
      </dl>
    </figure>`;
}
