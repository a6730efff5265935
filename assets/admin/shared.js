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

async function everyPage(api, path) {
  const rows = [];
  for (let page = 1; page <= 40; page += 1) {
    const answer = await api.get(path, { query: { page, limit: 500 } });
    rows.push(...answer.rows);
    if (page >= (answer.pages ?? 1)) break;
  }
  return rows;
}
