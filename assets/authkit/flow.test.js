import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled, world } from '../../tests/front/flow-world.js';
import { sleep } from './flow.js';

test('a_flow_that_is_saved_closes_its_window', async () => {
  const w = world();
  assert.deepEqual(w.states(), ['starting']);
  await settled();
  assert.equal(w.popup.location.href, 'https://magpie.example/connect/start/1');
  await w.answer({ state: 'saved', connection: { _id: 'c1' } });
  assert.deepEqual(w.states(), ['starting', 'waiting', 'saved']);
  assert.equal(w.seen.at(-1)[1].connection._id, 'c1');
  assert.equal(w.popup.closed, true);
});

test('it_asks_again_while_it_is_waiting_but_not_in_a_rush', async () => {
  const w = world();
  await settled();
  await w.answer({ state: 'waiting' });
  assert.equal(w.asking.length, 0);
  await w.tick();
  assert.equal(w.asking.length, 1);
  await w.answer({ state: 'denied', message: 'access_denied' });
  assert.deepEqual(w.states(), ['starting', 'waiting', 'denied']);
});

for (const state of ['denied', 'failed', 'expired', 'cancelled']) {
  test(`an_outcome_of_${state}_is_told_with_its_message`, async () => {
    const w = world();
    await settled();
    await w.answer({ state, message: 'Because.' });
    assert.deepEqual(w.seen.at(-1), [state, { state, message: 'Because.' }]);
  });
}

test('a_blocked_window_begins_nothing', async () => {
  const begin = () => assert.fail('it began');
  assert.deepEqual(world({ popup: null, begin }).states(), ['blocked']);
  assert.deepEqual(world({ popup: { closed: true }, begin }).states(), ['blocked']);
});

test('a_closed_window_is_given_time_and_then_said_to_be_closed', async () => {
  const w = world();
  await settled();
  w.popup.closed = true;
  await w.tick();
  assert.deepEqual(w.states(), ['starting', 'waiting']);
  await w.tick();
  assert.deepEqual(w.states(), ['starting', 'waiting', 'closed']);
});

test('a_late_success_after_a_closed_window_counts', async () => {
  const w = world();
  await settled();
  w.popup.closed = true;
  await w.tick(2);
  await w.answer({ state: 'waiting' });
  await w.tick();
  await w.answer({ state: 'saved', connection: { _id: 'c1' } });
  assert.deepEqual(w.states(), ['starting', 'waiting', 'closed', 'saved']);
});

test('a_success_within_the_grace_is_never_called_closed', async () => {
  const w = world();
  await settled();
  w.popup.closed = true;
  await w.tick();
  await w.answer({ state: 'saved', connection: {} });
  await w.tick(3);
  assert.deepEqual(w.states(), ['starting', 'waiting', 'saved']);
});

test('a_lost_network_is_said_and_recovers', async () => {
  const w = world();
  await settled();
  await w.fail(Object.assign(new Error(), { kind: 'offline' }));
  await w.tick();
  await w.fail(Object.assign(new Error(), { kind: 'refused', status: 502 }));
  await w.tick();
  await w.answer({ state: 'waiting' });
  assert.deepEqual(w.states(), ['starting', 'waiting', 'offline', 'waiting']);
});

test('a_flow_that_the_server_no_longer_knows_has_expired', async () => {
  const w = world();
  await settled();
  await w.fail(Object.assign(new Error(), { status: 404 }));
  assert.equal(w.states().at(-1), 'expired');
});

test('what_cannot_begin_is_refused_and_its_window_closed', async () => {
  const error = new Error('No such shop.');
  const w = world({ begin: async () => Promise.reject(error) });
  await settled();
  assert.deepEqual(w.seen.at(-1), ['refused', { error }]);
  assert.equal(w.popup.closed, true);
});

test('a_window_is_never_sent_to_an_address_that_is_not_ours', async () => {
  const w = world({ url: 'https://evil.example/' });
  await settled();
  assert.equal(w.states().at(-1), 'refused');
  assert.equal(w.popup.location.href, undefined);
});

test('cancelling_tells_the_server_and_closes_the_window', async () => {
  const w = world();
  await settled();
  w.flow.cancel();
  assert.deepEqual([w.states().at(-1), w.cancelled, w.popup.closed], ['cancelled', ['f1'], true]);
  w.asking.shift()?.resolve({ state: 'saved' });
  await w.tick();
  assert.equal(w.states().at(-1), 'cancelled');
});

test('leaving_is_quiet', async () => {
  const w = world();
  await settled();
  w.flow.leave();
  assert.deepEqual([w.states(), w.cancelled], [['starting', 'waiting'], ['f1']]);
});

test('leaving_while_it_begins_cancels_what_then_began', async () => {
  let began;
  const w = world({ begin: () => new Promise((resolve) => (began = resolve)) });
  w.flow.leave();
  began({ id: 'f9', url: 'https://magpie.example/x' });
  await settled();
  assert.deepEqual(w.cancelled, ['f9']);
  assert.equal(w.popup.location.href, undefined);
});

test('a_window_that_throws_at_a_touch_breaks_nothing', async () => {
  const popup = { closed: false, location: { set href(_) { throw new Error('SecurityError'); } }, close() { throw new Error(); }, focus() { throw new Error(); } };
  const w = world({ popup });
  await settled();
  assert.equal(w.flow.focus(), true);
  await w.answer({ state: 'saved', connection: {} });
  assert.equal(w.states().at(-1), 'saved');
});

test('a_window_that_is_gone_cannot_be_focused', async () => {
  const w = world();
  await settled();
  assert.equal(w.flow.focus(), true);
  w.popup.closed = true;
  assert.equal(w.flow.focus(), false);
});

test('a_sleep_ends_early_when_told', async () => {
  const stop = new AbortController();
  const sleeping = sleep(60_000, stop.signal);
  stop.abort();
  await sleeping;
  await sleep(60_000, stop.signal);
});
