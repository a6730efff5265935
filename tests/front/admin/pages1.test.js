import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editable, merge } from '../../../assets/admin/parts/connection-merge.js';
import { installSnippets } from '../../../assets/admin/parts/authkit-snippets.js';
import { missingWords, placeError, splitScopes, standing } from '../../../assets/admin/parts/authkit-words.js';

const base = { name: 'A', tags: ['x'] };

test('fields_that_only_one_side_touched_go_together', () => {
  assert.deepEqual(merge(base, { name: 'A', tags: ['y'] }, { name: 'B', tags: ['x'] }), { mine: { name: 'B' }, disputed: [] });
  assert.deepEqual(merge(base, { name: 'B', tags: ['x'] }, { name: 'B', tags: ['x'] }), { mine: {}, disputed: [] });
});

test('a_field_that_both_changed_differently_is_for_a_person_to_decide', () => {
  assert.deepEqual(merge(base, { name: 'C', tags: ['x'] }, { name: 'B', tags: ['z'] }), { mine: { tags: ['z'] }, disputed: ['name'] });
});

test('the_order_of_tags_is_no_change', () => {
  assert.deepEqual(editable({ tags: ['b', 'a'] }), { name: null, tags: ['a', 'b'] });
});

test('where_an_integration_stands_follows_from_what_is_set', () => {
  const at = (more) => standing({ oauth: true, missing: [], clientId: 'x', problem: null, ...more });
  assert.equal(at({}), 'configured');
  assert.equal(at({ missing: ['clientId'] }), 'missing');
  assert.equal(at({ problem: 'invalid_client' }), 'refused');
  assert.equal(at({ oauth: false, clientId: null }), 'none');
  assert.equal(at({ clientId: null }), 'none');
});

test('what_is_missing_is_said_in_the_words_of_the_form', () => {
  const t = Object.assign((key) => `<${key}>`, { has: (key) => key.endsWith('clientId') });
  const row = { missing: ['clientId', 'settings.TENANT', 'other'], fields: [{ name: 'TENANT', label: 'Tenant' }] };
  assert.deepEqual(missingWords(t, row), ['<authkit.missing.clientId>', 'Tenant', 'other']);
});

test('scopes_are_the_usual_ones_unless_chosen_and_the_required_are_always_there', () => {
  const availableScopes = [{ name: 'r', required: true }, { name: 'd', default: true }, { name: 'o' }];
  const usual = splitScopes({ availableScopes, scopes: null });
  assert.deepEqual([[...usual.chosen], usual.own], [['r', 'd'], []]);
  const other = splitScopes({ availableScopes, scopes: ['o', 'mine'] });
  assert.deepEqual([[...other.chosen], other.own], [['r', 'o'], ['mine']]);
});

test('a_refusal_is_put_beside_the_field_that_it_names', () => {
  const names = ['clientId', 'settings.TENANT'];
  assert.deepEqual(placeError('ClientId: must not be empty.', names), { clientId: 'Must not be empty.' });
  assert.deepEqual(placeError('settings.TENANT: is no tenant', names), { 'settings.TENANT': 'Is no tenant' });
  assert.deepEqual(placeError('TENANT: is no tenant', names), { 'settings.TENANT': 'Is no tenant' });
  assert.deepEqual(placeError('The disk is full.', names), { '': 'The disk is full.' });
});

test('snippets_name_this_server_and_hold_no_key', () => {
  const { back, front } = installSnippets('https://magpie.example.com/below');
  for (const { text } of [...back, ...front]) {
    assert.ok(text.includes('https://magpie.example.com/below'), text);
    assert.doesNotMatch(text, /sk_(test|live)_/);
  }
  assert.ok(front.find(({ key }) => key === 'plain').text.includes("const origin = 'https://magpie.example.com';"));
});
