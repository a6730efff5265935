import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { test } from 'node:test';
import { assets, files, scripts } from './tree.js';

const ours = ['lib', 'kit', 'authkit', 'admin'].flatMap(scripts);
const styles = ['kit', 'authkit', 'admin'].flatMap((folder) => files(folder, '.css'));
const pages = ['authkit', 'admin'].flatMap((folder) => files(folder, '.html'));
const withoutComments = (css) => css.replace(/\/\*[\s\S]*?\*\//g, '');

test('the_vendored_file_is_the_one_that_its_readme_names', () => {
  const readme = readFileSync(new URL('vendor/README.md', assets), 'utf8');
  const sum = createHash('sha256').update(readFileSync(new URL('vendor/preact.js', assets))).digest('hex');
  assert.ok(readme.includes(sum), `vendor/preact.js is now ${sum}`);
});

test('no_script_makes_markup_or_code_of_text_or_keeps_anything', () => {
  const forbidden = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|indexedDB|document\.cookie/;
  for (const { path, text } of ours) {
    assert.doesNotMatch(text, forbidden, path);
    // What is written for others to copy is their own affair.
    if (!path.endsWith('snippets.js')) assert.doesNotMatch(text, /console\./, path);
    // One file keeps what the admin UI may remember: looks and places.
    if (path !== 'admin/keep.js') assert.doesNotMatch(text, /localStorage|sessionStorage/, path);
  }
});

test('no_message_goes_to_everybody', () => {
  for (const { path, text } of ours) assert.doesNotMatch(text, /postMessage\([^)]*['"]\*['"]/, path);
});

test('pages_have_no_inline_script_or_style', () => {
  for (const { path, text } of pages) {
    assert.doesNotMatch(text, /<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/, path);
  }
});

test('pages_name_files_that_are_there_relative_to_where_they_are_served', () => {
  for (const { path, text } of pages) {
    const base = path === 'authkit/index.html' ? '' : '../';
    for (const [, address] of text.matchAll(/(?:href|src)="(?!data:,)([^"]+)"/g)) {
      assert.ok(address.startsWith(`${base}assets/`), `${path}: ${address}`);
      assert.ok(existsSync(new URL(address.slice(`${base}assets/`.length), assets)), `${path}: ${address}`);
    }
  }
});

test('the_kit_knows_no_application_and_the_lib_no_kit', () => {
  for (const { path, text } of scripts('kit')) assert.doesNotMatch(text, /from '[^']*(authkit|admin)\//, path);
  for (const { path, text } of scripts('lib')) assert.doesNotMatch(text, /from '\.\.\//, path);
});

test('colours_are_literal_only_in_the_tokens', () => {
  for (const { path, text } of styles) {
    if (!path.endsWith('tokens.css')) assert.doesNotMatch(withoutComments(text), /#[0-9a-f]{3,8}\b(?![^{]*\{)|\b(?:rgb|hsl|oklch|oklab|lab|lch)a?\(/i, path);
  }
});

test('components_use_roles_and_not_the_palette', () => {
  for (const { path, text } of styles) {
    if (!path.endsWith('tokens.css')) assert.doesNotMatch(text, /var\(--(?:grey|blue|red|amber|green)-/, path);
  }
});

test('every_token_that_is_used_exists', () => {
  const tokens = new Set([...readFileSync(new URL('kit/tokens.css', assets), 'utf8').matchAll(/(--[\w-]+):/g)].map(([, name]) => name));
  for (const { path, text } of styles) for (const [, name] of text.matchAll(/var\((--[\w-]+)/g)) assert.ok(tokens.has(name), `${path}: ${name}`);
});

test('styles_win_by_layers_and_run_along_the_text', () => {
  for (const { path, text } of styles) {
    const css = withoutComments(text);
    assert.doesNotMatch(css, /!important|(?:^|[\s,}])#[a-z][\w-]*\s*[{,:.]/m, path);
    assert.doesNotMatch(css, /(?<!safe-area-)\b(?:margin|padding|border|inset)-(?:left|right|top|bottom)\b|(?:^|[\s;{])(?:left|right|top|bottom|width|height):/m, path);
  }
});

test('files_stay_short', () => {
  for (const { path, text } of [...ours, ...styles]) assert.ok(text.split('\n').length <= 180, path);
});

test('no_style_is_written_into_markup', () => {
  for (const { path, text } of ours) assert.doesNotMatch(text, /\sstyle=/, path);
});

test('the_admin_ui_fits_its_budget', () => {
  const served = ['lib', 'kit', 'vendor', 'admin'].flatMap((folder) => ['.js', '.css', '.json', '.html', '.svg'].flatMap((ending) => files(folder, ending)));
  const bytes = served.filter(({ path }) => !path.endsWith('.test.js')).reduce((sum, { text }) => sum + gzipSync(text, { level: 9 }).length, 0);
  assert.ok(bytes <= 250_000, `${bytes} bytes`);
});
