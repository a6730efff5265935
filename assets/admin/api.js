import { ApiError, kinds, request } from '../lib/api.js';

/**
 * How the pages speak with the server. `signIn()` is asked when the session has ended and gives a
 * promise of whether there is a new one; the request is then sent again, so that nothing is lost.
 * `renew()` looks whether another tab has begun a new session of the same person's.
 * `away(is)` hears when the server cannot be reached and when it can again.
 */
export function createApi({ root, session, environment, signIn, renew = async () => false, away = () => {}, fetch = globalThis.fetch, wait = pause }) {
  let signingIn = null;
  let isAway = false;
  const waiting = new Set();
  const headers = () => ({
    'x-magpie-environment': environment(),
    ...(session()?.csrf ? { 'x-magpie-csrf': session().csrf } : {}),
  });

  async function send(path, asked = {}) {
    const url = addressOf(root, path, asked.query);
    const attempt = () => request(url, { ...asked, headers: { ...headers(), ...asked.headers }, credentials: 'same-origin', fetch });
    return guarded(attempt, path);
  }

  /** The answer itself, for what is no JSON: streams and files. The caller reads the body. */
  async function raw(path, { query, method = 'GET', signal, headers: more = {}, body } = {}) {
    const attempt = async () => {
      const options = { method, body, signal, headers: { ...headers(), ...more }, credentials: 'same-origin', cache: 'no-store' };
      const response = await fetch(addressOf(root, path, query), options).catch(() => {
        throw new ApiError(signal?.aborted ? kinds.aborted : kinds.offline);
      });
      if (response.status === 401 && !isPublic(path)) throw new ApiError(kinds.refused, { status: 401 });
      return response;
    };
    return guarded(attempt, path);
  }

  async function guarded(attempt, path) {
    try {
      const value = await attempt();
      if (isAway) back();
      return value;
    } catch (error) {
      if (isUnreachable(error)) gone();
      if (isPublic(path)) throw error;
      if (error.status === 403 && (await renew())) return attempt();
      if (error.status !== 401) throw error;
      signingIn ??= signIn().finally(() => (signingIn = null));
      if (!(await signingIn)) throw error;
      return attempt();
    }
  }

  async function gone() {
    if (isAway) return;
    isAway = true;
    away(true);
    for (let turn = 0; isAway; turn += 1) {
      await wait(Math.min(15_000, 1_000 * 1.6 ** turn));
      if (isAway) await probe();
    }
  }

  const probe = () => request(addressOf(root, '/admin/api/session'), { headers: { ...headers(), ...background }, credentials: 'same-origin', timeout: 5_000, fetch }).then(back, (error) => (isUnreachable(error) ? gone() : back()));

  function back() {
    if (!isAway) return;
    isAway = false;
    away(false);
    for (const each of [...waiting]) each();
  }

  const withBody = (method) => (path, body, asked) => send(path, { ...asked, method, body });
  return {
    get: (path, asked) => send(path, asked),
    post: withBody('POST'),
    put: withBody('PUT'),
    patch: withBody('PATCH'),
    delete: (path, asked) => send(path, { ...asked, method: 'DELETE' }),
    raw,
    /** The same for what a page asks by itself: it does not keep a session alive that nobody sits at. */
    inBackground: {
      get: (path, asked) => send(path, { ...asked, headers: { ...background, ...asked?.headers } }),
      raw: (path, asked) => raw(path, { ...asked, headers: { ...background, ...asked?.headers } }),
    },
    /** Asks now whether the server is there, instead of when it is time to. */
    probe,
    /** `hear` is called when the server can be reached again. Gives back how to stop that. */
    onBack(hear) {
      waiting.add(hear);
      return () => waiting.delete(hear);
    },
  };
}

const background = { 'x-magpie-background': 'true' };

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What a proxy says when nobody is behind it is as good as no answer. */
export const isUnreachable = (error) => error?.kind === kinds.offline || (error?.status >= 502 && error?.status <= 504 && !error.key);

/* Without a session these say so themselves. */
const isPublic = (path) => path.startsWith('/admin/api/session') || path.startsWith('/admin/api/setup') || path.startsWith('/admin/api/invitations/');

function addressOf(root, path, query = {}) {
  const url = new URL(path.replace(/^\//, ''), root);
  for (const [name, value] of Object.entries(query)) {
    for (const each of [value].flat()) if (each !== undefined && each !== null && each !== '') url.searchParams.append(name, each);
  }
  return url.href;
}

/** A sentence for a person, whatever went wrong: the server's own if it said something. */
export function sentence(t, error) {
  if (error?.name !== 'ApiError') return t('error.own');
  if (isUnreachable(error)) return t('error.offline');
  if (error.kind === kinds.slow) return t('error.slow');
  if (error.message) return /[.!?…]$/.test(error.message) ? capital(error.message) : `${capital(error.message)}.`;
  const known = `error.${error.status}`;
  return t.has(known) ? t(known) : t('error.other', { status: error.status });
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
