/* Begins what takes longest before all the rest has been read: who is there, and the page that the address says. */
import { findRoute, readHash } from '../lib/router.js';
import { recall } from './keep.js';
import { pages } from './pages.js';

const headers = { 'x-magpie-environment': recall('environment') === 'live' ? 'live' : 'test' };
const ask = () => fetch(new URL('../../admin/api/session', import.meta.url), { headers, cache: 'no-store' });
let session = ask().then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
findRoute(pages, readHash(location.hash).path)?.route.load().catch(() => {});

/** The session as it was asked for at the start; only once, and `null` if that went wrong. */
export function firstSession() {
  const first = session;
  session = null;
  return first;
}
