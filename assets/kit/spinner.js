import { html } from '../vendor/preact.js';

/** Something is going on; the words beside it say what. */
export function Spinner({ class: extra = '' }) {
  return html`
    <svg class="spinner ${extra}" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="2.2"
      stroke-linecap="round" aria-hidden="true" focusable="false">
      <circle cx="10" cy="10" r="7.5" opacity="0.22" />
      <path d="M10 2.5a7.5 7.5 0 0 1 7.5 7.5" />
    </svg>`;
}
