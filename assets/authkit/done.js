/* Where the popup ends. The frame that opened it knows the outcome from our server, not from here. */
import { html, render } from '../vendor/preact.js';
import { Button } from '../kit/button.js';
import { State } from '../kit/empty.js';
import { speak } from './start.js';

const looks = {
  saved: { icon: 'check', tone: 'success' },
  denied: { icon: 'close', tone: 'warning' },
  failed: { icon: 'warning', tone: 'danger' },
  expired: { icon: 'clock', tone: 'warning' },
  unknown: { icon: 'info', tone: 'warning' },
  'wrong-browser': { icon: 'shield', tone: 'danger' },
};

const asked = location.hash.slice(1);
const outcome = Object.hasOwn(looks, asked) ? asked : 'unknown';
const t = await speak();
const button = html`<${Button} kind="primary" onClick=${() => window.close()}>${t('done.close')}<//>`;
render(
  html`<main class="sheet page alone"><div class="view"><${State} ...${looks[outcome]} title=${t(`done.${outcome}.title`)} actions=${button}>
    <p>${t(`done.${outcome}.text`)}</p>
  <//></div></main>`,
  document.body,
);
if (outcome === 'saved') setTimeout(() => window.close(), 1_200);
