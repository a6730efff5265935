import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { curl, mcpSettings, requestSnippets } from '../../../assets/admin/snippets.js';

const request = { url: "https://m.test/v1/x?q=it's", method: 'POST', headers: { 'x-pica-secret': '$MAGPIE_KEY', 'x-pica-connection-key': "a'b" }, body: { text: 'it\'s "null" and true', ok: true, none: null } };

test('a_shell_reads_the_values_that_were_meant', () => {
  const text = curl(request.url, request.method, request.headers, request.body).replace('curl', 'printf "%s\\0"');
  const words = execFileSync('/bin/sh', ['-c', text], { env: { MAGPIE_KEY: 'k 1' } }).toString().split('\0');
  assert.deepEqual(words.slice(0, 7), ['-X', 'POST', request.url, '-H', 'x-pica-secret: k 1', '-H', "x-pica-connection-key: a'b"]);
  assert.deepEqual(JSON.parse(words[8]), request.body);
});

test('node_is_given_javascript', () => {
  const { text } = requestSnippets(request).find(({ key }) => key === 'node');
  new Function(`return async () => { ${text} }`);
  assert.ok(text.includes('process.env.MAGPIE_KEY'));
});

test('python_is_given_its_own_words', () => {
  const { text } = requestSnippets(request).find(({ key }) => key === 'python');
  execFileSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], { input: text });
  assert.match(text, /"ok": True/);
  assert.match(text, /"none": None/);
  assert.match(text, /\\"null\\" and true/);
});

test('settings_of_an_agent_are_json', () => {
  assert.equal(JSON.parse(mcpSettings('https://m.test/mcp')).mcpServers.magpie.url, 'https://m.test/mcp');
});
