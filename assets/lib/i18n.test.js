import assert from 'node:assert/strict';
import { test } from 'node:test';
import { direction, fill, loadTranslator, makeTranslator, pickLanguage } from './i18n.js';

const have = ['en', 'de', 'pt-BR'];

test('the_first_language_that_is_there_is_picked', () => {
  assert.equal(pickLanguage(['it', 'de-AT', 'en'], have), 'de');
  assert.equal(pickLanguage(['PT-br'], have), 'pt-BR');
  assert.equal(pickLanguage(['pt'], have), 'pt-BR');
});

test('without_a_common_language_the_first_of_all_is_picked', () => {
  assert.equal(pickLanguage(['it'], have), 'en');
  assert.equal(pickLanguage(undefined, have), 'en');
});

test('values_are_put_in_and_never_read_as_places_again', () => {
  assert.equal(fill('{a} and {b}', { a: '{b}', b: 2 }), '{b} and 2');
  assert.equal(fill('{missing}', {}), '{missing}');
});

test('a_key_that_a_language_lacks_is_taken_from_the_fallback', () => {
  const t = makeTranslator('de', { one: 'eins' }, { one: 'one', two: 'two' });
  assert.deepEqual([t('one'), t('two'), t('three'), t.has('three'), t.lang], ['eins', 'two', 'three', false, 'de']);
});

test('words_of_the_objects_own_kind_are_no_keys', () => {
  assert.equal(makeTranslator('en', {})('constructor'), 'constructor');
});

test('a_language_that_does_not_load_falls_back', async () => {
  const fetch = async (url) => (url.pathname.endsWith('/en.json') ? { ok: true, json: async () => ({ a: 'A' }) } : { ok: false });
  const t = await loadTranslator({ base: 'http://x/strings/', available: ['en', 'de'], preferred: ['de'], fetch });
  assert.equal(t('a'), 'A');
});

test('arabic_and_hebrew_run_from_right_to_left', () => {
  assert.deepEqual(['ar-EG', 'he', 'de'].map(direction), ['rtl', 'rtl', 'ltr']);
});
