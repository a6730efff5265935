import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Markdown } from './markdown.js';

/** Every element of a tree of vnodes. */
function* elements(node) {
  if (Array.isArray(node)) for (const each of node) yield* elements(each);
  else if (node && typeof node === 'object') {
    yield node;
    yield* elements(node.props.children);
  }
}

const draw = (text) => [...elements(Markdown({ text }))];

test('a_guide_becomes_elements', () => {
  const types = draw('Open *Settings*:\n\n2. copy `key`\n\n- see [this](https://example.com)').map(({ type }) => type);
  assert.deepEqual(types, ['div', 'p', 'em', 'ol', 'li', 'code', 'ul', 'li', 'a']);
});

test('links_open_elsewhere_and_tell_nothing', () => {
  const link = draw('[this](https://example.com)').find(({ type }) => type === 'a');
  assert.deepEqual([link.props.href, link.props.target, link.props.rel], ['https://example.com/', '_blank', 'noopener noreferrer']);
});

test('nothing_in_a_guide_can_become_markup', () => {
  const drawn = draw('<script>alert(1)</script> [x](javascript:alert(1)) <a href="https://example.com" onclick=alert(1)>');
  assert.ok(drawn.every(({ props }) => !('dangerouslySetInnerHTML' in props)));
  assert.deepEqual([...new Set(drawn.map(({ type }) => type))], ['div', 'p', 'a']);
  assert.deepEqual(Object.keys(drawn.find(({ type }) => type === 'a').props).sort(), ['children', 'href', 'rel', 'target']);
});
