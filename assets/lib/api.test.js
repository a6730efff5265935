import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError, kinds, request } from './api.js';

const answering = (status, text) => async () => ({ ok: status < 400, status, text: async () => text });
const failing = (promise) => promise.then(() => assert.fail('it succeeded'), (error) => error);

test('json_comes_back_as_a_value', async () => {
  assert.deepEqual(await request('/x', { fetch: answering(200, '{"a":1}') }), { a: 1 });
});

test('an_empty_answer_is_null', async () => {
  assert.equal(await request('/x', { fetch: answering(204, '') }), null);
});

test('a_body_is_sent_as_json_and_cookies_are_not_sent', async () => {
  let sent;
  await request('/x', { method: 'POST', body: { a: 1 }, headers: { 'x-a': 'b' }, fetch: async (_, options) => ((sent = options), answering(200, '1')()) });
  assert.equal(sent.body, '{"a":1}');
  assert.deepEqual(sent.headers, { 'content-type': 'application/json', 'x-a': 'b' });
  assert.equal(sent.credentials, 'omit');
});

test('a_refusal_brings_the_servers_sentence', async () => {
  const error = await failing(request('/x', { fetch: answering(400, '{"message":"No such key.","requestId":"r1"}') }));
  assert.ok(error instanceof ApiError);
  assert.deepEqual([error.kind, error.status, error.message, error.requestId], [kinds.refused, 400, 'No such key.', 'r1']);
});

test('a_long_explanation_is_not_a_sentence', async () => {
  const error = await failing(request('/x', { fetch: answering(500, JSON.stringify({ message: 'x'.repeat(5_000) })) }));
  assert.equal(error.message, '');
});

test('a_page_of_html_is_unreadable', async () => {
  assert.equal((await failing(request('/x', { fetch: answering(200, '<h1>Sign in</h1>') }))).kind, kinds.unreadable);
});

test('a_page_of_html_with_an_error_status_is_a_refusal_without_words', async () => {
  const error = await failing(request('/x', { fetch: answering(502, '<h1>Bad gateway</h1>') }));
  assert.deepEqual([error.kind, error.status, error.message], [kinds.refused, 502, '']);
});

test('what_cannot_be_reached_is_offline', async () => {
  const fetch = async () => {
    throw new TypeError('Failed to fetch');
  };
  assert.equal((await failing(request('/x', { fetch }))).kind, kinds.offline);
});

const never = (_, { signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

test('what_takes_too_long_is_slow', async () => {
  const alive = setTimeout(() => {}, 1_000);
  assert.equal((await failing(request('/x', { fetch: never, timeout: 5 }))).kind, kinds.slow);
  clearTimeout(alive);
});

test('what_we_stopped_is_aborted', async () => {
  const stop = new AbortController();
  const asked = failing(request('/x', { fetch: never, signal: stop.signal }));
  stop.abort();
  assert.equal((await asked).kind, kinds.aborted);
});
