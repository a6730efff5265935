import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { assets, scripts } from '../tree.js';

const folder = new URL('admin/strings/', assets);
const read = (name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
const common = read('en.json');
const words = Object.fromEntries(readdirSync(new URL('en/', folder)).map((name) => [name.replace('.json', ''), read(`en/${name}`)]));

/* Which words a page has: `page('/tools/:platform', 'connector', { words: 'tools' })`. */
const listed = readFileSync(new URL('admin/pages.js', assets), 'utf8');
const wordsOf = new Map([...listed.matchAll(/page\('[^']+', '([\w-]+)'(?:, \{([^}]*)\})?\)/g)].map(([, name, more = '']) => [name, /words: '([\w-]+)'/.exec(more)?.[1] ?? name]));
for (const door of ['sign-in', 'set-up', 'join', 'first']) wordsOf.set(door, 'doors');

test('every_key_that_a_script_names_has_words', () => {
  for (const { path, text } of [...scripts('admin'), ...scripts('kit')]) {
    const page = /^admin\/pages\/([\w-]+)\.js$/.exec(path)?.[1];
    const own = page ? words[wordsOf.get(page)] ?? {} : Object.assign({}, ...(path.startsWith('admin/parts/') ? Object.values(words) : []));
    for (const [, key] of text.matchAll(/\bt\(\s*'([^']+)'/g)) {
      if (path.startsWith('kit/') && !key.startsWith('kit.')) continue;
      assert.ok(key in common || key in own, `${path} asks for ${key}`);
    }
  }
});

test('every_page_has_words', () => {
  for (const { path } of scripts('admin/pages')) {
    const name = /([\w-]+)\.js$/.exec(path)[1];
    if (wordsOf.has(name)) assert.ok(words[wordsOf.get(name)], `${path} has no strings/en/${wordsOf.get(name)}.json`);
  }
});

test('no_words_are_empty', () => {
  for (const all of [common, ...Object.values(words)]) for (const [key, text] of Object.entries(all)) assert.ok(text.trim(), key);
});
