/* What takes longest is begun while the rest is still on its way: who is there, and the page that the address says, with its words. */
import { findRoute, readHash } from '../lib/router.js';
import { doorOf, isDoor, pages } from './pages.js';
import { applyKeptTheme } from './theme.js';
import { fetchWords, speak } from './words.js';

/** The session as it was at the start, `null` if that went wrong. */
export const firstSession = fetch(new URL('../../admin/api/session', import.meta.url), { signal: AbortSignal.timeout(10_000) }).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);

/** The words that are everywhere. */
export const spoken = speak();

const { path } = readHash(location.hash);
const said = findRoute(pages, path)?.route;
begin(said);

/** The page that is seen first; none where the address says none, or nobody knows who is there. */
export const firstPage = firstSession.then((session) => {
  const page = session && (session.signedIn && !isDoor(path) ? said : doorOf(session, path));
  begin(page);
  return page;
});

applyKeptTheme();

/* What goes wrong here goes wrong again when it is really wanted, and is told then. */
function begin(page) {
  if (!page) return;
  page.load().catch(() => {});
  fetchWords(page.words).catch(() => {});
}
