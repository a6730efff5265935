import { useRef, useState } from '../vendor/preact.js';
import { nextIndex } from '../lib/keys.js';

/**
 * A list with one tab stop: arrows, Home, End and the page keys move in it. `keys` names the rows in
 * order. Spread `list` on the container and `row(key)` on each row's button; `first()` moves into
 * the list, `onLeaveUp` is called when an arrow leads up, out of it.
 */
export function useRoving(keys, { initial, onActive, onLeaveUp } = {}) {
  const container = useRef(null);
  const [chosen, choose] = useState(initial);
  const active = keys.includes(chosen) ? chosen : keys[0];
  const rows = () => [...container.current.querySelectorAll('[data-row]')];
  const onKeyDown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const all = rows();
    const index = all.indexOf(event.target.closest('[data-row]'));
    const next = index < 0 ? null : nextIndex(event.key, index, all.length);
    if (next === null) return;
    event.preventDefault();
    if (next === index && event.key === 'ArrowUp') return onLeaveUp?.();
    all[next]?.focus();
  };
  return {
    list: { ref: container, onKeyDown },
    row: (key) => ({
      'data-row': key,
      tabIndex: key === active ? 0 : -1,
      onFocus: () => {
        choose(key);
        onActive?.(key);
      },
    }),
    first: () => rows()[0]?.focus(),
    focus: (key) => rows().find((row) => row.dataset.row === key)?.focus(),
  };
}
