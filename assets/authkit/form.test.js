import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collect, initialValues, tidy, validate, visibleFields } from './form.js';

const kind = { name: 'KIND', type: 'select', options: ['token', 'login'], required: true, default: 'token' };
const token = { name: 'TOKEN', type: 'password', required: true, pattern: '^(?:tok_[a-z]+)$', showIf: { field: 'KIND', is: ['token'] } };
const login = { name: 'LOGIN', type: 'text', required: true, showIf: { field: 'KIND', is: ['login'] } };
const hint = { name: 'HINT', type: 'text', required: false, showIf: { field: 'LOGIN', is: ['ada'] } };
const fields = [kind, token, login, hint];
const names = (values) => visibleFields(fields, values).map(({ name }) => name);

test('a_form_begins_with_its_defaults', () => {
  assert.deepEqual(initialValues(fields), { KIND: 'token', TOKEN: '', LOGIN: '', HINT: '' });
});

test('a_field_is_shown_for_the_choices_that_call_for_it', () => {
  assert.deepEqual(names({ KIND: 'token' }), ['KIND', 'TOKEN']);
  assert.deepEqual(names({ KIND: 'login', LOGIN: 'ada' }), ['KIND', 'LOGIN', 'HINT']);
});

test('a_field_behind_a_hidden_field_is_hidden', () => {
  assert.deepEqual(names({ KIND: 'token', LOGIN: 'ada' }), ['KIND', 'TOKEN']);
});

test('conditions_that_go_round_in_a_circle_hide_each_other', () => {
  const circle = [{ name: 'A', showIf: { field: 'B', is: [''] } }, { name: 'B', showIf: { field: 'A', is: [''] } }];
  assert.deepEqual(visibleFields(circle, { A: '', B: '' }), []);
});

test('a_condition_on_a_field_that_is_not_there_shows_the_field', () => {
  assert.equal(visibleFields([{ name: 'A', showIf: { field: 'X', is: ['y'] } }], {}).length, 1);
});

test('only_what_is_shown_is_checked_and_sent', () => {
  const values = { KIND: 'login', TOKEN: 'wrong', LOGIN: ' ada ', HINT: '' };
  assert.deepEqual(validate(fields, values), {});
  assert.deepEqual(collect(fields, values), { KIND: 'login', LOGIN: 'ada' });
});

test('each_mistake_has_its_own_words', () => {
  const wrong = (field, value) => validate([{ name: 'X', ...field }], { X: value }).X;
  assert.equal(wrong({ required: true }, '  '), 'form.required');
  assert.equal(wrong({ required: false }, ''), undefined);
  assert.equal(wrong({ pattern: '[a-z]+' }, 'a1'), 'form.pattern');
  assert.equal(wrong({ options: ['a'] }, 'b'), 'form.choose.wrong');
  assert.equal(wrong({ type: 'url' }, 'http://'), 'form.url');
  assert.equal(wrong({ type: 'url' }, 'ftp://example.com'), 'form.url');
  assert.equal(wrong({ type: 'url' }, 'example.com/a'), undefined);
});

test('a_pattern_that_this_browser_cannot_read_stops_nobody', () => {
  assert.deepEqual(validate([{ name: 'X', pattern: '(?x: [' }], { X: 'anything' }), {});
});

test('patterns_of_the_catalogue_that_newer_syntax_forbids_still_hold', () => {
  assert.deepEqual(validate([{ name: 'X', pattern: '[^\\s:@/]+@[^\\s:@/]+' }], { X: 'ada@example.com' }), {});
  assert.deepEqual(validate([{ name: 'X', pattern: '[\\w.-]+' }], { X: 'a.b-c' }), {});
});

test('blanks_from_copying_go_but_a_key_of_many_lines_stays_as_it_is', () => {
  assert.equal(tidy({ type: 'password' }, ' key\n'), 'key');
  assert.equal(tidy({ multiline: true }, ' -----BEGIN\n'), ' -----BEGIN\n');
});

test('a_pasted_address_loses_what_stands_beside_the_field', () => {
  const field = { type: 'text', prefix: 'https://', suffix: '.zendesk.com' };
  for (const pasted of ['acme', 'https://acme.zendesk.com', 'acme.zendesk.com', 'HTTPS://acme.zendesk.com/agent?x=1']) {
    assert.equal(tidy(field, pasted), 'acme', pasted);
  }
  assert.equal(tidy(field, 'acme.zendesk.com.evil.example'), 'acme.zendesk.com.evil.example');
});

test('a_bare_host_becomes_an_address', () => {
  assert.equal(tidy({ type: 'url' }, 'example.com'), 'https://example.com');
  assert.equal(tidy({ type: 'url' }, 'http://localhost:1'), 'http://localhost:1');
});
