import { html } from '../vendor/preact.js';
import { Icon } from './icons.js';
import { ViewHeading } from './heading.js';

/** A state that fills a view: what it is, what it means, what can be done. */
export function State({ icon, tone = '', figure, title, children, actions, headingId }) {
  return html`
    <div class="empty">
      <div class="figure">${figure ?? html`<div class="disc ${tone}"><${Icon} name=${icon} /></div>`}</div>
      <${ViewHeading} key=${title} id=${headingId}>${title}<//>
      <div class="words">${children}</div>
      ${actions && html`<div class="actions">${actions}</div>`}
    </div>`;
}
