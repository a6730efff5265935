import { ApiError, kinds } from '../../lib/api.js';
import { recall, rememberHere } from '../keep.js';

const returned = 'x-pica-passthrough-';

/**
 * Sends a request through this server: `{status, ms, headers, blob, requestId, isOurs, redirect}`. Whether an answer is the provider's
 * or ours is seen by the headers that only a provider's answer has; so a provider's 401 does not end our session.
 */
export async function sendThrough({ app, request, connectionKey, actionId, followRedirects, signal }) {
  const { root, api } = app;
  const attempt = async () => {
    const { session, environment } = app.latest();
    const headers = new Headers(request.headers);
    headers.set('x-magpie-environment', environment);
    headers.set('x-magpie-csrf', session?.csrf ?? '');
    headers.set('x-pica-connection-key', connectionKey);
    headers.set('x-pica-action-id', actionId);
    if (followRedirects) headers.set('x-pica-follow-redirects', 'true');
    const body = hasBody(request.method) ? (request.parts ? formData(request.parts) : request.text) : undefined;
    return fetch(new URL(`v1/passthrough${request.path}`, root), { method: request.method, headers, body, signal, redirect: 'manual', credentials: 'same-origin', cache: 'no-store', referrerPolicy: 'no-referrer' });
  };
  const files = [request.text, ...(request.parts ?? []).map(([, value]) => value)].filter((value) => value instanceof Blob);
  await Promise.all(files.map((file) => readable(file, app.t)));
  const began = performance.now();
  try {
    let response = await attempt();
    if ([401, 403].includes(response.status) && isOurs(response)) {
      // Whoever is not signed in any more is asked to by this, or has done so in another tab; it was not passed on, so it is sent again.
      await api.get('/v1/vault/connections', { query: { limit: 1 }, signal });
      response = await attempt();
    }
    const blob = response.type === 'opaqueredirect' ? new Blob() : await response.blob();
    const ms = performance.now() - began;
    return { status: response.status, ms, blob, headers: headersOf(response), requestId: response.headers.get('x-request-id') ?? '', isOurs: response.type !== 'opaqueredirect' && isOurs(response), redirect: response.type === 'opaqueredirect' };
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new ApiError(signal.aborted ? kinds.aborted : kinds.offline);
  }
}

/* A browser reads a file when it is sent. If it has changed since it was chosen, all that is said is that sending failed. */
async function readable(file, t) {
  await file.slice(0, 1).arrayBuffer().catch(() => {
    throw new ApiError(kinds.unreadable, { message: t('play.file.changed', { name: file.name }) });
  });
}

export const hasBody = (method) => !['GET', 'HEAD'].includes(method);

const isOurs = (response) => ![...response.headers.keys()].some((name) => name.startsWith(returned));

function headersOf(response) {
  const all = [...response.headers];
  const theirs = all.filter(([name]) => name.startsWith(returned)).map(([name, value]) => [name.slice(returned.length), value]);
  return theirs.length > 0 ? theirs : all;
}

function formData(parts) {
  const form = new FormData();
  for (const [name, value] of parts) form.append(name, value);
  return form;
}

const most = 20;

/** The last requests of this tab, the newest first. What looks like a secret is not in them. */
export const pastRequests = (environment) => recall(`playground.${environment}`, []);

export function keepRequest(environment, entry) {
  const all = [entry, ...pastRequests(environment)].slice(0, most);
  rememberHere(`playground.${environment}`, all);
  return all;
}

export const forgetRequests = (environment) => rememberHere(`playground.${environment}`, []);
