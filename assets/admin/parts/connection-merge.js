/*
 * A change meets another that somebody made meanwhile. Fields that only one side touched go together by
 * themselves; what both touched differently is for a person to decide.
 */
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** Compares by field: what we started from, what it is now, what we want. Gives `{mine, disputed}`: what to send, and names of fields. */
export function merge(base, theirs, ours) {
  const mine = {};
  const disputed = [];
  for (const name of Object.keys(ours)) {
    if (same(ours[name], base[name]) || same(ours[name], theirs[name])) continue;
    if (same(theirs[name], base[name])) mine[name] = ours[name];
    else disputed.push(name);
  }
  return { mine, disputed };
}

/** What of a connection is edited here. */
export const editable = ({ name, tags }) => ({ name: name ?? null, tags: [...(tags ?? [])].sort() });
