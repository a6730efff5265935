import { html, useEffect, useId, useLayoutEffect, useRef, useState } from '../vendor/preact.js';
import { nextIndex } from '../lib/keys.js';
import { Icon } from './icons.js';
import { placeBeside } from './place.js';

/**
 * A button that opens a list of things to do. An item is `{label, icon, onSelect, href, danger, checked,
 * disabled, note}`, or `'-'` for a line. `button` draws what is inside the button; `label` names it.
 */
export function Menu({ label, items, children, icon = 'more', class: extra = 'button quiet icon-only' }) {
  const id = useId();
  const button = useRef(null);
  const list = useRef(null);
  const [open, setOpen] = useState(false);
  const rows = () => [...list.current.querySelectorAll('[role^=menuitem]:not([aria-disabled=true])')];
  useEffect(() => {
    const element = list.current;
    // A menu that is closed and opened again at once is one `toggle`, from open to open: that it was closed in
    // between is known from `beforetoggle` alone.
    const toggled = ({ type, newState }) => (type === 'toggle' || newState === 'closed') && setOpen(newState === 'open');
    for (const type of ['beforetoggle', 'toggle']) element.addEventListener(type, toggled);
    return () => {
      for (const type of ['beforetoggle', 'toggle']) element.removeEventListener(type, toggled);
    };
  }, []);
  // What is in it is drawn only while it is open, and has a size only then.
  useLayoutEffect(() => {
    if (!open) return;
    placeBeside(list.current, button.current);
    rows()[0]?.focus({ preventScroll: true });
  }, [open]);
  const close = () => {
    list.current.hidePopover();
    button.current?.focus();
  };
  const press = (event) => {
    const all = rows();
    const index = all.indexOf(document.activeElement);
    const letter = event.key.length === 1 && /\S/.test(event.key) && all.find((row, at) => at > index && startsWith(row, event.key));
    if (event.key === 'Tab') list.current.hidePopover();
    const edge = event.key === 'ArrowDown' && index === all.length - 1 ? 0 : event.key === 'ArrowUp' && index === 0 ? all.length - 1 : null;
    const next = edge ?? nextIndex(event.key, index, all.length);
    if (event.key === 'Escape') close();
    else if (letter) letter.focus();
    else if (next === null) return;
    else all[next]?.focus();
    event.preventDefault();
    event.stopPropagation();
  };
  const open_ = (event) => {
    if (event.key !== 'ArrowDown' || open) return;
    event.preventDefault();
    list.current.showPopover();
  };
  return html`
    <span class="menu-anchor">
      <button type="button" ref=${button} class=${extra} aria-haspopup="menu" aria-expanded=${String(open)} aria-label=${children ? undefined : label} title=${children ? undefined : label}
        popovertarget=${id} onKeyDown=${open_}>${children ?? html`<${Icon} name=${icon} />`}</button>
      <div id=${id} ref=${list} class="menu" role="menu" aria-label=${label} popover="auto" onKeyDown=${press}>
        ${open && items.filter(Boolean).map((item, index) => html`<${Item} key=${item.label ?? index} item=${item} close=${close} />`)}
      </div>
    </span>`;
}

const startsWith = (row, letter) => row.textContent.trim().toLowerCase().startsWith(letter.toLowerCase());

function Item({ item, close }) {
  if (item === '-') return html`<div role="separator" class="menu-line"></div>`;
  const { label, icon, onSelect, href, danger, checked, disabled, note } = item;
  const choose = () => {
    if (disabled) return;
    close();
    onSelect?.();
  };
  const inside = html`
    ${checked !== undefined ? html`<${Icon} name=${checked ? 'check' : 'none'} />` : icon && html`<${Icon} name=${icon} />`}
    <span class="menu-words"><span>${label}</span>${note && html`<span class="quiet small">${note}</span>`}</span>`;
  const common = { class: `menu-item ${danger ? 'warns' : ''}`, tabIndex: -1, onClick: choose, 'aria-disabled': disabled ? 'true' : undefined };
  if (href) return html`<a role="menuitem" href=${href} ...${common}>${inside}</a>`;
  if (checked !== undefined) return html`<button type="button" role="menuitemradio" aria-checked=${String(checked)} ...${common}>${inside}</button>`;
  return html`<button type="button" role="menuitem" ...${common}>${inside}</button>`;
}
