import { html } from '../vendor/preact.js';

const tones = { GET: 'reads', HEAD: 'reads', OPTIONS: 'reads', DELETE: 'removes' };

/** The method of a request, in a colour by what it does: reads, changes, removes. */
export function Method({ method }) {
  return html`<span class="method ${tones[method] ?? 'changes'}" dir="ltr">${method}</span>`;
}
