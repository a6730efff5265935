import { html, useRef } from '../vendor/preact.js';
import { isTyping, nextIndex } from '../lib/keys.js';
import { Icon } from './icons.js';
import { Menu } from './menu.js';
import { useWords } from './words.js';

/**
 * Rows of the same kind. A column is `{key, label, cell(row), sort, end, class, quiet}`: `sort` is the name the
 * order goes by, `end` aligns numbers. The first column names the row and holds its link, if `href(row)` is
 * given. `sort` is the present order (`name` or `-name`), `selection` a Set of keys, `menu(row)` items for
 * the menu at the end. Below 40 rem each row is a card. Arrows and `j`/`k` go through the links.
 */
export function Table({ label, columns, rows, rowKey = (row) => row.id, rowName = rowKey, href, onOpen, sort, onSort, selection, onSelection, menu, busy = false, class: extra = '' }) {
  const { t } = useWords();
  const body = useRef(null);
  const keys = rows.map(rowKey);
  const chosen = selection ? keys.filter((key) => selection.has(key)).length : 0;
  const all = (on) => onSelection(new Set([...[...selection].filter((key) => !keys.includes(key)), ...(on ? keys : [])]));
  const one = (key, on) => onSelection(new Set(on ? [...selection, key] : [...selection].filter((each) => each !== key)));
  const press = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const links = [...body.current.querySelectorAll('.row-link')];
    const key = { j: 'ArrowDown', k: 'ArrowUp' }[event.key] ?? event.key;
    const at = links.indexOf(document.activeElement);
    const next = at < 0 ? null : nextIndex(key, at, links.length);
    if (next === null) return;
    event.preventDefault();
    links[next].focus();
  };
  return html`
    <div class="table-frame ${extra} ${busy ? 'busy' : ''}" aria-busy=${busy ? 'true' : undefined}>
      <table class="table" role="table" aria-label=${label}>
        <thead role="rowgroup"><tr role="row">
          ${selection && html`<th role="columnheader" class="pick"><label class="pick-all"><input type="checkbox" aria-label=${t('kit.table.all')} checked=${chosen > 0 && chosen === keys.length}
            indeterminate=${chosen > 0 && chosen < keys.length} onChange=${(event) => all(event.target.checked)} /><span>${t('kit.table.all')}</span></label></th>`}
          ${columns.map((column) => html`<${Head} key=${column.key} column=${column} sort=${sort} onSort=${onSort} />`)}
          ${menu && html`<th role="columnheader" class="more"><span class="unseen">${t('kit.table.more')}</span></th>`}
        </tr></thead>
        <tbody role="rowgroup" ref=${body} onKeyDown=${press}>
          ${rows.map((row) => html`<${Row} key=${rowKey(row)} row=${row} id=${rowKey(row)} name=${rowName(row)} columns=${columns} href=${href?.(row)} onOpen=${onOpen}
            selected=${selection?.has(rowKey(row))} onSelect=${selection && one} items=${menu} />`)}
        </tbody>
      </table>
    </div>`;
}

function Head({ column, sort, onSort }) {
  const { key, label, end, sort: by, hideLabel } = column;
  const words = hideLabel ? html`<span class="unseen">${label}</span>` : label;
  const common = { role: 'columnheader', scope: 'col', class: `${end ? 'end' : ''} ${column.class ?? ''} col-${key}` };
  if (!by || !onSort) return html`<th ...${common}>${words}</th>`;
  const state = sort === by ? 'ascending' : sort === `-${by}` ? 'descending' : undefined;
  const icon = state === 'ascending' ? 'arrow-up' : state === 'descending' ? 'arrow-down' : 'sort';
  return html`
    <th ...${common} aria-sort=${state}>
      <button type="button" class="sort ${state ? 'on' : ''}" onClick=${() => onSort(state === 'ascending' ? `-${by}` : state === 'descending' || !column.descending ? by : `-${by}`)}>
        ${words}<${Icon} name=${icon} />
      </button>
    </th>`;
}

function Row({ row, id, name, columns, href, onOpen, selected, onSelect, items }) {
  const { t } = useWords();
  // The whole row leads on, for the mouse; the link in it is what everybody else has.
  const open = (event) => {
    if (event.defaultPrevented || event.target.closest('a, button, input, select, label, [popover]') || String(getSelection())) return;
    if (onOpen) onOpen(row, event);
    else if (event.metaKey || event.ctrlKey) window.open(href);
    else location.hash = href;
  };
  const leads = href || onOpen;
  const link = (content) => (href
    ? html`<a class="row-link" href=${href}>${content}</a>`
    : html`<button type="button" class="row-link" onClick=${(event) => onOpen(row, event)}>${content}</button>`);
  return html`
    <tr role="row" class="${leads ? 'leads' : ''} ${selected ? 'selected' : ''}" onClick=${leads ? open : undefined}>
      ${onSelect && html`<td role="cell" class="pick"><input type="checkbox" aria-label=${t('kit.table.one', { name })} checked=${selected} onChange=${(event) => onSelect(id, event.target.checked)} /></td>`}
      ${columns.map((column, at) => html`
        <td key=${column.key} role="cell" class="${column.end ? 'end' : ''} ${at === 0 ? 'first' : ''} ${column.quiet ? 'quiet' : ''} ${column.class ?? ''} col-${column.key}" data-label=${column.label}>
          ${at === 0 && leads && !column.ownLink ? link(column.cell(row)) : html`<div class="cell">${column.cell(row)}</div>`}
        </td>`)}
      ${items && html`<td role="cell" class="more">${items(row)?.some(Boolean) && html`<${Menu} label=${t('kit.table.menu', { name })} items=${items(row)} />`}</td>`}
    </tr>`;
}

/** Which columns are shown. `columns` as in the table, the first always stays; `hidden` is a list of keys. */
export function ColumnChooser({ columns, hidden, onHidden }) {
  const { t } = useWords();
  const items = columns.slice(1).map(({ key, label }) => ({
    label,
    checked: !hidden.includes(key),
    onSelect: () => onHidden(hidden.includes(key) ? hidden.filter((each) => each !== key) : [...hidden, key]),
  }));
  return html`<${Menu} label=${t('kit.table.columns')} icon="columns" items=${items} class="button icon-only" />`;
}
