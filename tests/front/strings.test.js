import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { assets, scripts } from './tree.js';

const folder = new URL('authkit/strings/', assets);
const read = (name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
const english = read('en.json');
const others = readdirSync(folder).filter((name) => name !== 'en.json');
const places = (text) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();

for (const name of others) {
  test(`${name}_has_the_keys_of_en_json_in_the_same_order`, () => {
    assert.deepEqual(Object.keys(read(name)), Object.keys(english));
  });

  test(`${name}_has_the_same_places_to_fill`, () => {
    for (const [key, text] of Object.entries(read(name))) assert.deepEqual(places(text), places(english[key]), key);
  });

  test(`${name}_has_words_everywhere`, () => {
    for (const [key, text] of Object.entries(read(name))) assert.ok(text.trim(), key);
  });
}

test('every_language_that_is_offered_has_words', () => {
  const start = readFileSync(new URL('authkit/start.js', assets), 'utf8');
  const offered = /languages = \[([^\]]+)\]/.exec(start)[1].match(/\w+/g);
  assert.deepEqual(offered.map((lang) => `${lang}.json`).sort(), readdirSync(folder).sort());
});

test('every_key_that_a_script_names_has_words', () => {
  for (const { path, text } of scripts('authkit')) {
    for (const [, key] of text.matchAll(/\bt\(\s*'([^']+)'/g)) assert.ok(key in english, `${path} asks for ${key}`);
  }
});

test('every_key_is_asked_for_somewhere', () => {
  const all = scripts('authkit').map(({ text }) => text).join('\n');
  const families = /^(category|state|trouble|flow|done|form|own)\./;
  const unused = Object.keys(english).filter((key) => !all.includes(`'${key}'`) && !families.test(key));
  assert.deepEqual(unused, []);
});

test('every_category_of_the_catalogue_has_a_name', () => {
  const catalogue = new URL('connectors/', assets);
  for (const name of readdirSync(catalogue)) {
    const category = /^category = "(.*)"$/m.exec(readFileSync(new URL(name, catalogue), 'utf8'))?.[1];
    assert.ok(!category || `category.${category}` in english, `${name}: ${category}`);
  }
});
