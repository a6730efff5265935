import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Trouble, enterByLink, fetchLink, openSession, readLink } from './session.js';

const answer = (status, value) => ({ ok: status < 400, status, text: async () => (typeof value === 'string' ? value : JSON.stringify(value)) });
const kindOf = (promise) => promise.then(() => 'none', (error) => (error instanceof Trouble ? error.kind : `not trouble: ${error}`));
const endpoint = 'https://app.example/token?team=1';

/** A back end that answers `pages[n - 1]`, and remembers what it was asked. */
function backEnd(pages) {
  const asked = [];
  const fetch = async (url, options) => {
    asked.push({ url: new URL(url), ...options });
    return answer(200, pages[Number(new URL(url).searchParams.get('page')) - 1] ?? { rows: [] });
  };
  return { asked, fetch };
}
const rows = (...types) => types.map((type) => ({ type }));

test('every_page_is_asked_for_with_the_hosts_headers', async () => {
  const { asked, fetch } = backEnd([
    { rows: rows('gmail'), requestId: 't1', pages: 2, page: 1 },
    { rows: rows('Slack'), requestId: 't2', pages: 2, page: 2 },
  ]);
  const link = await fetchLink({ endpoint, headers: { 'x-user': 'ada' }, fetch });
  assert.equal(link.token, 't1');
  assert.deepEqual([...link.platforms], ['gmail', 'slack']);
  assert.deepEqual(asked.map(({ url, method, body }) => [url.search, method, body]), [
    ['?team=1&limit=100&page=1', 'POST', '{}'],
    ['?team=1&limit=100&page=2', 'POST', '{}'],
  ]);
  assert.equal(asked[0].headers['x-user'], 'ada');
});

test('a_back_end_that_ignores_pages_is_asked_twice_at_most', async () => {
  const all = { rows: rows('gmail', 'slack'), request_id: 't', pages: 7, page: 1 };
  const { asked, fetch } = backEnd(Array(7).fill(all));
  assert.equal((await fetchLink({ endpoint, headers: {}, fetch })).token, 't');
  assert.equal(asked.length, 2);
});

test('a_back_end_that_never_ends_is_left', async () => {
  let count = 0;
  const fetch = async () => answer(200, { rows: rows(`p${(count += 1)}`), requestId: 't', pages: 1e9 });
  await fetchLink({ endpoint, headers: {}, fetch });
  assert.equal(count, 50);
});

test('the_older_shape_is_understood', () => {
  const read = readLink({ linkSettings: { connectedPlatforms: rows('gmail'), eventIncToken: 'old' } });
  assert.deepEqual(read, { token: 'old', rows: ['gmail'], pages: 1 });
});

test('an_answer_without_a_list_filters_nothing', async () => {
  const { fetch } = backEnd([{ requestId: 't' }]);
  assert.equal((await fetchLink({ endpoint, headers: {}, fetch })).platforms, null);
});

test('each_failure_of_the_endpoint_has_its_own_words', async () => {
  const by = (fetch, headers = {}) => kindOf(fetchLink({ endpoint, headers, fetch }));
  assert.equal(await by(async () => Promise.reject(new TypeError('Failed to fetch'))), 'endpoint-unreachable');
  assert.equal(await by(async () => answer(500, {})), 'endpoint-refused');
  assert.equal(await by(async () => answer(200, '<h1>Sign in</h1>')), 'endpoint-unreadable');
  assert.equal(await by(async () => answer(200, { rows: [] })), 'endpoint-tokenless');
  assert.equal(await by(async () => answer(200, 'null')), 'endpoint-tokenless');
  assert.equal(await by(async () => answer(200, {}), { 'bad name': 'x' }), 'endpoint-headers');
});

const session = (more) => ({ environment: 'test', identity: 'ada', identityType: 'user', kind: 'session', connectors: [], connections: [], ...more });
const root = 'https://magpie.example/base/';
const enter = async () => ({ token: 't1', platforms: null });

test('our_server_is_asked_with_the_token_and_the_hosts_origin', async () => {
  let asked;
  const fetch = async (url, options) => ((asked = { url, options }), answer(200, session()));
  await openSession({ root, origin: 'https://app.example', enter, fetch });
  assert.equal(asked.url, 'https://magpie.example/base/authkit/api/session');
  assert.deepEqual(asked.options.headers, { authorization: 'Bearer t1', 'x-authkit-origin': 'https://app.example' });
});

test('each_failure_of_our_server_has_its_own_words', async () => {
  const by = (fetch) => kindOf(openSession({ root, origin: 'o', enter, fetch }));
  assert.equal(await by(async () => answer(401, {})), 'expired');
  assert.equal(await by(async () => answer(403, {})), 'forbidden');
  assert.equal(await by(async () => answer(500, {})), 'server-refused');
  assert.equal(await by(async () => answer(200, { nothing: 'useful' })), 'server-refused');
  assert.equal(await by(async () => Promise.reject(new TypeError('x'))), 'server-unreachable');
});

/** A server for which only the newest token is good. */
function renewing({ owner = () => 'ada' } = {}) {
  let number = 0;
  let good = '';
  const enter = async () => ({ token: (good = `t${(number += 1)}`), platforms: null });
  const fetch = async (url, { headers }) => {
    if (headers.authorization !== `Bearer ${good}`) return answer(401, { message: 'It has expired.' });
    return answer(200, url.endsWith('/session') ? session({ identity: owner(number) }) : { token: good });
  };
  return { enter, fetch, expire: () => (good = 'none'), entered: () => number };
}

test('a_session_that_ran_out_is_renewed_once_for_all_who_wait', async () => {
  const server = renewing();
  const { call } = await openSession({ root, origin: 'o', enter: server.enter, fetch: server.fetch });
  server.expire();
  assert.deepEqual(await Promise.all([call('a'), call('b')]), [{ token: 't2' }, { token: 't2' }]);
  assert.equal(server.entered(), 2);
});

test('a_renewed_session_of_somebody_else_is_not_taken', async () => {
  const server = renewing({ owner: (number) => (number === 1 ? 'ada' : 'eve') });
  const { call } = await openSession({ root, origin: 'o', enter: server.enter, fetch: server.fetch });
  server.expire();
  assert.equal(await kindOf(call('a')), 'expired');
  assert.equal(await kindOf(call('b')), 'expired');
});

test('a_session_that_cannot_be_renewed_has_ended', async () => {
  const server = renewing();
  let closed = false;
  const enter = () => (closed ? Promise.reject(new Trouble('endpoint-refused')) : server.enter());
  const { call } = await openSession({ root, origin: 'o', enter, fetch: server.fetch });
  closed = true;
  server.expire();
  assert.equal(await kindOf(call('a')), 'expired');
});

test('a_refused_form_is_the_forms_business', async () => {
  const fetch = async (url) => (url.endsWith('/session') ? answer(200, session()) : answer(400, { message: 'No such key.' }));
  const { call } = await openSession({ root, origin: 'o', enter, fetch });
  const error = await call('connections', { method: 'POST', body: {} }).catch((error) => error);
  assert.deepEqual([error.name, error.status, error.message], ['ApiError', 400, 'No such key.']);
});

test('a_link_is_exchanged_for_a_session', async () => {
  const asked = [];
  const fetch = async (url, { body }) => (asked.push([url, body]), answer(200, { session: 's1' }));
  assert.deepEqual(await enterByLink({ root, token: 'abc', fetch }), { token: 's1', platforms: null });
  assert.deepEqual(asked, [['https://magpie.example/base/authkit/api/links/open', '{"token":"abc"}']]);
});

test('a_link_that_is_used_expired_or_unknown_is_gone', async () => {
  for (const status of [401, 404, 410]) {
    assert.equal(await kindOf(enterByLink({ root, token: 'abc', fetch: async () => answer(status, {}) })), 'link-gone');
  }
  assert.equal(await kindOf(enterByLink({ root, token: 'abc', fetch: async () => answer(500, {}) })), 'server-refused');
});
