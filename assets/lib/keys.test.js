import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isShortcut, nextIndex } from './keys.js';

test('arrows_stop_at_the_ends', () => {
  assert.deepEqual([nextIndex('ArrowDown', 2, 3), nextIndex('ArrowUp', 0, 3), nextIndex('ArrowDown', 0, 3)], [2, 0, 1]);
});

test('home_end_and_pages_jump', () => {
  assert.deepEqual([nextIndex('Home', 5, 9), nextIndex('End', 5, 9), nextIndex('PageDown', 5, 9), nextIndex('PageUp', 5, 9)], [0, 8, 8, 0]);
});

test('other_keys_and_empty_lists_lead_nowhere', () => {
  assert.deepEqual([nextIndex('a', 0, 3), nextIndex('ArrowDown', 0, 0)], [null, null]);
});

test('a_shortcut_never_fires_while_typing_or_with_a_modifier', () => {
  const event = (target, more = {}) => ({ key: '/', target: { tagName: target }, ...more });
  assert.equal(isShortcut(event('BUTTON'), '/'), true);
  assert.equal(isShortcut(event('INPUT'), '/'), false);
  assert.equal(isShortcut(event('BODY', { ctrlKey: true }), '/'), false);
  assert.equal(isShortcut(event('BODY', { isComposing: true }), '/'), false);
});
