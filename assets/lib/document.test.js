import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDocument } from './document.js';

test('headings_code_and_tables_are_told_apart', () => {
  const blocks = parseDocument('# Title\n\nA `b`.\n\n## Body\n\n- one\n- two\n\n```json\n{\n  "# a": 1\n}\n```\n\n| a | b |\n|---|---|\n| 1 | <b> |\nend');
  assert.deepEqual(blocks.map(({ type }) => type), ['h', 'p', 'h', 'ul', 'code', 'table', 'p']);
  assert.deepEqual(blocks[4], { type: 'code', lang: 'json', text: '{\n  "# a": 1\n}' });
  assert.deepEqual(blocks[5].rows, [[[{ type: 'text', text: '1' }], [{ type: 'text', text: '<b>' }]]]);
});

test('a_block_without_an_end_ends_with_the_text', () => {
  assert.deepEqual(parseDocument('```\na'), [{ type: 'code', lang: '', text: 'a' }]);
});
