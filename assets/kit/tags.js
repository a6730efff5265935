import { html, useEffect, useId, useRef, useState } from '../vendor/preact.js';
import { search } from '../lib/search.js';
import { Icon } from './icons.js';
import { useWords } from './words.js';

/** Words as chips, to be seen only. */
export function Chips({ values }) {
  return html`<span class="chips">${values.map((value) => html`<span key=${value} class="chip" dir="auto">${value}</span>`)}</span>`;
}

/**
 * Several values as chips. `suggestions` are `{value, label, mark}` and are offered while typing; with `strict` nothing
 * else is taken. Enter or a comma takes what is written, Backspace in the empty field takes the last away.
 */
export function TagInput({ label, help, error, values, onValues, suggestions = [], strict = false, placeholder, limit = 8 }) {
  const { t } = useWords();
  const id = useId();
  const input = useRef(null);
  const list = useRef(null);
  const [written, write] = useState('');
  const [active, setActive] = useState(-1);
  const [open, setOpen] = useState(false);
  const left = suggestions.filter(({ value }) => !values.includes(value));
  const found = open && (written || suggestions.length <= limit) ? search(left, written, ({ label, value }) => [label, value]).slice(0, limit) : [];
  const nameOf = (value) => suggestions.find((each) => each.value === value)?.label ?? value;
  const take = (value) => {
    const wanted = value.trim();
    const known = suggestions.find((each) => each.value === wanted || each.label?.toLowerCase() === wanted.toLowerCase());
    if (!wanted || (strict && !known)) return;
    const next = known?.value ?? wanted;
    if (!values.includes(next)) onValues([...values, next]);
    write('');
    setActive(-1);
  };
  const drop = (value) => {
    onValues(values.filter((each) => each !== value));
    input.current.focus();
  };
  const press = (event) => {
    if (event.isComposing) return;
    const chosen = found[active] ?? (strict ? found[0] : undefined);
    const acts = {
      Enter: () => (written || active >= 0) && take(chosen?.value ?? written),
      ',': () => take(chosen?.value ?? written),
      Backspace: () => !written && values.length > 0 && drop(values.at(-1)),
      ArrowDown: () => (setOpen(true), setActive(Math.min(active + 1, found.length - 1))),
      ArrowUp: () => setActive(Math.max(active - 1, -1)),
      Escape: () => open && found.length > 0 && (setOpen(false), setActive(-1), event.stopPropagation(), true),
    };
    const act = acts[event.key];
    if (!act || (act() === false && event.key !== ',' && event.key !== 'Enter')) return;
    if (event.key !== 'Backspace' || !written) event.preventDefault();
  };
  const listed = found.length > 0;
  useEffect(() => void (listed && list.current?.scrollIntoView({ block: 'nearest' })), [listed]);
  return html`
    <div class="field">
      <div class="head"><label for=${id}>${label}</label></div>
      <div class="box tag-box ${error ? 'wrong' : ''}" onClick=${(event) => event.target === event.currentTarget && input.current.focus()}>
        ${values.map((value) => html`
          <span key=${value} class="chip"><span dir="auto">${nameOf(value)}</span>
            <button type="button" aria-label=${t('kit.tags.remove', { name: nameOf(value) })} onClick=${() => drop(value)}><${Icon} name="close" /></button></span>`)}
        <input id=${id} ref=${input} value=${written} placeholder=${values.length === 0 ? placeholder : ''} autocomplete="off" autocapitalize="none" spellcheck=${false}
          role=${suggestions.length > 0 ? 'combobox' : undefined} aria-expanded=${suggestions.length > 0 ? String(listed) : undefined}
          aria-controls=${suggestions.length > 0 ? `${id}-list` : undefined} aria-autocomplete=${suggestions.length > 0 ? 'list' : undefined}
          aria-activedescendant=${found[active] ? `${id}-${active}` : undefined} aria-describedby=${help || error ? `${id}-note` : undefined} aria-invalid=${error ? 'true' : undefined}
          onInput=${(event) => (write(event.target.value), setOpen(true), setActive(-1))} onKeyDown=${press}
          onFocus=${() => setOpen(true)} onBlur=${() => (setOpen(false), take(written), write(''))} />
      </div>
      ${suggestions.length > 0 && html`
        <ul id="${id}-list" ref=${list} class="suggestions" role="listbox" aria-label=${label} hidden=${!listed}>
          ${found.map((each, at) => html`
            <li key=${each.value} id="${id}-${at}" role="option" aria-selected=${String(at === active)} class=${at === active ? 'on' : ''}
              onPointerDown=${(event) => (event.preventDefault(), take(each.value))}>${each.mark}<span>${each.label}</span></li>`)}
        </ul>`}
      ${error && html`<p class="note error"><${Icon} name="warning" /><span>${error}</span></p>`}
      ${(help || error) && html`<p id="${id}-note" class=${help ? 'note' : 'unseen'}>${help || error}</p>`}
    </div>`;
}
