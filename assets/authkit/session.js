import { ApiError, kinds, request } from '../lib/api.js';

/**
 * Why there is no session, or no longer one. `kind` names the words (`trouble.<kind>.title` in the
 * strings), `detail` what they mention.
 */
export class Trouble extends Error {
  constructor(kind, detail = {}) {
    super(detail.message ?? '');
    Object.assign(this, { name: 'Trouble', kind, detail });
  }
}

const pageSize = 100;
const mostPages = 50;

/**
 * Asks the customer's own back end, page by page, for the session token and what is switched on.
 * Ends as well when the back end knows no pages and sends everything each time.
 * Gives `{token, platforms}`; `platforms` is `null` when the answer has no list at all.
 */
export async function fetchLink({ endpoint, headers, fetch }) {
  checkHeaders(headers);
  const platforms = new Set();
  let token = '';
  let listed = false;
  for (let page = 1; page <= mostPages; page += 1) {
    const url = new URL(endpoint);
    url.searchParams.set('limit', pageSize);
    url.searchParams.set('page', page);
    const answer = await request(url.href, { method: 'POST', headers, body: {}, fetch }).catch((error) => {
      throw endpointTrouble(error);
    });
    const { rows, pages, ...rest } = readLink(answer);
    const before = platforms.size;
    rows?.forEach((row) => platforms.add(row.toLowerCase()));
    listed ||= rows !== null;
    token ||= rest.token;
    if (page >= pages || platforms.size === before) break;
  }
  if (!token) throw new Trouble('endpoint-tokenless');
  return { token, platforms: listed ? platforms : null };
}

function checkHeaders(headers) {
  try {
    new Headers(headers);
  } catch {
    throw new Trouble('endpoint-headers');
  }
}

/** Reads today's answer and the older shape of it. */
export function readLink(answer) {
  const old = answer?.linkSettings;
  const rows = [answer?.rows, old?.connectedPlatforms].find(Array.isArray);
  const token = [answer?.requestId, answer?.request_id, old?.eventIncToken].find((each) => typeof each === 'string' && each !== '');
  return {
    token: token ?? '',
    rows: rows ? rows.map((row) => row?.type ?? row?.platform).filter((type) => typeof type === 'string') : null,
    pages: Number.isFinite(Number(answer?.pages)) ? Number(answer.pages) : 1,
  };
}

function endpointTrouble(error) {
  if (!(error instanceof ApiError)) return error;
  const kind = {
    [kinds.offline]: 'endpoint-unreachable',
    [kinds.slow]: 'endpoint-slow',
    [kinds.refused]: 'endpoint-refused',
    [kinds.unreadable]: 'endpoint-unreadable',
  }[error.kind];
  return new Trouble(kind ?? 'endpoint-unreachable', { status: error.status, message: error.message });
}

/** The session of a hosted link: the link's own token for a session's. */
export async function enterByLink({ root, token, fetch }) {
  const answer = await request(`${root}authkit/api/links/open`, { method: 'POST', body: { token }, fetch }).catch((error) => {
    throw [400, 401, 403, 404, 410].includes(error.status) ? new Trouble('link-gone', { message: error.message }) : serverTrouble(error);
  });
  if (typeof answer?.session !== 'string') throw new Trouble('server-refused');
  return { token: answer.session, platforms: null };
}

/**
 * Opens a session: `enter` gives `{token, platforms}`. Returns `{session, platforms, call}`, where
 * `call(path, options)` speaks with our server. The token lives in this closure and nowhere else.
 * When it has run out, `enter` is asked once more; a session of somebody else is not taken.
 */
export async function openSession({ root, origin, enter, fetch }) {
  let pass = await enter();
  let renewal = null;
  const askWith = ({ token }, path, options) =>
    request(`${root}authkit/api/${path}`, {
      ...options,
      fetch,
      headers: { authorization: `Bearer ${token}`, 'x-authkit-origin': origin },
    });
  const ask = (path, options) => askWith(pass, path, options);
  const read = (pass) => askWith(pass, 'session').then(checkSession, (error) => Promise.reject(serverTrouble(error)));
  const session = await read(pass);
  const renew = async () => {
    const next = await enter();
    if (!sameOwner(session, await read(next))) throw new Trouble('expired');
    pass = next;
  };
  const call = async (path, options) => {
    try {
      return await ask(path, options);
    } catch (error) {
      if (error.status !== 401) throw error;
    }
    renewal ??= renew().finally(() => (renewal = null));
    await renewal.catch(() => Promise.reject(new Trouble('expired')));
    return ask(path, options).catch((error) => Promise.reject(error.status === 401 ? new Trouble('expired') : error));
  };
  return { session, platforms: pass.platforms, call };
}

function checkSession(session) {
  if (!Array.isArray(session?.connectors)) throw new Trouble('server-refused');
  return session;
}

const sameOwner = (one, other) => ['environment', 'identity', 'identityType', 'kind'].every((field) => one[field] === other[field]);

function serverTrouble(error) {
  if (error.status === 401) return new Trouble('expired', { message: error.message });
  if (error.status === 403) return new Trouble('forbidden', { message: error.message });
  if (error.kind === kinds.offline || error.kind === kinds.slow) return new Trouble('server-unreachable');
  if (error instanceof Trouble) return error;
  return new Trouble('server-refused', { status: error.status, message: error.message, requestId: error.requestId });
}
