import assert from 'node:assert/strict';
import { test } from 'node:test';
import { qrCode } from './qr.js';

const picture = (rows) => rows.map((row) => row.map((dark) => (dark ? '#' : '.')).join(''));

test('a_code_is_as_large_as_its_text_needs', () => {
  assert.deepEqual([1, 14, 15, 122, 123, 213, 412].map((length) => (qrCode('x'.repeat(length)).length - 17) / 4), [1, 1, 2, 7, 8, 10, 15]);
  assert.throws(() => qrCode('x'.repeat(413)), RangeError);
});

test('the_corners_and_the_dotted_lines_are_where_readers_look', () => {
  for (const length of [5, 60, 300]) {
    const rows = picture(qrCode('y'.repeat(length)));
    assert.deepEqual(rows.slice(0, 7).map((row) => row.slice(0, 8)), ['#######.', '#.....#.', '#.###.#.', '#.###.#.', '#.###.#.', '#.....#.', '#######.']);
    assert.match(rows[6].slice(8, -8), /^(?:#\.)*#$/);
  }
});

test('what_is_written_can_be_read_back', () => {
  for (const text of ['a', 'otpauth://totp/Magpie:ada%40acme.example?secret=JBSWY3DPEHPK3PXP&issuer=Magpie', 'ü€𝄞'.repeat(20)]) assert.equal(read(qrCode(text)), text);
});

/* Reads a code without errors, by the standard and not by what wrote it: format, mask, zigzag, blocks. */
function read(rows) {
  const size = rows.length;
  const version = (size - 17) / 4;
  const format = [0, 1, 2, 3, 4, 5, 7, 8].map((x) => rows[8][x]).reduce((bits, dark) => bits * 2 + Number(dark), 0);
  const mask = ((format >> 3) ^ 0b10101) & 7;
  assert.equal((format >> 6) ^ 0b10, 0, 'not level M');
  const isMasked = [(x, y) => (x + y) % 2, (x, y) => y % 2, (x) => x % 3, (x, y) => (x + y) % 3, (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
    (x, y) => ((x * y) % 2) + ((x * y) % 3), (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2, (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2][mask];
  const marks = { 1: [], 4: [6, 26], 8: [6, 24, 42] }[version] ?? { 5: [6, 30], 6: [6, 34], 9: [6, 26, 46], 10: [6, 28, 50], 11: [6, 30, 54] }[version];
  const isMark = (x, y) => marks.some((mx) => marks.some((my) => Math.abs(x - mx) <= 2 && Math.abs(y - my) <= 2 && !((mx === 6 && my === 6) || (mx === 6 && my === size - 7) || (mx === size - 7 && my === 6))));
  const isFixed = (x, y) => (x < 9 && y < 9) || (x > size - 9 && y < 9) || (x < 9 && y > size - 9) || x === 6 || y === 6 || isMark(x, y)
    || (version >= 7 && ((x > size - 12 && y < 6) || (y > size - 12 && x < 6)));
  let bits = '';
  let up = true;
  for (let right = size - 1; right > 0; right -= 2, up = !up) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step += 1) {
      const y = up ? size - 1 - step : step;
      for (const x of [right, right - 1]) if (!isFixed(x, y)) bits += Number(rows[y][x] !== (isMasked(x, y) === 0));
    }
  }
  const words = bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2));
  const [blocks, data] = { 1: [1, 16], 4: [2, 64], 5: [2, 86], 6: [4, 108], 8: [4, 154], 9: [5, 182], 10: [5, 216], 11: [5, 254] }[version];
  const short = Math.floor(data / blocks);
  const own = Array.from({ length: blocks }, () => []);
  let at = 0;
  for (let place = 0; place <= short; place += 1) for (let block = 0; block < blocks; block += 1) if (place < short || block >= blocks - (data % blocks)) own[block].push(words[at++]);
  const all = own.flat().map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const wide = version < 10 ? 8 : 16;
  const length = Number.parseInt(all.slice(4, 4 + wide), 2);
  const bytes = Array.from({ length }, (_, index) => Number.parseInt(all.slice(4 + wide + index * 8, 12 + wide + index * 8), 2));
  return new TextDecoder().decode(Uint8Array.from(bytes));
}
