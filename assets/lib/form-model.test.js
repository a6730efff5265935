import assert from 'node:assert/strict';
import { test } from 'node:test';
import { control, fill, makeForm, read, withValue } from './form-model.js';
import { fillTemplate, flatten, makeRequest, valuesOfPath, withoutSecrets } from './form-request.js';

const param = (name, place, type = 'string', more = {}) => ({ name, in: place, type, ...more });
const params = [
  param('shop', 'path', 'string', { required: true }),
  param('notify', 'query', 'string', { enum: ['all', 'none'] }), param('ids', 'query', 'array', { items: 'integer' }), param('deep', 'query', 'boolean'),
  param('Idempotency-Key', 'header'),
  param('customer', 'body', 'object', { required: true }), param('customer.email', 'body', 'string', { required: true }), param('customer.age', 'body', 'integer'),
  param('lines', 'body', 'array', { items: 'object' }), param('lines[].price', 'body', 'number', { required: true }), param('lines[].tags', 'body', 'array', { items: 'string' }),
  param('gift', 'body', 'object'), param('gift.message', 'body', 'string', { required: true }), param('metadata', 'body', 'object'), param('rush', 'body', 'boolean'),
];
const action = { method: 'POST', path: '/shops/{{shop}}/orders', contentType: null };
const form = makeForm(params);
const made = (values, more = {}) => makeRequest({ action: { ...action, ...more }, form, values });

test('fields_inside_each_other_become_a_tree', () => {
  assert.deepEqual(form.body.children.map(({ key, type }) => [key, type]), [['customer', 'object'], ['lines', 'array'], ['gift', 'object'], ['metadata', 'object'], ['rush', 'boolean']]);
  assert.deepEqual(form.body.children[1].item.children.map(({ key }) => key), ['price', 'tags']);
  assert.deepEqual(form.body.children.map(control), ['group', 'list', 'group', 'json', 'switch']);
});

test('what_is_typed_becomes_a_request', () => {
  const { path, headers, body, errors, text } = made({
    path: { shop: 'a b/c' }, query: { notify: 'all', ids: ['1', '2'], deep: false }, header: { 'Idempotency-Key': 'k' },
    body: { customer: { email: 'a@b.c', age: '7' }, lines: [{ price: '1.5', tags: ['x'] }], metadata: '{"a": [1]}', rush: true },
  });
  assert.deepEqual([...errors], []);
  assert.equal(path, '/shops/a%20b%2Fc/orders?notify=all&ids=1&ids=2&deep=false');
  assert.deepEqual(headers, [['content-type', 'application/json'], ['idempotency-key', 'k']]);
  assert.deepEqual(body, { customer: { email: 'a@b.c', age: 7 }, lines: [{ price: 1.5, tags: ['x'] }], metadata: { a: [1] }, rush: true });
  assert.deepEqual(JSON.parse(text), body);
});

test('what_is_missing_or_wrong_is_said_at_its_place', () => {
  const { errors, path } = made({ query: { ids: ['x'] }, body: { customer: { age: '1.5' }, lines: [{}], metadata: '[1]' } });
  assert.deepEqual(Object.fromEntries(errors), {
    'path/shop': 'needed', 'query/ids/0': 'integer', 'body/customer/email': 'needed', 'body/customer/age': 'integer', 'body/lines/0/price': 'needed', 'body/metadata': 'object',
  });
  assert.equal(path, '/shops/SHOP/orders');
});

test('a_part_that_is_not_sent_misses_nothing', () => {
  assert.ok(!made({ path: { shop: 's' }, body: { customer: { email: 'e' } } }).errors.has('body/gift/message'));
  assert.ok(made({ path: { shop: 's' }, body: { gift: {} } }).errors.has('body/gift/message'));
});

test('an_action_without_a_body_sends_none', () => {
  const get = makeRequest({ action: { method: 'GET', path: '/x' }, form: makeForm([]), values: {} });
  assert.deepEqual([get.text, get.headers, get.path], [undefined, [], '/x']);
});

test('a_form_is_sent_in_brackets', () => {
  assert.deepEqual(flatten({ a: { b: 1 }, c: [{ d: 'x' }] }), [['a[b]', '1'], ['c[0][d]', 'x']]);
  const { text } = made({ path: { shop: 's' }, body: { customer: { email: 'a@b.c' } } }, { contentType: 'application/x-www-form-urlencoded' });
  assert.equal(text, 'customer%5Bemail%5D=a%40b.c');
});

test('a_body_in_parts_has_files', () => {
  const file = new File(['x'], 'a.txt');
  const values = { path: { shop: 's' }, body: { customer: { email: 'a@b.c', age: '7' }, lines: [{ price: '1', tags: ['x', file] }], gift: { message: file } } };
  const { parts, text, headers, errors } = made(values, { contentType: 'multipart/form-data' });
  assert.deepEqual([...errors], []);
  assert.deepEqual([text, headers], [undefined, []]);
  assert.deepEqual(parts, [['customer[email]', 'a@b.c'], ['customer[age]', '7'], ['lines[0][price]', '1'], ['lines[0][tags][0]', 'x'], ['lines[0][tags][1]', file], ['gift[message]', file]]);
  assert.deepEqual(withoutSecrets(values).body, { customer: { email: 'a@b.c', age: '7' }, lines: [{ price: '1', tags: ['x'] }], gift: {} });
});

test('lists_repeat_their_name_where_nothing_is_nested', () => {
  const [a, b] = ['a', 'b'].map((name) => new File(['x'], name));
  const flat = makeForm([param('files', 'body', 'array', { items: 'string' }), param('file.xml', 'body'), param('note', 'body')], { inParts: true });
  const request = makeRequest({ action: { method: 'POST', path: '/x', contentType: 'multipart/form-data' }, form: flat, values: { body: { files: [a, b], 'file.xml': '<x/>' } } });
  assert.deepEqual(request.parts, [['files', a], ['files', b], ['file.xml', '<x/>']]);
});

test('a_body_by_hand_may_be_a_file', () => {
  const raw = new File(['x'], 'a.bin');
  const { text, headers } = makeRequest({ action: { method: 'PUT', path: '/x', contentType: 'application/octet-stream' }, form: makeForm([]), values: {}, raw });
  assert.deepEqual([text, headers], [raw, [['content-type', 'application/octet-stream']]]);
});

test('json_goes_into_the_form_and_out_again', () => {
  const value = { customer: { email: 'e', age: 3 }, lines: [{ price: 2, tags: ['a', 'b'] }], metadata: { x: null }, rush: false };
  const filled = fill(form.body, value);
  assert.deepEqual(filled.lost, []);
  assert.deepEqual(read(form.body, filled.value, ['body'], assert.fail, true), value);
});

test('what_a_form_cannot_show_is_named', () => {
  assert.deepEqual(fill(form.body, { customer: { email: 'e', nick: 'n' }, lines: 'x', rush: 'yes' }).lost, ['customer.nick', 'lines', 'rush']);
});

test('a_body_by_hand_counts_instead_of_the_form', () => {
  const ask = (raw) => makeRequest({ action, form, values: { path: { shop: 's' } }, raw });
  assert.deepEqual(ask('{"a": 1}').body, { a: 1 });
  assert.equal(ask('{').errors.get('body'), 'json');
  assert.equal(ask('').text, undefined);
});

test('a_body_that_is_a_list_is_one', () => {
  const list = makeForm([param('', 'body', 'array', { items: 'string' })]);
  assert.deepEqual(makeRequest({ action, form: list, values: { path: { shop: 's' }, body: ['a'] } }).body, ['a']);
  const objects = makeForm([param('[].id', 'body', 'integer')]);
  assert.deepEqual(makeRequest({ action, form: objects, values: { body: [{ id: '1' }] } }).body, [{ id: 1 }]);
});

test('values_change_without_changing_those_before', () => {
  const before = { body: { list: ['a', 'b'] } };
  assert.deepEqual(withValue(before, ['body', 'list', 0], undefined), { body: { list: ['b'] } });
  assert.deepEqual(withValue({}, ['body', 'list', 0, 'x'], 'y'), { body: { list: [{ x: 'y' }] } });
  assert.deepEqual(before, { body: { list: ['a', 'b'] } });
});

test('a_path_is_read_back_but_for_what_is_masked', () => {
  const values = valuesOfPath(form, action.path, '/base/shops/a%20b/orders?notify=all&ids=1&ids=2&deep=true&key=•••');
  assert.deepEqual(values, { path: { shop: 'a b' }, query: { notify: 'all', ids: ['1', '2'], deep: true } });
  assert.deepEqual(valuesOfPath(form, action.path, '/shops/•••/orders').path, {});
});

test('a_template_is_filled_segment_by_segment', () => {
  assert.equal(fillTemplate('a/{id}.json', { id: '../x' }), '/a/..%2Fx.json');
});

test('what_is_kept_has_no_secrets', () => {
  assert.deepEqual(withoutSecrets({ header: { Authorization: 'x', accept: 'y' }, body: { user: { password: 'p', name: 'n' }, list: [{ api_key: 'k' }] } }), { header: { accept: 'y' }, body: { user: { name: 'n' }, list: [{}] } });
});
