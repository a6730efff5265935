import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byCategory, find, findConnector, offered, ownConnections } from './catalogue.js';

const connectors = [
  { platform: 'google-drive', title: 'Google Drive', category: 'Storage', description: 'Files', tags: ['google'] },
  { platform: 'gmail', title: 'Gmail', category: 'Email', description: 'Mail of Google', tags: ['google'] },
  { platform: 'generic-bearer', title: 'Any API', category: 'Generic', description: '', tags: [] },
];
const platforms = (list) => list.map(({ platform }) => platform);

test('what_is_shown_is_in_both_lists', () => {
  assert.deepEqual(platforms(offered({ connectors }, new Set(['gmail', 'slack']))), ['gmail']);
  assert.equal(offered({ connectors }, null).length, 3);
  assert.equal(offered({ connectors }, new Set()).length, 0);
});

test('a_connector_is_known_by_platform_or_title_in_any_case', () => {
  for (const name of ['google-drive', 'GOOGLE DRIVE', ' Google Drive ', 'GoogleDrive', 'google_drive']) {
    assert.equal(findConnector(connectors, name)?.platform, 'google-drive', name);
  }
  assert.equal(findConnector(connectors, 'slack'), null);
});

test('searching_looks_at_titles_before_descriptions', () => {
  assert.deepEqual(platforms(find(connectors, { query: 'google', category: '' })), ['google-drive', 'gmail']);
  assert.deepEqual(platforms(find(connectors, { query: 'google', category: 'Email' })), ['gmail']);
});

test('the_generic_category_comes_last', () => {
  assert.deepEqual(byCategory(connectors, (name) => name).map(([name]) => name), ['Email', 'Storage', 'Generic']);
});

test('a_connection_that_needs_a_hand_comes_first', () => {
  const own = [
    { id: '1', platform: 'gmail', state: 'operational', createdAt: '2026-02-01' },
    { id: '2', platform: 'gmail', state: 'operational', createdAt: '2026-03-01' },
    { id: '3', platform: 'gone', state: 'failed', createdAt: '2026-01-01' },
  ];
  const shown = ownConnections({ connectors }, own);
  assert.deepEqual(shown.map(({ id, title }) => [id, title]), [['3', 'gone'], ['2', 'Gmail'], ['1', 'Gmail']]);
});
