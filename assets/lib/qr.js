import { masks, penalty } from './qr-mask.js';

/**
 * QR codes (ISO/IEC 18004) of short texts: bytes, error correction M, versions 1 to 15. Gives the
 * modules as rows of booleans, without the quiet zone of four modules that must be around them.
 */
const checkBytes = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24];
const blockCounts = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10];

export function qrCode(text) {
  const bytes = new TextEncoder().encode(text);
  const version = checkBytes.findIndex((_, at) => bytes.length + (at + 1 < 10 ? 2 : 3) <= room(at + 1)) + 1;
  if (version === 0) throw new RangeError('too long for a QR code');
  const words = interleave(version, pack(version, bytes));
  const candidates = masks.map((mask, number) => drawn(version, words, mask, number));
  return candidates.reduce((best, each) => (each.cost < best.cost ? each : best)).rows;
}

/** How many bytes there are for data, the four bits of the mode and the length among them. */
const room = (version) => Math.floor(rawModules(version) / 8) - checkBytes[version - 1] * blockCounts[version - 1];

function rawModules(version) {
  let count = (16 * version + 128) * version + 64;
  if (version >= 2) {
    const aligned = Math.floor(version / 7) + 2;
    count -= (25 * aligned - 10) * aligned - 55;
    if (version >= 7) count -= 36;
  }
  return count;
}

function pack(version, bytes) {
  const bits = [];
  const put = (value, length) => {
    for (let at = length - 1; at >= 0; at -= 1) bits.push((value >> at) & 1);
  };
  put(4, 4);
  put(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) put(byte, 8);
  const capacity = room(version) * 8;
  put(0, Math.min(4, capacity - bits.length));
  while (bits.length % 8 > 0) bits.push(0);
  for (let pad = 0; bits.length < capacity; pad += 1) put(pad % 2 ? 0x11 : 0xec, 8);
  return Array.from({ length: bits.length / 8 }, (_, at) => Number.parseInt(bits.slice(at * 8, at * 8 + 8).join(''), 2));
}

function interleave(version, data) {
  const count = blockCounts[version - 1];
  const checks = checkBytes[version - 1];
  const short = Math.floor(data.length / count);
  const shorter = count - (data.length % count);
  const divisor = generator(checks);
  const blocks = [];
  for (let at = 0, from = 0; at < count; at += 1) {
    const own = data.slice(from, (from += short + (at < shorter ? 0 : 1)));
    blocks.push({ own, check: remainder(own, divisor) });
  }
  const words = [];
  for (let at = 0; at <= short; at += 1) for (const { own } of blocks) if (at < own.length) words.push(own[at]);
  for (let at = 0; at < checks; at += 1) for (const { check } of blocks) words.push(check[at]);
  return words;
}

/** In the field of 256 elements with the polynomial 0x11d. */
function times(a, b) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) product = (product << 1) ^ ((product >> 7) * 0x11d) ^ (((b >> bit) & 1) * a);
  return product;
}

function generator(degree) {
  const found = [...Array(degree - 1).fill(0), 1];
  for (let turn = 0, root = 1; turn < degree; turn += 1, root = times(root, 2)) {
    for (let at = 0; at < degree; at += 1) found[at] = times(found[at], root) ^ (found[at + 1] ?? 0);
  }
  return found;
}

function remainder(data, divisor) {
  const rest = Array(divisor.length).fill(0);
  for (const byte of data) {
    const factor = byte ^ rest.shift();
    rest.push(0);
    divisor.forEach((each, at) => (rest[at] ^= times(each, factor)));
  }
  return rest;
}

function drawn(version, words, mask, number) {
  const size = version * 4 + 17;
  const rows = Array.from({ length: size }, () => Array(size).fill(false));
  const fixed = Array.from({ length: size }, () => Array(size).fill(false));
  const set = (x, y, dark) => {
    if (x < 0 || y < 0 || x >= size || y >= size) return;
    rows[y][x] = Boolean(dark);
    fixed[y][x] = true;
  };
  for (let at = 0; at < size; at += 1) {
    set(6, at, at % 2 === 0);
    set(at, 6, at % 2 === 0);
  }
  for (const [cx, cy] of [[3, 3], [size - 4, 3], [3, size - 4]]) square(cx, cy, 4, (ring) => ring !== 2 && ring !== 4, set);
  const places = alignment(version);
  for (const [i, x] of places.entries()) {
    for (const [j, y] of places.entries()) {
      const isFinder = (i === 0 && j === 0) || (i === 0 && j === places.length - 1) || (i === places.length - 1 && j === 0);
      if (!isFinder) square(x, y, 2, (ring) => ring !== 1, set);
    }
  }
  formatBits(size, number, set);
  if (version >= 7) versionBits(version, size, set);
  fill(size, words, rows, fixed, mask);
  return { rows, cost: penalty(rows) };
}

function square(cx, cy, reach, isDark, set) {
  for (let dy = -reach; dy <= reach; dy += 1) for (let dx = -reach; dx <= reach; dx += 1) set(cx + dx, cy + dy, isDark(Math.max(Math.abs(dx), Math.abs(dy))));
}

function alignment(version) {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2;
  return [6, ...Array.from({ length: count - 1 }, (_, at) => version * 4 + 10 - (count - 2 - at) * step)];
}

function formatBits(size, number, set) {
  let rest = number;
  for (let turn = 0; turn < 10; turn += 1) rest = (rest << 1) ^ ((rest >> 9) * 0x537);
  // Level M is 00.
  const bits = ((number << 10) | rest) ^ 0x5412;
  const bit = (at) => (bits >> at) & 1;
  for (let at = 0; at < 6; at += 1) set(8, at, bit(at));
  set(8, 7, bit(6));
  set(8, 8, bit(7));
  set(7, 8, bit(8));
  for (let at = 9; at < 15; at += 1) set(14 - at, 8, bit(at));
  for (let at = 0; at < 8; at += 1) set(size - 1 - at, 8, bit(at));
  for (let at = 8; at < 15; at += 1) set(8, size - 15 + at, bit(at));
  set(8, size - 8, true);
}

function versionBits(version, size, set) {
  let rest = version;
  for (let turn = 0; turn < 12; turn += 1) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25);
  const bits = (version << 12) | rest;
  for (let at = 0; at < 18; at += 1) {
    const [far, near] = [size - 11 + (at % 3), Math.floor(at / 3)];
    set(far, near, (bits >> at) & 1);
    set(near, far, (bits >> at) & 1);
  }
}

function fill(size, words, rows, fixed, mask) {
  let at = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step += 1) {
      for (const x of [right, right - 1]) {
        const y = ((right + 1) & 2) === 0 ? size - 1 - step : step;
        if (fixed[y][x]) continue;
        const dark = at < words.length * 8 && (words[at >> 3] >> (7 - (at & 7))) & 1;
        rows[y][x] = Boolean(dark) !== mask(x, y);
        at += 1;
      }
    }
  }
}
