import { html, useState } from '../vendor/preact.js';
import { Icon } from './icons.js';
import { useWords } from './words.js';

const piece = 100;

/** JSON to be looked into: what is large is closed at first, and drawn only when it is opened. */
export function JsonTree({ value, label }) {
  return html`<div class="json" dir="ltr" role="region" tabIndex="0" aria-label=${label}><${Node} value=${value} level=${0} /></div>`;
}

function Node({ name, value, level }) {
  const { t } = useWords();
  const isList = Array.isArray(value);
  const count = value !== null && typeof value === 'object' ? Object.keys(value).length : 0;
  const [open, setOpen] = useState(level === 0 || (level < 3 && count <= 12));
  const [shown, show] = useState(piece);
  const label = name !== undefined && html`<span class="json-key">${isInteger(name) ? name : JSON.stringify(name)}</span>: `;
  if (value === null || typeof value !== 'object') return html`<div class="json-row">${label}<${Scalar} value=${value} /></div>`;
  const [before, after] = isList ? ['[', ']'] : ['{', '}'];
  if (count === 0) return html`<div class="json-row">${label}${before}${after}</div>`;
  const said = t(isList ? 'kit.json.items' : 'kit.json.fields', { count });
  const entries = open ? Object.entries(value).slice(0, shown) : [];
  return html`
    <div class="json-node">
      <div class="json-row">
        <button type="button" class="json-toggle" aria-expanded=${String(open)} aria-label=${t('kit.json.open', { name: name ?? t('kit.json.root') })} onClick=${() => setOpen(!open)}><${Icon} name=${open ? 'down' : 'forward'} /></button>
        ${label}${before}${!open && html`<span class="quiet"> ${said} </span>${after}`}
      </div>
      ${open && html`
        <div class="json-inside">
          ${entries.map(([key, each]) => html`<${Node} key=${key} name=${isList ? Number(key) : key} value=${each} level=${level + 1} />`)}
          ${count > shown && html`<button type="button" class="button quiet small" onClick=${() => show(shown + 10 * piece)}>${t('kit.json.more', { count: count - shown })}</button>`}
        </div>
        <div class="json-row">${after}</div>`}
    </div>`;
}

const isInteger = (name) => typeof name === 'number';

function Scalar({ value }) {
  if (typeof value === 'string') return html`<span class="json-text">${JSON.stringify(value)}</span>`;
  return html`<span class="json-word">${String(value)}</span>`;
}
