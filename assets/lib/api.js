/** What kind of trouble a request met; decides which words are shown and whether asking again can help. */
export const kinds = Object.freeze({
  offline: 'offline', // nothing was reached: no network, or the browser refused (CORS looks the same)
  slow: 'slow', // reached or not, no answer came in time
  refused: 'refused', // an answer with an error status
  unreadable: 'unreadable', // an answer that is not JSON, such as a page of HTML
  aborted: 'aborted', // we stopped asking ourselves
});

/** A request that brought no value. `message` is a sentence from the other side, or empty. */
export class ApiError extends Error {
  constructor(kind, { status = 0, message = '', key = '', requestId = '', retryAfter = 0 } = {}) {
    super(message);
    this.name = 'ApiError';
    Object.assign(this, { kind, status, key, requestId, retryAfter });
  }
}

/**
 * Sends JSON and gives back the value of the answer, or throws an ApiError.
 * Cookies go along only if `credentials` says so. Headers are not kept anywhere but in the request.
 */
export async function request(url, asked = {}) {
  const { method = 'GET', headers = {}, body, timeout = 30_000, signal, keepalive = false, credentials = 'omit', fetch = globalThis.fetch } = asked;
  const clock = AbortSignal.timeout(timeout);
  const options = {
    method,
    headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: signal ? AbortSignal.any([signal, clock]) : clock,
    keepalive,
    credentials,
    cache: 'no-store',
    referrerPolicy: 'no-referrer',
  };
  const { response, text } = await exchange(url, options, fetch).catch(() => {
    throw new ApiError(signal?.aborted ? kinds.aborted : clock.aborted ? kinds.slow : kinds.offline);
  });
  const value = parse(text);
  if (!response.ok) throw new ApiError(kinds.refused, { status: response.status, retryAfter: Number(response.headers?.get('retry-after')) || 0, ...explanation(value) });
  if (value === undefined) throw new ApiError(kinds.unreadable, { status: response.status });
  return value;
}

async function exchange(url, options, fetch) {
  const response = await fetch(url, options);
  return { response, text: await response.text() };
}

/** JSON, `null` for an empty body, and `undefined` for what is no JSON. */
function parse(text) {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Only short texts are shown to a person: a long one is a stack trace or a page. */
function explanation(value) {
  const text = (field) => (typeof value?.[field] === 'string' && value[field].length <= 600 ? value[field] : '');
  return { message: text('message') || text('error'), key: text('key'), requestId: text('requestId') };
}
