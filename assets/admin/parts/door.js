import { html, useLayoutEffect } from '../../vendor/preact.js';
import { ViewHeading } from '../../kit/heading.js';
import { Notice } from '../../kit/notice.js';
import { useApp } from '../context.js';

/* Browsers take a `Secure` cookie over TLS, and on this computer by its name. */
const keepsNoSession = ({ protocol, hostname }) => protocol === 'http:' && !/(^|\.)localhost$/.test(hostname);

/** A card in the middle of an otherwise empty page. */
export function Door({ title, lead, children }) {
  const { t } = useApp();
  useLayoutEffect(() => void (document.title = t('title', { page: title })), [title]);
  return html`
    <div class="door-card">
      <header><${ViewHeading} focus=${false}>${title}<//>${lead && html`<p class="quiet">${lead}</p>`}</header>
      ${keepsNoSession(location) && html`<${Notice} tone="warning" title=${t('door.plain.title')}>${t('door.plain', { host: location.host })}<//>`}
      ${children}
    </div>`;
}
