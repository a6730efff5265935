/* The hosted link: the same app as a page of its own, whose session comes from the address. */
import { html, render } from '../vendor/preact.js';
import { App } from './app.js';
import { enterByLink, openSession } from './session.js';
import { root, speak } from './start.js';

const token = location.pathname.split('/').filter(Boolean).at(-1) ?? '';
const nobody = { connected: () => {}, failed: () => {}, closed: null };

async function enter() {
  const opened = await openSession({ root, origin: location.origin, enter: () => enterByLink({ root, token }) });
  const { companyName, title } = opened.session;
  if (title || companyName) document.title = title || companyName;
  return { ...opened, params: { companyName: companyName ?? '', title: title ?? '' } };
}

const t = await speak();
render(html`<${App} t=${t} root=${root} modal=${false} host=${nobody} enter=${enter} params=${() => ({})} />`, document.body);
