import { html, useId, useRef } from '../vendor/preact.js';

/** One thing of a few. `tabs` are `{key, label, badge}`; what is inside is drawn by `children(key)`. */
export function Tabs({ label, tabs, value, onValue, children, class: extra = '' }) {
  const id = useId();
  const list = useRef(null);
  const active = tabs.some(({ key }) => key === value) ? value : tabs[0]?.key;
  const press = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key] * (getComputedStyle(list.current).direction === 'rtl' ? -1 : 1);
    const index = tabs.findIndex(({ key }) => key === active);
    const next = step ? (index + step + tabs.length) % tabs.length : { Home: 0, End: tabs.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    onValue(tabs[next].key);
    list.current.children[next].focus();
  };
  return html`
    <div class="tabs ${extra}">
      <div class="tab-list" role="tablist" aria-label=${label} ref=${list} onKeyDown=${press}>
        ${tabs.map(({ key, label, badge }) => html`
          <button type="button" key=${key} role="tab" class="tab" id="${id}-${key}" aria-selected=${String(key === active)} aria-controls="${id}-panel"
            tabIndex=${key === active ? 0 : -1} onClick=${() => onValue(key)}>${label}${badge !== undefined && html`<span class="count">${badge}</span>`}</button>`)}
      </div>
      <div id="${id}-panel" role="tabpanel" aria-labelledby="${id}-${active}" tabIndex="0" class="tab-panel">${children?.(active)}</div>
    </div>`;
}

/** The same look for a choice that changes what is below without panels: range, view. Radio buttons underneath. */
export function Segments({ label, options, value, onValue }) {
  const name = useId();
  return html`
    <fieldset class="segments">
      <legend class="unseen">${label}</legend>
      ${options.map((option) => html`
        <label key=${option.value} class="segment">
          <input type="radio" name=${name} value=${option.value} checked=${option.value === value} onChange=${() => onValue(option.value)} />
          <span>${option.label}</span>
        </label>`)}
    </fieldset>`;
}
