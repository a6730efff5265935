/* The modal: begins by taking the address's parameters away, then asks the embedding page's own back end. */
import { html, render } from '../vendor/preact.js';
import { applyTheme } from '../lib/theme.js';
import { App } from './app.js';
import { createBridge, resolveEndpoint } from './bridge.js';
import { Trouble, fetchLink, openSession } from './session.js';
import { root, speak } from './start.js';

const bridge = createBridge(window);
// Opened by itself there is nobody to be told, and nothing to close.
const host = window.parent === window ? { ...bridge, closed: null } : bridge;
let params = {};

bridge.opened.then((meeting) => {
  params = meeting.params;
  applyTheme(document.body, params.appTheme);
}, () => {});

async function enter() {
  const { params, origin } = await bridge.opened.catch(({ message }) => {
    throw new Trouble(`host-${message}`);
  });
  const endpoint = resolveEndpoint(params.linkTokenEndpoint, origin, document.referrer);
  if (!endpoint) throw new Trouble('endpoint-missing');
  const detail = { endpoint: withoutQuery(endpoint), origin: location.origin, headers: ['content-type', ...Object.keys(params.linkHeaders)].join(', ') };
  const pass = () => fetchLink({ endpoint, headers: params.linkHeaders }).catch((error) => {
    throw error instanceof Trouble ? new Trouble(error.kind, { ...error.detail, ...detail }) : error;
  });
  return { ...(await openSession({ root, origin, enter: pass })), params };
}

/** An address that may be shown: a query can carry secrets. */
function withoutQuery(address) {
  const url = new URL(address);
  return url.origin + url.pathname;
}

const t = await speak();
render(html`<${App} t=${t} root=${root} modal=${true} host=${host} enter=${enter} params=${() => params} />`, document.body);
