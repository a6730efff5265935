import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApi, sentence } from '../../../assets/admin/api.js';
import { ApiError, kinds } from '../../../assets/lib/api.js';
import { makeTranslator } from '../../../assets/lib/i18n.js';

const answer = (status, value = null) => ({ ok: status < 400, status, headers: new Headers(), text: async () => JSON.stringify(value) });

/** An API over a list of answers: a status, a function, or an error to throw. */
function world(answers, more = {}) {
  const sent = [];
  const away = [];
  const waits = [];
  const fetch = async (url, options) => {
    sent.push({ url, ...options });
    const next = answers.shift();
    if (next instanceof Error) throw next;
    return typeof next === 'number' ? answer(next) : next;
  };
  const api = createApi({
    root: 'http://m.test/', session: () => ({ csrf: 'c1' }), environment: () => 'test', signIn: async () => true,
    away: (is) => away.push(is), wait: (ms) => new Promise((resolve) => waits.push([ms, resolve])), fetch, ...more,
  });
  return { api, sent, away, waits };
}

const settled = () => new Promise(setImmediate);

test('what_a_page_asks_by_itself_says_so', async () => {
  const { api, sent } = world([answer(200, []), answer(200, [])]);
  await api.inBackground.get('/admin/api/overview', { query: { range: '1h' } });
  await api.get('/admin/api/overview');
  assert.deepEqual(sent.map(({ headers }) => headers['x-magpie-background']), ['true', undefined]);
  assert.equal(sent[0].headers['x-magpie-csrf'], 'c1');
});

test('each_request_says_who_asks_and_of_which_environment', async () => {
  const { api, sent } = world([answer(200, [])]);
  await api.get('/v1/toolsets', { query: { q: 'a b', empty: '', tags: ['x', 'y'] } });
  assert.equal(sent[0].url, 'http://m.test/v1/toolsets?q=a+b&tags=x&tags=y');
  assert.equal(sent[0].credentials, 'same-origin');
  assert.deepEqual(sent[0].headers, { 'x-magpie-environment': 'test', 'x-magpie-csrf': 'c1' });
});

test('an_ended_session_is_renewed_once_for_all_who_wait_and_nothing_is_lost', async () => {
  let asked = 0;
  const signIn = async () => (asked += 1) > 0;
  const { api, sent } = world([401, 401, answer(200, 'a'), answer(200, 'b')], { signIn });
  const both = await Promise.all([api.post('/v1/toolsets', { name: 'x' }), api.get('/v1/approvals')]);
  assert.deepEqual([asked, both.sort(), sent.length], [1, ['a', 'b'], 4]);
  assert.equal(sent.filter(({ body }) => body === '{"name":"x"}').length, 2);
});

test('who_does_not_sign_in_again_gets_the_error', async () => {
  const { api } = world([401], { signIn: async () => false });
  await assert.rejects(api.get('/v1/toolsets'), { status: 401 });
});

test('a_wrong_password_opens_no_second_dialog', async () => {
  const { api } = world([401], { signIn: () => assert.fail('asked') });
  await assert.rejects(api.post('/admin/api/session', {}), { status: 401 });
});

test('what_another_tab_has_renewed_is_sent_again_and_a_real_refusal_is_not', async () => {
  const renewed = world([403, answer(200, 'a')], { renew: async () => true });
  assert.equal(await renewed.api.post('/v1/toolsets', {}), 'a');
  const refused = world([403], { renew: async () => false });
  await assert.rejects(refused.api.get('/v1/toolsets'), { status: 403 });
});

test('a_server_that_is_away_is_looked_for_with_longer_and_longer_pauses', async () => {
  const { api, away, waits } = world([new TypeError('x'), new TypeError('x'), 502, answer(200, {})]);
  let heard = 0;
  api.onBack(() => (heard += 1));
  await assert.rejects(api.get('/v1/toolsets'), { kind: kinds.offline });
  assert.deepEqual(away, [true]);
  for (let turn = 0; turn < 3; turn += 1) {
    waits[turn][1]();
    await settled();
  }
  assert.deepEqual([away, heard], [[true, false], 1]);
  assert.deepEqual(waits.map(([ms]) => Math.round(ms)), [1_000, 1_600, 2_560]);
});

test('errors_become_sentences', () => {
  const t = makeTranslator('en', { 'error.own': 'Own.', 'error.offline': 'Away.', 'error.403': 'No.', 'error.other': 'Status {status}.', 'error.slow': 'Slow.' });
  const said = (...args) => sentence(t, new ApiError(...args));
  assert.equal(said(kinds.refused, { status: 400, message: 'the name is too long' }), 'The name is too long.');
  assert.equal(said(kinds.refused, { status: 403 }), 'No.');
  assert.equal(said(kinds.refused, { status: 418 }), 'Status 418.');
  assert.equal(said(kinds.offline), 'Away.');
  assert.equal(said(kinds.refused, { status: 503, message: 'busy', key: 'err::unavailable' }), 'Busy.');
  assert.equal(sentence(t, new TypeError('x is undefined')), 'Own.');
});
