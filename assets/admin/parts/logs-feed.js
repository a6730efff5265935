import { useEffect, useRef, useState } from '../../vendor/preact.js';
import { follow } from '../../lib/events.js';
import { useApp } from '../context.js';

const most = 500;

/**
 * A list that grows at its top: the first page, older pages when asked for, and what happens meanwhile. While somebody is further
 * down, or has paused, what is new waits, and is put in by `show`.
 */
export function useFeed({ query, isLive }) {
  const { api } = useApp();
  const key = JSON.stringify(query);
  const [list, setList] = useState({ rows: [], next: null, state: 'loading', error: null, busy: true });
  const [waiting, setWaiting] = useState([]);
  const [line, setLine] = useState('off');
  const [turn, setTurn] = useState(0);
  const isAtTop = useRef(true);
  const again = () => setTurn((now) => now + 1);

  useEffect(() => {
    const watch = () => (isAtTop.current = window.scrollY < 120);
    window.addEventListener('scroll', watch, { passive: true });
    return () => window.removeEventListener('scroll', watch);
  }, []);
  useEffect(() => api.onBack(again), [api]);

  useEffect(() => {
    const stop = new AbortController();
    setList((now) => ({ ...now, busy: true }));
    setWaiting([]);
    api.get('/admin/api/logs', { query: { ...query, limit: 50 }, signal: stop.signal }).then(
      ({ rows, next }) => stop.signal.aborted || setList({ rows, next, state: 'ready', error: null, busy: false }),
      (error) => stop.signal.aborted || setList((now) => ({ ...now, state: 'failed', error, busy: false })),
    );
    return () => stop.abort();
  }, [key, turn]);

  useEffect(() => {
    if (!isLive) return setLine('off');
    const { from, to, ...filters } = query;
    return follow({
      open: (signal) => openStream(api, filters, signal),
      told: setLine,
      hear({ event, data }) {
        // Too much at once to be told one by one: then it is read again.
        if (event === 'missed') return again();
        const row = parsed(data);
        if (!row) return undefined;
        if (isAtTop.current) return setList((now) => put(now, [row]));
        return setWaiting((now) => [row, ...now].slice(0, most));
      },
    });
  }, [key, isLive]);

  const show = () => {
    setList((now) => put(now, waiting));
    setWaiting([]);
    window.scrollTo({ top: 0 });
  };
  const older = async () => {
    setList((now) => ({ ...now, busy: true }));
    try {
      const { rows, next } = await api.get('/admin/api/logs', { query: { ...query, limit: 50, before: list.next } });
      setList((now) => ({ ...now, rows: unique([...now.rows, ...rows]), next, busy: false, error: null }));
    } catch (error) {
      setList((now) => ({ ...now, busy: false, error }));
    }
  };
  return { ...list, waiting: waiting.length, line, show, older, again };
}

async function openStream(api, query, signal) {
  const attempt = () => api.inBackground.raw('/admin/api/logs/stream', { query, signal });
  const response = await attempt();
  if (response.status !== 403) return response;
  // Perhaps only because somebody signed in again in another tab; asking for something else finds that out.
  const isAllowed = await api.inBackground.get('/admin/api/logs', { query: { limit: 1 }, signal }).then(() => true, () => false);
  return isAllowed ? attempt() : response;
}

function put(list, rows) {
  const all = unique([...rows, ...list.rows]);
  // The end of a list that grew at its top can be read again.
  return all.length > most ? { ...list, rows: all.slice(0, most), next: all[most - 1].id } : { ...list, rows: all };
}

function unique(rows) {
  const seen = new Set();
  return rows.filter(({ id }) => !seen.has(id) && seen.add(id));
}

function parsed(data) {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}
