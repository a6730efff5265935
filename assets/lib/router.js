/** What an address after the `#` says: `#/tools/gmail?tag=a` → `{path: '/tools/gmail', query: {tag: 'a'}}`. */
export function readHash(hash) {
  const text = String(hash ?? '').replace(/^#/, '');
  const cut = text.indexOf('?');
  const path = cut < 0 ? text : text.slice(0, cut);
  return { path: `/${path.split('/').filter(Boolean).join('/')}`, query: Object.fromEntries(new URLSearchParams(cut < 0 ? '' : text.slice(cut))) };
}

/** The other way round; what is empty, null or undefined is left out. Parts of the path must be encoded already. */
export function writeHash(path, query = {}) {
  const kept = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const text = new URLSearchParams(kept).toString();
  return `#${path}${text && `?${text}`}`;
}

/** A path with values in the places of `:name`, each encoded: `path('/tools/:platform', {platform: 'a/b'})`. */
export function fillPath(pattern, params = {}) {
  return pattern.replace(/:(\w+)/g, (_, name) => encodeURIComponent(params[name]));
}

/** The first of `routes` whose `path` fits, with its parameters decoded; `null` if none does. */
export function findRoute(routes, path) {
  const parts = path.split('/').filter(Boolean);
  for (const route of routes) {
    const params = fits(route.path.split('/').filter(Boolean), parts);
    if (params) return { route, params };
  }
  return null;
}

function fits(pattern, parts) {
  if (pattern.length !== parts.length) return null;
  const params = {};
  for (const [index, piece] of pattern.entries()) {
    if (piece.startsWith(':')) params[piece.slice(1)] = decoded(parts[index]);
    else if (piece !== parts[index]) return null;
  }
  return params;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Follows the address of `window`. `changed(place)` hears each new place; `mayLeave(to)` is asked
 * before a page with unsaved changes is left, and answers with a promise of yes or no.
 */
export function createRouter({ window, changed, mayLeave }) {
  let shown = window.location.hash;
  let guard = null;
  let moves = 0;
  const tell = () => {
    shown = window.location.hash;
    changed(readHash(shown));
  };
  const leave = async () => {
    const wanted = window.location.hash;
    const isElsewhere = readHash(wanted).path !== readHash(shown).path;
    if (guard?.() && isElsewhere) {
      window.history.replaceState(null, '', shown || '#/');
      if (!(await mayLeave())) return;
      guard = null;
      window.history.pushState(null, '', wanted);
    }
    if (isElsewhere) moves += 1;
    tell();
  };
  const unload = (event) => guard?.() && event.preventDefault();
  return {
    place: () => readHash(shown),
    /** Whether somebody went from page to page: only then does the focus follow. */
    hasMoved: () => moves > 0,
    start() {
      window.addEventListener('hashchange', leave);
      window.addEventListener('beforeunload', unload);
      return () => {
        window.removeEventListener('hashchange', leave);
        window.removeEventListener('beforeunload', unload);
      };
    },
    go(path, query) {
      const wanted = writeHash(path, query);
      if (wanted === window.location.hash) tell();
      else window.location.hash = wanted;
    },
    /** Changes what the address says of the same page, without a step in the history. */
    setQuery(changes) {
      const { path, query } = readHash(shown);
      window.history.replaceState(null, '', writeHash(path, { ...query, ...changes }));
      tell();
    },
    /** While `isDirty()` is true, leaving asks first. Gives back how to take the guard away. */
    keep(isDirty) {
      guard = isDirty;
      return () => {
        if (guard === isDirty) guard = null;
      };
    },
    /** Asks as leaving would, for changes that are no change of address. */
    mayGo: async () => !guard?.() || ((await mayLeave()) && ((guard = null), true)),
  };
}
