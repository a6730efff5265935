import { html, useLayoutEffect } from '../../vendor/preact.js';
import { ViewHeading } from '../../kit/heading.js';
import { useApp } from '../context.js';

/** A card in the middle of an otherwise empty page. */
export function Door({ title, lead, children }) {
  const { t } = useApp();
  useLayoutEffect(() => void (document.title = t('title', { page: title })), [title]);
  return html`
    <div class="door-card">
      <header><${ViewHeading} focus=${false}>${title}<//>${lead && html`<p class="quiet">${lead}</p>`}</header>
      ${children}
    </div>`;
}
