import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeFormat } from './format.js';

const now = Date.parse('2026-05-04T12:00:00Z');
const format = makeFormat('en', { now: () => now, timeZone: 'UTC' });
const ago = (seconds) => format.relative(new Date(now - seconds * 1_000).toISOString());

test('times_are_told_from_now', () => {
  assert.deepEqual([3, 45, 90, 7_300, 86_400, 3 * 604_800].map(ago), ['now', '45 seconds ago', '1 minute ago', '2 hours ago', 'yesterday', '3 weeks ago']);
  assert.equal(ago(-2 * 86_400), 'in 2 days');
});

test('durations_are_as_exact_as_they_are_short', () => {
  assert.deepEqual([0.42, 12.3, 1_234, 61_000].map((ms) => format.duration(ms)), ['0.4 ms', '12 ms', '1.2 sec', '1 min 1 sec']);
});

test('spans_have_two_units_at_most', () => {
  assert.deepEqual([0, 59, 3_600, 90_061].map((seconds) => format.span(seconds)), ['0 sec', '59 sec', '1 hr', '1 day 1 hr']);
});

test('sizes_have_a_fitting_unit', () => {
  assert.deepEqual([0, 999, 1_000, 12_345_678, 5e15].map((count) => format.bytes(count)), ['0 bytes', '999 bytes', '1 kB', '12.3 MB', '5,000 TB']);
});

test('large_numbers_are_short_where_room_is_scarce', () => {
  assert.deepEqual([format.number(1_234_567), format.short(1_234_567), format.percent(0.0123)], ['1,234,567', '1.2M', '1.2%']);
});
