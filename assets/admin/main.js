/* The admin UI: words first, then the session, then the page that the address says. */
import { html, render } from '../vendor/preact.js';
import { makeFormat } from '../lib/format.js';
import { findRoute, readHash } from '../lib/router.js';
import { App } from './app.js';
import { pages } from './pages.js';
import { applyKeptTheme } from './theme.js';
import { speak } from './words.js';

applyKeptTheme();
const root = new URL('../../', import.meta.url).href;
const words = await speak();
// A page's own words are fetched while the session is still being asked for.
const first = findRoute(pages, readHash(location.hash).path)?.route.words;
if (first) words.of(first).catch(() => {});
// The words' language, written as the person's own country does.
const locale = navigator.languages.find((each) => each.split('-')[0] === words.t.lang) ?? words.t.lang;
render(html`<${App} root=${root} words=${words} format=${makeFormat(locale)} />`, document.body);
