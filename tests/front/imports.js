import { readFileSync } from 'node:fs';
import { assets } from './tree.js';

/** A script and all that it imports from the start, below the assets. */
export function imports(file, seen = new Set()) {
  if (seen.has(file)) return seen;
  seen.add(file);
  const url = new URL(file, assets);
  for (const [, address] of readFileSync(url, 'utf8').matchAll(/^import [^;]*?'(\.[^']+)';/gms)) {
    imports(new URL(address, url).pathname.slice(assets.pathname.length), seen);
  }
  return seen;
}
