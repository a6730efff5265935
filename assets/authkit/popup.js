/* The popup's first page, seen for the moment in which our server is asked where to go. */
import { html, render } from '../vendor/preact.js';
import { Spinner } from '../kit/spinner.js';
import { State } from '../kit/empty.js';
import { speak } from './start.js';

const t = await speak();
render(
  html`<main class="sheet page alone"><div class="view"><${State} figure=${html`<${Spinner} class="large" />`} title=${t('popup.title')}>
    <p>${t('popup.text')}</p>
  <//></div></main>`,
  document.body,
);
