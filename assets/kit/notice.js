import { html } from '../vendor/preact.js';
import { Icon } from './icons.js';

const signs = { danger: 'warning', warning: 'warning', success: 'check', info: 'info' };

/** A few words within a page. `tone` is `info`, `success`, `warning` or `danger`. */
export function Notice({ tone = 'info', title, children, actions, ...rest }) {
  return html`
    <div class="notice ${tone}" ...${rest}>
      <${Icon} name=${signs[tone]} />
      <div class="body">
        ${title && html`<strong>${title}</strong>`}
        ${children && html`<div>${children}</div>`}
        ${actions && html`<div class="actions">${actions}</div>`}
      </div>
    </div>`;
}
