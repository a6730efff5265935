import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelPlaces, linePath, niceScale } from './scale.js';

test('marks_are_round_and_cover_everything', () => {
  assert.deepEqual(niceScale(97), { top: 100, marks: [0, 25, 50, 75, 100] });
  assert.deepEqual(niceScale(3), { top: 3, marks: [0, 1, 2, 3] });
  assert.deepEqual(niceScale(0.3).marks, [0, 0.1, 0.2, 0.3]);
  for (const max of [1, 7, 12, 999, 1_001, 123_456]) assert.ok(niceScale(max).top >= max && niceScale(max).marks.length <= 6, String(max));
});

test('nothing_has_a_scale_as_well', () => {
  for (const max of [0, -1, NaN, undefined]) assert.deepEqual(niceScale(max), { top: 1, marks: [0, 1] });
});

test('a_line_has_gaps_where_there_is_nothing', () => {
  assert.equal(linePath([[0, 1], [1, 2], null, [3, 4.04], null]), 'M0 1L1 2M3 4h.1');
  assert.equal(linePath([]), '');
});

test('labels_are_spread_evenly', () => {
  assert.deepEqual(labelPlaces(48, 6), [0, 8, 16, 24, 32, 40]);
  assert.deepEqual(labelPlaces(3, 6), [0, 1, 2]);
});
