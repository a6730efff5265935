import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fold, groupBy, search } from './search.js';

const titles = (query) => search(['Gmail', 'Google Drive', 'Société Générale', 'Email of Google'], query, (each) => [each, 'post']);

test('a_title_that_begins_with_the_query_comes_first', () => {
  assert.deepEqual(titles('goo'), ['Google Drive', 'Email of Google']);
});

test('accents_and_case_do_not_matter', () => {
  assert.deepEqual(titles('SOCIETE'), ['Société Générale']);
  assert.equal(fold('Ärger'), 'arger');
});

test('every_word_must_be_found_in_any_order', () => {
  assert.deepEqual(titles('drive google'), ['Google Drive']);
  assert.deepEqual(titles('drive gmail'), []);
});

test('other_fields_are_searched_as_well', () => {
  assert.equal(titles('post').length, 4);
});

test('an_empty_query_finds_everything', () => {
  assert.equal(titles('  ').length, 4);
});

test('groups_keep_the_order_of_first_occurrence', () => {
  assert.deepEqual([...groupBy([3, 1, 4, 2], (n) => (n % 2 ? 'odd' : 'even'))], [['odd', [3, 1]], ['even', [4, 2]]]);
});
