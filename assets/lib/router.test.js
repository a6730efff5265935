import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRouter, fillPath, findRoute, readHash, writeHash } from './router.js';

test('an_address_is_a_path_and_a_query', () => {
  assert.deepEqual(readHash('#/tools/gmail?tag=a%26b&x=1'), { path: '/tools/gmail', query: { tag: 'a&b', x: '1' } });
  assert.deepEqual(['', '#', '#/', '#//keys/'].map((hash) => readHash(hash).path), ['/', '/', '/', '/keys']);
});

test('what_is_written_is_read_back', () => {
  assert.equal(writeHash('/logs', { q: 'a b&c', status: '', platform: null }), '#/logs?q=a+b%26c');
  assert.deepEqual(readHash(writeHash('/logs', { q: '#?=' })).query, { q: '#?=' });
});

const routes = [{ path: '/' }, { path: '/tools' }, { path: '/tools/:platform' }, { path: '/tools/:platform/:id' }];

test('the_route_that_fits_is_found_with_its_parameters', () => {
  assert.equal(findRoute(routes, '/').route.path, '/');
  assert.deepEqual(findRoute(routes, '/tools/a%2Fb/conn%3A%3A1').params, { platform: 'a/b', id: 'conn::1' });
  assert.equal(findRoute(routes, '/nowhere'), null);
  assert.deepEqual(findRoute(routes, '/tools/%E0%A4%A').params, { platform: '%E0%A4%A' });
});

test('a_filled_path_leads_back_to_its_values', () => {
  const params = { platform: 'a/b', id: 'x?y#z' };
  assert.deepEqual(findRoute(routes, fillPath('/tools/:platform/:id', params)).params, params);
});

function fakeWindow(hash = '') {
  const heard = {};
  const window = {
    location: { hash },
    history: {
      replaceState: (_, __, address) => (window.location.hash = address),
      pushState: (_, __, address) => (window.location.hash = address),
    },
    addEventListener: (name, listener) => (heard[name] = listener),
    removeEventListener: (name) => delete heard[name],
    follow: (to) => {
      window.location.hash = to;
      return heard.hashchange();
    },
    heard,
  };
  return window;
}

function routed(hash, mayLeave = async () => true) {
  const window = fakeWindow(hash);
  const seen = [];
  const router = createRouter({ window, changed: ({ path }) => seen.push(path), mayLeave });
  router.start();
  return { window, seen, router };
}

test('a_link_leads_to_its_page', async () => {
  const { window, seen, router } = routed('#/');
  assert.equal(router.hasMoved(), false);
  await window.follow('#/keys');
  assert.deepEqual([seen, router.hasMoved()], [['/keys'], true]);
});

test('unsaved_changes_are_kept_unless_the_person_says_otherwise', async () => {
  const { window, seen, router } = routed('#/settings', async () => false);
  router.keep(() => true);
  await window.follow('#/keys');
  assert.deepEqual([seen, window.location.hash], [[], '#/settings']);
});

test('who_wants_to_leave_unsaved_changes_leaves', async () => {
  const { window, seen, router } = routed('#/settings');
  router.keep(() => true);
  await window.follow('#/keys');
  assert.deepEqual([seen, window.location.hash], [['/keys'], '#/keys']);
});

test('a_filter_is_no_new_page', () => {
  const { window, router } = routed('#/logs?q=a');
  router.keep(() => true);
  router.setQuery({ q: 'b', status: '200' });
  assert.deepEqual([window.location.hash, router.hasMoved()], ['#/logs?q=b&status=200', false]);
});
