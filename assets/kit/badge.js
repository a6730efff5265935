import { html } from '../vendor/preact.js';

/** A state in a word or two. `tone` is `success`, `warning`, `danger` or nothing. */
export function Badge({ tone = '', children }) {
  return html`<span class="badge ${tone}">${children}</span>`;
}
