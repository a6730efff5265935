import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { promisify } from 'node:util';
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

const inParts = { url: 'https://m.test/v1/x', method: 'POST', parts: [['model', "@it's"], ['file', new File(['x'], 'a "b" c.txt')]] };
const of = (wanted, request) => requestSnippets(request).find(({ key }) => key === wanted).text;

test('parts_are_sent_by_curl_node_and_python', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'parts-'));
  writeFileSync(join(folder, 'a "b" c.txt'), 'what is in it');
  const seen = [];
  const server = createServer(async (request, response) => {
    const form = await new Response(Readable.toWeb(request), { headers: { 'content-type': request.headers['content-type'] } }).formData();
    seen.push([form.get('model'), form.get('file').name, await form.get('file').text()]);
    response.end('{}');
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${server.address().port}/`;
  const run = (program, args) => promisify(execFile)(program, args, { cwd: folder });
  await run('/bin/sh', ['-c', of('curl', { ...inParts, url })]);
  await run(process.execPath, ['--input-type=module', '-e', of('node', { ...inParts, url })]);
  // The library may be missing here: its words are read at least.
  execFileSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], { input: of('python', inParts) });
  server.close();
  rmSync(folder, { recursive: true });
  assert.deepEqual(seen, Array(2).fill(["@it's", 'a "b" c.txt', 'what is in it']));
  assert.match(of('python', inParts), /\("file", open\("a \\"b\\" c.txt", "rb"\)\),/);
});

test('a_body_may_be_a_file', () => {
  const request = { url: 'https://m.test/v1/x', method: 'PUT', body: new File(['x'], 'a.bin') };
  assert.match(of('curl', request), /--data-binary '@a.bin'/);
  assert.match(of('node', request), /body: await openAsBlob\("a.bin"\),/);
  assert.match(of('python', request), /data=open\("a.bin", "rb"\),/);
});

test('settings_of_an_agent_are_json', () => {
  assert.equal(JSON.parse(mcpSettings('https://m.test/mcp')).mcpServers.magpie.url, 'https://m.test/mcp');
});
