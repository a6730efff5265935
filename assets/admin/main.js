/* The admin UI. The words, the session and the page that the address says are awaited, so that it is that page that is drawn first. */
import { html, render } from '../vendor/preact.js';
import { makeFormat } from '../lib/format.js';
import { App } from './app.js';
import { firstPage, firstSession, spoken } from './early.js';
import { open } from './slot.js';

const root = new URL('../../', import.meta.url).href;
const [words, session, page] = await Promise.all([spoken, firstSession, firstPage]);
// What takes longer is waited for in the frame, which says so.
if (page) await Promise.race([open(page, words).catch(() => {}), new Promise((resolve) => setTimeout(resolve, 1_000))]);
// The words' language, written as the person's own country does.
const locale = navigator.languages.find((each) => each.split('-')[0] === words.t.lang) ?? words.t.lang;
render(html`<${App} root=${root} words=${words} session=${session} format=${makeFormat(locale)} />`, document.body);
// The first number that is written takes a browser some 20 ms. Between the first frame and what fills it nobody waits for them.
requestAnimationFrame(() => setTimeout(() => new Intl.NumberFormat(locale)));
