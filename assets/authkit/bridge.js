/*
 * The conversation with the page that embeds us. It may open us once; from then on it, and no other
 * origin, hears how the connection went. Nothing is ever sent to `*`.
 */

/** How long the embedding page is given to say something before we explain ourselves, in ms. */
const patience = { named: 1_500, spoken: 10_000 };

/**
 * Takes the address's parameters away at once, then waits for the host. `opened` gives
 * `{params, origin}` or fails with an Error whose message is `alone` (not embedded), `silent`
 * (no parameters came) or `nameless` (the host has no origin that could be answered).
 * `shown` settles when the host is able to hear: the published client is deaf before.
 */
export function createBridge(win, { shown = afterLoad(win), wait = patience } = {}) {
  const asked = takeQuery(win);
  let host = null;
  const opened = meet(win, asked, wait).then((meeting) => {
    host = meeting.origin;
    return meeting;
  });
  const tell = (messageType, message) =>
    shown.then(() => {
      if (host) win.parent.postMessage(message === undefined ? { messageType } : { messageType, message }, host);
    });
  return {
    opened,
    connected: (record) => tell('LINK_SUCCESS', record),
    failed: (reason) => tell('LINK_ERROR', reason),
    closed: () => tell('EXIT_EVENT_LINK'),
  };
}

function meet(win, asked, wait) {
  if (win.parent === win) return Promise.reject(new Error('alone'));
  const known = usableOrigin(win.location.ancestorOrigins?.[0]);
  if (asked && known) return Promise.resolve({ params: asked, origin: known });
  return new Promise((resolve, reject) => {
    const hear = ({ source, origin, data }) => {
      const params = source === win.parent && (!known || origin === known) ? readParams(data) : null;
      if (!params || !usableOrigin(origin)) return;
      leave();
      resolve({ params: asked ?? params, origin });
    };
    const giveUp = () => {
      leave();
      const origin = known ?? usableOrigin(win.document.referrer);
      if (asked && origin) resolve({ params: asked, origin });
      else reject(new Error(asked ? 'nameless' : 'silent'));
    };
    const timer = win.setTimeout(giveUp, asked ? wait.named : wait.spoken);
    const leave = () => {
      win.removeEventListener('message', hear);
      win.clearTimeout(timer);
    };
    win.addEventListener('message', hear);
  });
}

/** The origin of an address if a message can be sent there, else `null`. */
function usableOrigin(address) {
  const url = URL.canParse(address ?? '') ? new URL(address) : null;
  return url && /^https?:$/.test(url.protocol) ? url.origin : null;
}

/** Reads `?data=` and leaves an address without any query behind. */
export function takeQuery(win) {
  const { search, pathname, hash } = win.location;
  if (search) win.history.replaceState(null, '', pathname + hash);
  const data = new URLSearchParams(search).get('data');
  return data ? decodeParams(data) : null;
}

/** Base64 (or its URL-safe kind, or with pluses turned into spaces) of JSON in UTF-8 or, failing that, Latin-1. */
export function decodeParams(data) {
  try {
    const binary = atob(data.trim().replace(/[ -]/g, '+').replace(/_/g, '/').replace(/=+$/, ''));
    return readParams(JSON.parse(asText(binary)));
  } catch {
    return null;
  }
}

function asText(binary) {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(binary, (byte) => byte.charCodeAt(0)));
  } catch {
    return binary;
  }
}

/** What of an object we understand, each of its type; `null` if it does not say where the token is. */
export function readParams(data) {
  const text = (name) => (typeof data[name] === 'string' ? data[name].trim().slice(0, 2_000) : '');
  if (typeof data !== 'object' || data === null || !text('linkTokenEndpoint')) return null;
  return {
    linkTokenEndpoint: text('linkTokenEndpoint'),
    linkHeaders: readHeaders(data.linkHeaders),
    title: text('title'),
    companyName: text('companyName'),
    imageUrl: readImage(typeof data.imageUrl === 'string' ? data.imageUrl : ''),
    selectedConnection: text('selectedConnection'),
    showNameInput: data.showNameInput === true || data.showNameInput === 'true',
    appTheme: data.appTheme === 'dark' || data.appTheme === 'light' ? data.appTheme : 'system',
  };
}

function readHeaders(headers) {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return {};
  const usable = Object.entries(headers).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
  return Object.fromEntries(usable.map(([name, value]) => [name, String(value)]));
}

/** A picture's address: http(s), or data that is an image. */
export function readImage(address) {
  if (/^data:image\/[\w.+-]+[;,]/i.test(address)) return address;
  return URL.canParse(address) && /^https?:$/.test(new URL(address).protocol) ? address : '';
}

/** A relative endpoint belongs to the embedding page, not to us; `null` if it is nothing that can be asked. */
export function resolveEndpoint(endpoint, origin, referrer) {
  const page = URL.canParse(referrer) && new URL(referrer).origin === origin ? referrer : `${origin}/`;
  if (!URL.canParse(endpoint, page)) return null;
  const url = new URL(endpoint, page);
  url.hash = '';
  return /^https?:$/.test(url.protocol) ? url.href : null;
}

/* The published client shows the frame 100 ms after it has loaded, and hears nothing before. */
function afterLoad(win) {
  const later = (resolve) => win.setTimeout(resolve, 150);
  return new Promise((resolve) => {
    if (win.document.readyState === 'complete') later(resolve);
    else win.addEventListener('load', () => later(resolve), { once: true });
  });
}
