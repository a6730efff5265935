import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyTheme, themeOf } from './theme.js';

test('only_light_and_dark_are_themes_and_the_rest_is_the_system', () => {
  assert.deepEqual(['dark', 'light', 'neon', undefined].map(themeOf), ['dark', 'light', 'system', 'system']);
});

test('the_systems_theme_is_no_attribute', () => {
  const element = { dataset: {} };
  applyTheme(element, 'dark');
  assert.deepEqual(element.dataset, { theme: 'dark' });
  applyTheme(element, 'system');
  assert.deepEqual(element.dataset, {});
});
