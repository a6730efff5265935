import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LONGEST, parse, safeLink, spans } from './markdown.js';

test('lines_make_a_paragraph_and_blank_lines_end_it', () => {
  assert.deepEqual(parse('one\ntwo\n\nthree'), [
    { type: 'p', text: [{ type: 'text', text: 'one two' }] },
    { type: 'p', text: [{ type: 'text', text: 'three' }] },
  ]);
});

test('a_numbered_list_keeps_its_start_and_its_long_lines', () => {
  const [list] = parse('3. one\n   more\n\n4. two');
  assert.deepEqual([list.type, list.start], ['ol', 3]);
  assert.deepEqual(list.items.map(([{ text }]) => text), ['one more', 'two']);
});

test('a_list_after_words_is_a_list', () => {
  assert.deepEqual(parse('Do:\n- a\n- b').map(({ type }) => type), ['p', 'ul']);
});

test('emphasis_code_and_links_are_found_in_their_order', () => {
  assert.deepEqual(spans('Under *Keys*, copy `a*b*`, see [docs](https://example.com/a(b)).'), [
    { type: 'text', text: 'Under ' },
    { type: 'em', text: 'Keys' },
    { type: 'text', text: ', copy ' },
    { type: 'code', text: 'a*b*' },
    { type: 'text', text: ', see ' },
    { type: 'link', text: 'docs', href: 'https://example.com/a(b)' },
    { type: 'text', text: '.' },
  ]);
});

test('a_bare_https_address_is_a_link_without_the_full_stop', () => {
  assert.deepEqual(spans('See https://example.com/x.').at(1), { type: 'link', text: 'https://example.com/x', href: 'https://example.com/x' });
});

test('underscores_within_a_name_are_no_emphasis', () => {
  assert.deepEqual(spans('sk_test_key'), [{ type: 'text', text: 'sk_test_key' }]);
});

test('a_link_that_is_not_https_is_only_its_words', () => {
  for (const address of ['javascript:alert(1)', 'http://example.com', 'data:text/html,x', '//example.com', '/a', 'https://u:p@example.com/']) {
    assert.deepEqual(spans(`[words](${address})`), [{ type: 'text', text: 'words' }], address);
  }
});

test('html_is_text', () => {
  assert.deepEqual(spans('<img src=x onerror=alert(1)>'), [{ type: 'text', text: '<img src=x onerror=alert(1)>' }]);
});

test('what_is_not_text_makes_nothing', () => {
  assert.deepEqual([parse(null), parse(undefined), parse('')], [[], [], []]);
});

test('what_is_too_long_to_be_read_in_time_is_shown_as_it_is', () => {
  for (const text of ['*'.repeat(LONGEST + 1), `**a** ${'x'.repeat(LONGEST)}`]) {
    assert.deepEqual(parse(text), [{ type: 'p', text: [{ type: 'text', text }] }]);
  }
  assert.equal(spans(`**a** ${'x'.repeat(LONGEST - 6)}`).length, 2);
});

test('safe_links_are_https_without_credentials', () => {
  assert.equal(safeLink('https://example.com'), 'https://example.com/');
  assert.equal(safeLink('HTTPS://EXAMPLE.com/a'), 'https://example.com/a');
  assert.equal(safeLink('not an address'), null);
});
