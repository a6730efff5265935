import { fold, groupBy, search } from '../lib/search.js';

/** What can be connected: what the session allows and, if the customer's answer has a list, that list too. */
export function offered(session, platforms) {
  return session.connectors.filter(({ platform }) => !platforms || platforms.has(platform.toLowerCase()));
}

/** The connector that `selectedConnection` means, by platform or title in any case; `null` if none. */
export function findConnector(connectors, wanted) {
  const name = fold(wanted).trim();
  const squeezed = name.replace(/[\s_-]+/g, '');
  return (
    connectors.find(({ platform, title }) => fold(platform) === name || fold(title) === name) ??
    connectors.find(({ platform, title }) => [platform, title].some((each) => fold(each).replace(/[\s_-]+/g, '') === squeezed)) ??
    null
  );
}

/** What a search finds; everything in the order of titles when nothing is searched. */
export function find(connectors, { query, category }) {
  const within = category ? connectors.filter((each) => each.category === category) : connectors;
  const sorted = [...within].sort((a, b) => a.title.localeCompare(b.title));
  return search(sorted, query, ({ title, platform, category, tags, description }) => [
    title,
    platform,
    category ?? '',
    (tags ?? []).join(' '),
    description ?? '',
  ]);
}

/** Categories with their connectors, by name; what fits nowhere comes last. */
export function byCategory(connectors, nameOf) {
  const last = (category) => (!category || category === 'Generic' || category === 'Other' ? 1 : 0);
  return [...groupBy(connectors, ({ category }) => category ?? '')].sort(
    ([a], [b]) => last(a) - last(b) || nameOf(a).localeCompare(nameOf(b)),
  );
}

const urgency = { failed: 0, degraded: 1, unknown: 2, operational: 3 };

/** One's own connections with what is known of their connectors: what needs a hand first, then the newest. */
export function ownConnections(session, connections) {
  const known = new Map(session.connectors.map((each) => [each.platform, each]));
  return connections
    .map((each) => ({ ...each, connector: known.get(each.platform) ?? null, title: known.get(each.platform)?.title ?? each.platform }))
    .sort((a, b) => rank(a) - rank(b) || String(b.createdAt).localeCompare(String(a.createdAt)));
}

const rank = ({ state }) => urgency[state] ?? urgency.unknown;

/** The tone of a state's badge. */
export const toneOf = (state) => ({ operational: 'success', degraded: 'warning', failed: 'danger' })[state] ?? '';
