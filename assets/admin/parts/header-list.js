import { html } from '../../vendor/preact.js';
import { useApp } from '../context.js';

/** The headers of a request or an answer. */
export function HeaderList({ headers }) {
  const { t } = useApp();
  if (headers.length === 0) return html`<p class="quiet">${t('headers.none')}</p>`;
  return html`<dl class="header-list" dir="ltr">${headers.map(([name, value], at) => html`<div key=${at}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}
