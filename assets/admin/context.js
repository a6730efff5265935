import { createContext, useCallback, useContext, useEffect, useRef, useState } from '../vendor/preact.js';
import { useLoadOf } from '../kit/load.js';
import { recall, remember } from './keep.js';

/**
 * What every page has: `t` (its own words, then everybody's), `format`, `api`, `session`, `environment`
 * (`live` or `test`), `setEnvironment`, `can(role)`, `router`, `root`, `explain(error)`, `theme`, `setTheme`, `reload` (the session).
 */
export const Context = createContext(null);

export const useApp = () => useContext(Context);

/** Loads by `load(api, signal)`, anew when `deps` change and when the server is back. See `kit/load.js`. */
export function useLoad(load, deps = []) {
  const { api } = useApp();
  const loaded = useLoadOf((signal, { isPoll }) => load(isPoll ? api.inBackground : api, signal), deps);
  useEffect(() => api.onBack(loaded.again), [api]);
  return loaded;
}

/** Loads again by itself while somebody looks. That is no sign of anybody's presence, and the server is told so. */
export function usePolling({ poll }, ms) {
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && poll(), ms);
    return () => clearInterval(timer);
  }, [poll, ms]);
}

/**
 * Something to be done once at a time: `{run, busy, error, clear}`. `error` is a sentence; `run` gives what
 * `act` gave, or `undefined` if it failed.
 */
export function useAct(act) {
  const { explain } = useApp();
  const [state, setState] = useState({ busy: false, error: null, cause: null });
  const latest = useRef(act);
  latest.current = act;
  const busy = useRef(false);
  const run = useCallback(async (...args) => {
    if (busy.current) return undefined;
    busy.current = true;
    setState({ busy: true, error: null, cause: null });
    try {
      const value = await latest.current(...args);
      setState({ busy: false, error: null, cause: null });
      return value;
    } catch (cause) {
      setState({ busy: false, error: explain(cause), cause });
      return undefined;
    } finally {
      busy.current = false;
    }
  }, []);
  const clear = useCallback(() => setState({ busy: false, error: null, cause: null }), []);
  return { ...state, run, clear };
}

/** Asks before a page with unsaved changes is left. */
export function useUnsaved(isDirty) {
  const { router } = useApp();
  const dirty = useRef(isDirty);
  dirty.current = isDirty;
  useEffect(() => router.keep(() => dirty.current), []);
}

/** A value that this browser remembers: columns, sizes of pages. */
export function useKept(key, otherwise) {
  const [value, setValue] = useState(() => recall(key, otherwise));
  const set = useCallback((next) => {
    remember(key, next);
    setValue(next);
  }, [key]);
  return [value, set];
}

/** What changes with every letter, later: when nobody typed for a moment. */
export function useLater(value, ms = 250) {
  const [later, setLater] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLater(value), ms);
    return () => clearTimeout(timer);
  }, [value]);
  return later;
}

/** All connectors, by their platform as well: asked for once, used by everybody. */
export function useConnectors() {
  const { shared } = useApp();
  const loaded = useLoad(() => shared.connectors());
  const value = loaded.value ?? shared.known('connectors');
  return value ? { ...loaded, state: 'ready', value } : loaded;
}
