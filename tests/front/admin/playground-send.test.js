import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sendThrough } from '../../../assets/admin/parts/playground-send.js';

const app = { t: (key, { name }) => `${key} ${name}`, root: 'https://m.test/', api: {}, latest: () => ({ session: null, environment: 'test' }) };

test('a_file_that_has_changed_is_told_of_and_nothing_is_sent', async (context) => {
  const fetched = context.mock.method(globalThis, 'fetch', async () => assert.fail('sent'));
  // As a browser does it with a file that is not any more what was chosen.
  const gone = new File(['x'], 'gone.txt');
  gone.slice = () => ({ arrayBuffer: async () => { throw new DOMException('changed', 'NotReadableError'); } });
  for (const request of [{ text: gone }, { text: undefined, parts: [['note', 'x'], ['file', gone]] }]) {
    const sent = sendThrough({ app, request: { method: 'POST', path: '/x', headers: [], ...request }, connectionKey: 'k', actionId: 'a', signal: new AbortController().signal });
    await assert.rejects(sent, { name: 'ApiError', message: 'play.file.changed gone.txt' });
  }
  assert.equal(fetched.mock.callCount(), 0);
});
