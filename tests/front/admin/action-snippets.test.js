import assert from 'node:assert/strict';
import { test } from 'node:test';
import { snippetsOf } from '../../../assets/admin/parts/tools-snippets.js';

const param = (name, more = {}) => ({ name, in: 'body', type: 'string', ...more });
const needed = (name, more = {}) => param(name, { required: true, ...more });
const of = (action, key) => {
  const all = snippetsOf({ action: { id: 'a', method: 'POST', path: '/x', params: [], ...action }, base: 'https://m.test', connectionKey: 'k', words: (key) => key });
  return all.find((each) => each.key === key)?.text;
};

test('an_example_is_sent_as_it_is_given', () => {
  assert.match(of({ example: '{"a": 1}' }, 'curl'), /--data-raw '\{\n {2}"a": 1\n\}'/);
  const form = { contentType: 'application/x-www-form-urlencoded', example: 'to=%2B1&tag=a&tag=b' };
  assert.match(of(form, 'curl'), /--data-raw 'to=%2B1&tag=a&tag=b'/);
  assert.deepEqual(JSON.parse(of(form, 'mcp')).arguments.body, { to: '+1', tag: ['a', 'b'] });
});

test('what_an_action_needs_is_there_without_an_example', () => {
  const params = [needed('to'), param('later')];
  assert.match(of({ params, contentType: 'application/x-www-form-urlencoded' }, 'curl'), /--data-raw 'to=TO'/);
  assert.equal(of({ params: [param('later')] }, 'curl').includes('--data'), false);
});

test('parts_are_texts_and_files_by_their_names', () => {
  const parts = (params) => of({ params, contentType: 'multipart/form-data' }, 'curl').match(/(?<=-F '|--form-string ')[^']+/g);
  assert.deepEqual(parts([needed('file'), needed('model'), param('prompt')]), ['file=@"FILE"', 'model=MODEL']);
  assert.deepEqual(parts([needed('p12File'), needed('file_logo'), needed('template[document]'), needed('profile'), needed('file_name')]), ['p12File=@"P12_FILE"', 'file_logo=@"FILE_LOGO"', 'template[document]=@"TEMPLATE_DOCUMENT_"', 'profile=PROFILE', 'file_name=FILE_NAME']);
  // Where nothing is needed a file is still what it is for.
  assert.deepEqual(parts([param('title'), param('image')]), ['image=@"IMAGE"']);
  assert.equal(of({ params: [needed('file')], contentType: 'multipart/form-data' }, 'mcp'), undefined);
});

test('a_body_that_is_no_json_is_a_file_or_a_text', () => {
  const params = [needed('')];
  assert.match(of({ params, contentType: 'application/octet-stream' }, 'curl'), /--data-binary '@FILE'/);
  assert.match(of({ params, contentType: 'text/csv' }, 'python'), /data="TEXT"/);
  assert.equal(JSON.parse(of({ params, contentType: 'application/octet-stream' }, 'mcp')).arguments.body, 'TEXT');
});
