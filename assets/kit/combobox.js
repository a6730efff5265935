import { html, useEffect, useId, useRef, useState } from '../vendor/preact.js';
import { nextIndex } from '../lib/keys.js';
import { IconButton } from './button.js';
import { Icon } from './icons.js';
import { Spinner } from './spinner.js';
import { useWords } from './words.js';

/**
 * One of many, found by typing. `find(query, signal)` gives rows `{value, label, note, mark}`; `chosen` is such a row or null, `onChoose`
 * gets the next one, or null when it is taken away. `none` is said when nothing is found, `failed(error)` when looking went wrong.
 */
export function Combobox({ label, help, error, chosen, onChoose, find, none, clear, failed = (error) => error.message, placeholder, ...rest }) {
  const { t } = useWords();
  const id = useId();
  const input = useRef(null);
  const list = useRef(null);
  const [written, write] = useState('');
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const found = useFound(find, open ? written : null);
  useEffect(() => list.current?.querySelector('.on')?.scrollIntoView({ block: 'nearest' }), [at]);
  const close = () => {
    setOpen(false);
    write('');
    setAt(0);
  };
  const take = (row) => {
    onChoose(row);
    close();
  };
  const press = (event) => {
    if (event.isComposing) return;
    if (!open && ['ArrowDown', 'ArrowUp'].includes(event.key)) {
      event.preventDefault();
      setOpen(true);
      return;
    }
    if (!open) return;
    const next = ['Home', 'End'].includes(event.key) ? null : nextIndex(event.key, at, found.rows.length);
    if (next !== null) setAt(next);
    else if (event.key === 'Enter' && found.rows[at]) take(found.rows[at]);
    else if (event.key === 'Escape') close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const value = open ? written : chosen?.label ?? '';
  const state = found.error ? failed(found.error) : !found.busy && found.rows.length === 0 ? none : null;
  const drop = () => {
    onChoose(null);
    input.current.focus();
  };
  return html`
    <div class="field combobox">
      <div class="head"><label for=${id}>${label}</label></div>
      <div class="box ${error ? 'wrong' : ''}">
        ${!open && chosen?.mark}
        <input id=${id} ref=${input} role="combobox" aria-expanded=${String(open)} aria-controls="${id}-list" aria-autocomplete="list" autocomplete="off" spellcheck=${false} dir="auto"
          aria-activedescendant=${open && found.rows[at] ? `${id}-${at}` : undefined} aria-describedby=${`${id}-note`} aria-invalid=${error ? 'true' : undefined}
          value=${value} placeholder=${open && chosen ? chosen.label : placeholder} onKeyDown=${press}
          onInput=${(event) => (write(event.target.value), setOpen(true), setAt(0))} onClick=${() => setOpen(true)} onBlur=${close} ...${rest} />
        ${open && found.busy ? html`<${Spinner} />` : chosen && !open ? html`<${IconButton} icon="close" label=${clear} onClick=${drop} />` : html`<${Icon} name="down" class="combobox-mark" />`}
      </div>
      <div class="combobox-list" hidden=${!open}>
        <ul id="${id}-list" ref=${list} role="listbox" aria-label=${label} hidden=${found.rows.length === 0}>
          ${open && found.rows.map((row, index) => html`
            <li key=${row.value} id="${id}-${index}" role="option" aria-selected=${String(index === at)} class=${index === at ? 'on' : ''} onPointerDown=${(event) => (event.preventDefault(), take(row))}>
              ${row.mark}<span class="combobox-words"><span dir="auto">${row.label}</span>${row.note && html`<span class="quiet small" dir="auto">${row.note}</span>`}</span>
            </li>`)}
        </ul>
        ${state && html`<p class="quiet small combobox-none">${state}</p>`}
      </div>
      <span class="unseen" role="status">${open && !found.busy ? t('kit.combobox.found', { count: found.rows.length }) : ''}</span>
      <p id="${id}-note" class="note ${error ? 'error' : ''}">${error ?? help}</p>
    </div>`;
}

/** What is found for a query; those from before stay until there are others. */
function useFound(find, query) {
  const [found, setFound] = useState({ rows: [], busy: false, error: null });
  const latest = useRef(find);
  latest.current = find;
  useEffect(() => {
    if (query === null) return setFound({ rows: [], busy: false, error: null });
    const stop = new AbortController();
    setFound((now) => ({ ...now, busy: true }));
    const timer = setTimeout(() => latest.current(query, stop.signal).then(
      (rows) => stop.signal.aborted || setFound({ rows, busy: false, error: null }),
      (error) => stop.signal.aborted || setFound({ rows: [], busy: false, error }),
    ), query ? 180 : 0);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [query]);
  return found;
}
