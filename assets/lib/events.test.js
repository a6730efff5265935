import assert from 'node:assert/strict';
import { test } from 'node:test';
import { follow, makeParser } from './events.js';

const heard = (...pieces) => {
  const all = [];
  const parser = makeParser((event) => all.push(event));
  pieces.forEach((piece) => parser.feed(piece));
  return all;
};
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

test('events_come_whole_however_they_are_cut', () => {
  const text = ': listening\n\ndata: {"a":\ndata: 1}\n\nevent: missed\r\nid: 7\r\ndata:x\r\n\r\n: keep-alive\n\n';
  const wanted = [{ event: 'message', data: '{"a":\n1}', id: '' }, { event: 'missed', data: 'x', id: '7' }];
  assert.deepEqual(heard(text), wanted);
  assert.deepEqual(heard(...text), wanted);
});

test('what_has_no_data_is_no_event_and_half_an_event_is_none_yet', () => {
  assert.deepEqual(heard('event: x\n\n', 'data: half\n'), []);
});

const stream = (...texts) => ({ ok: true, status: 200, body: new Response(texts.join('')).body });

test('a_stream_that_breaks_is_opened_again_later_and_later', async () => {
  const states = [];
  const waits = [];
  const events = [];
  const answers = [stream('data: 1\n\n'), new TypeError('gone'), { ok: false, status: 503 }, stream('data: 2\n\n')];
  const stop = follow({
    open: async () => {
      const next = answers.shift();
      if (!next) return new Promise(() => {});
      if (next instanceof Error) throw next;
      return next;
    },
    hear: ({ data }) => events.push(data), told: (state) => states.push(state), wait: async (ms) => void waits.push(ms),
  });
  await settled();
  stop();
  assert.deepEqual(events, ['1', '2']);
  assert.deepEqual(waits, [500, 1_000, 2_000, 500]);
  assert.deepEqual(states, ['open', 'waiting', 'waiting', 'waiting', 'open', 'waiting']);
});

test('a_refusal_is_for_good', async () => {
  const states = [];
  follow({ open: async () => ({ ok: false, status: 403 }), hear: assert.fail, told: (state) => states.push(state), wait: assert.fail });
  await settled();
  assert.deepEqual(states, ['refused']);
});

test('nothing_is_opened_after_the_end', async () => {
  let opened = 0;
  const stop = follow({ open: async () => ((opened += 1), stream()), hear: () => {}, wait: async () => stop() });
  await settled();
  assert.equal(opened, 1);
});
