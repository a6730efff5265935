import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linesAround, placeOf } from './place.js';

const text = 'openapi: 3.0.0\npaths:\n  /pets:\n    get:\n      parameters:\n        - $ref: x\n';

test('a_line_and_column_are_read', () => {
  assert.deepEqual(placeOf('line 3, column 7: not allowed here', text), { line: 3, column: 7, pointer: null, why: 'not allowed here' });
});

test('a_pointer_leads_to_its_line', () => {
  assert.deepEqual(placeOf('/paths/~1pets/get/parameters/0: leads nowhere', text), { line: 5, column: null, pointer: '/paths/~1pets/get/parameters/0', why: 'leads nowhere' });
});

test('a_message_without_a_place_is_only_a_message', () => {
  assert.deepEqual(placeOf('this is no API: it is a poem', text), { line: null, column: null, pointer: null, why: 'this is no API: it is a poem' });
});

test('the_lines_around_are_numbered', () => {
  assert.deepEqual(linesAround(text, 1, 1).map(({ number }) => number), [1, 2]);
});
