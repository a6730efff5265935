import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBridge, decodeParams, readImage, readParams, resolveEndpoint, takeQuery } from './bridge.js';

const params = { linkTokenEndpoint: '/token', linkHeaders: { authorization: 'secret' }, title: 'Connect' };
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64');
const asQuery = (value) => `?${new URLSearchParams({ data: encode(value) })}`;

/** A window in a frame of `https://app.example`. */
function fakeWindow({ search = '', ancestors = ['https://app.example'], referrer = '', alone = false } = {}) {
  const listeners = new Set();
  const sent = [];
  const replaced = [];
  const win = {
    location: { search, pathname: '/authkit', hash: '', ancestorOrigins: ancestors },
    history: { replaceState: (_, __, url) => replaced.push(url) },
    document: { referrer, readyState: 'complete' },
    setTimeout: (run, ms) => setTimeout(run, ms),
    clearTimeout: (timer) => clearTimeout(timer),
    addEventListener: (_, listener) => listeners.add(listener),
    removeEventListener: (_, listener) => listeners.delete(listener),
    parent: { postMessage: (message, origin) => sent.push([message, origin]) },
  };
  if (alone) win.parent = win;
  const hear = (data, { origin = 'https://app.example', source = win.parent } = {}) => [...listeners].forEach((each) => each({ data, origin, source }));
  return { win, hear, sent, replaced, listeners };
}

const bridgeOf = (fake, wait = { named: 20, spoken: 20 }) => createBridge(fake.win, { shown: Promise.resolve(), wait });
const outcome = (bridge) => bridge.opened.then(({ origin, params }) => [origin, params.title], ({ message }) => message);

test('the_query_is_read_and_taken_away_at_once', async () => {
  const fake = fakeWindow({ search: asQuery(params) });
  const bridge = bridgeOf(fake);
  assert.deepEqual(fake.replaced, ['/authkit']);
  assert.deepEqual(await outcome(bridge), ['https://app.example', 'Connect']);
});

test('a_query_is_taken_away_even_when_nothing_in_it_is_understood', () => {
  const fake = fakeWindow({ search: '?data=%%%&x=1' });
  assert.equal(takeQuery(fake.win), null);
  assert.deepEqual(fake.replaced, ['/authkit']);
});

test('a_message_of_the_host_opens_and_the_first_good_one_wins', async () => {
  const fake = fakeWindow();
  const bridge = bridgeOf(fake);
  fake.hear({ hello: 'there' });
  fake.hear(params);
  fake.hear({ ...params, title: 'Another' });
  assert.deepEqual(await outcome(bridge), ['https://app.example', 'Connect']);
  assert.equal(fake.listeners.size, 0);
});

test('nobody_but_the_parent_is_heard', async () => {
  const fake = fakeWindow();
  const bridge = bridgeOf(fake);
  fake.hear(params, { source: {} });
  fake.hear(params, { origin: 'https://evil.example' });
  assert.equal(await outcome(bridge), 'silent');
});

test('where_the_browser_does_not_name_ancestors_the_message_does', async () => {
  const fake = fakeWindow({ search: asQuery(params), ancestors: undefined });
  const bridge = bridgeOf(fake);
  fake.hear({ ...params, title: 'Later' });
  assert.deepEqual(await outcome(bridge), ['https://app.example', 'Connect']);
});

test('without_a_message_the_referrer_names_the_host', async () => {
  const fake = fakeWindow({ search: asQuery(params), ancestors: undefined, referrer: 'https://app.example/settings' });
  assert.deepEqual(await outcome(bridgeOf(fake)), ['https://app.example', 'Connect']);
});

test('a_host_without_an_origin_is_not_answered', async () => {
  const fake = fakeWindow({ search: asQuery(params), ancestors: ['null'] });
  const bridge = bridgeOf(fake);
  fake.hear(params, { origin: 'null' });
  assert.equal(await outcome(bridge), 'nameless');
  await bridge.closed();
  assert.deepEqual(fake.sent, []);
});

test('outside_of_a_frame_nothing_opens', async () => {
  assert.equal(await outcome(bridgeOf(fakeWindow({ search: asQuery(params), alone: true }))), 'alone');
});

test('messages_go_to_the_hosts_origin_and_nowhere_else', async () => {
  const fake = fakeWindow({ search: asQuery(params) });
  const bridge = bridgeOf(fake);
  await bridge.opened;
  await Promise.all([bridge.connected({ _id: '1' }), bridge.failed('No.'), bridge.closed()]);
  assert.deepEqual(fake.sent, [
    [{ messageType: 'LINK_SUCCESS', message: { _id: '1' } }, 'https://app.example'],
    [{ messageType: 'LINK_ERROR', message: 'No.' }, 'https://app.example'],
    [{ messageType: 'EXIT_EVENT_LINK' }, 'https://app.example'],
  ]);
});

test('messages_wait_until_the_host_can_hear', async () => {
  const fake = fakeWindow({ search: asQuery(params) });
  let show;
  const bridge = createBridge(fake.win, { shown: new Promise((resolve) => (show = resolve)) });
  await bridge.opened;
  const told = bridge.failed('No.');
  await new Promise(setImmediate);
  assert.deepEqual(fake.sent, []);
  show();
  await told;
  assert.equal(fake.sent.length, 1);
});

test('base64_is_read_in_every_spelling_that_occurs', () => {
  const value = { ...params, title: 'Zürich – 東京 ÿ>?' };
  const utf8 = encode(value);
  const spellings = [utf8, utf8.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''), utf8.replaceAll('+', ' ')];
  for (const spelling of spellings) assert.equal(decodeParams(spelling)?.title, value.title);
  const latin = btoa(JSON.stringify({ ...params, title: 'Zürich' }));
  assert.equal(decodeParams(latin).title, 'Zürich');
});

test('what_is_no_base64_or_no_json_is_nothing', () => {
  for (const data of ['', '%%%', btoa('no json'), btoa('null'), btoa('[]'), btoa('{"title":"x"}')]) assert.equal(decodeParams(data), null, data);
});

test('parameters_of_a_wrong_type_are_left_out', () => {
  const read = readParams({ linkTokenEndpoint: 'x', title: 3, linkHeaders: ['a'], appTheme: 'neon', showNameInput: 1, imageUrl: {} });
  assert.deepEqual(read, {
    linkTokenEndpoint: 'x', linkHeaders: {}, title: '', companyName: '', imageUrl: '', selectedConnection: '', showNameInput: false, appTheme: 'system',
  });
});

test('headers_are_texts', () => {
  assert.deepEqual(readParams({ ...params, linkHeaders: { a: 1, b: true, c: null, d: {}, e: 'x' } }).linkHeaders, { a: '1', b: 'true', e: 'x' });
});

test('a_picture_is_http_or_image_data', () => {
  const addresses = ['https://a.example/b.png', 'data:image/png;base64,AA==', 'javascript:alert(1)', 'data:text/html,x', 'blob:https://a.example/1', '/x.png'];
  assert.deepEqual(addresses.filter(readImage), addresses.slice(0, 2));
});

test('a_relative_endpoint_belongs_to_the_embedding_page', () => {
  const at = (endpoint, referrer) => resolveEndpoint(endpoint, 'https://app.example', referrer);
  assert.equal(at('/api/token', ''), 'https://app.example/api/token');
  assert.equal(at('token', 'https://app.example/settings/page'), 'https://app.example/settings/token');
  assert.equal(at('token', 'https://other.example/settings/'), 'https://app.example/token');
  assert.equal(at('https://api.example/t?x=1#y', ''), 'https://api.example/t?x=1');
  assert.equal(at('javascript:alert(1)', ''), null);
  assert.equal(at('https://', ''), null);
});
