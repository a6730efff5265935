/** What many pages need and seldom changes: asked for once an environment, and again after a failure. */
export function createShared(api) {
  const kept = new Map();
  const known = new Map();
  const once = (name, load) => () => {
    if (!kept.has(name)) {
      const loading = load();
      kept.set(name, loading);
      loading.then((value) => known.set(name, value), () => kept.delete(name));
    }
    return kept.get(name);
  };
  return {
    /** `{rows, byPlatform}`, in the order of their names. */
    connectors: once('connectors', async () => {
      const rows = await everyPage(api, '/v1/available-connectors');
      rows.sort((a, b) => a.name.localeCompare(b.name));
      return { rows, byPlatform: new Map(rows.map((row) => [row.platform, row])) };
    }),
    /** What has come already, without waiting. */
    known: (name) => known.get(name),
    forget: (name) => (kept.delete(name), known.delete(name)),
  };
}

/** All rows of a list. The first page says how many there are, and the others are asked for at once. */
export async function everyPage(api, path, { signal } = {}) {
  const fetch = (page) => api.get(path, { query: { page, limit: 500 }, signal });
  const first = await fetch(1);
  const others = Array.from({ length: (first.pages || 1) - 1 }, (_, at) => fetch(at + 2));
  return [first, ...(await Promise.all(others))].flatMap(({ rows }) => rows);
}
