/* The popup's first page, seen for a moment. The provider's page that follows gets no hold of ours. */
import { html, render } from '../vendor/preact.js';
import { Spinner } from '../kit/spinner.js';
import { State } from '../kit/empty.js';
import { speak } from './start.js';

window.opener = null;

const t = await speak();
render(
  html`<main class="sheet page alone"><div class="body"><${State} figure=${html`<${Spinner} class="large" />`} title=${t('popup.title')}>
    <p>${t('popup.text')}</p>
  <//></div></main>`,
  document.body,
);
