import { html, useEffect, useState } from '../../vendor/preact.js';
import { Field } from '../../kit/field.js';
import { Icon } from '../../kit/icons.js';
import { SearchField } from '../../kit/search.js';
import { Select } from '../../kit/select.js';
import { useApp, useConnectors, useLater } from '../context.js';

export const ranges = { '15m': 900, '1h': 3_600, '24h': 86_400, '7d': 604_800 };
const names = ['kind', 'platform', 'outcome', 'status', 'method', 'connection', 'identity', 'q'];

/** What the address says of filters, as the API takes them. */
export function queryOf(query, now = Date.now()) {
  const asked = Object.fromEntries(names.filter((name) => query[name]).map((name) => [name, query[name]]));
  if (ranges[query.range]) asked.from = new Date(Math.floor((now - ranges[query.range] * 1_000) / 60_000) * 60_000).toISOString();
  if (query.range === 'own') for (const edge of ['from', 'to']) if (Date.parse(query[edge])) asked[edge] = new Date(query[edge]).toISOString();
  return asked;
}

export const isFiltered = (query) => [...names, 'range'].some((name) => query[name]);
const rest = ['status', 'method', 'connection', 'identity', 'range'];

/** The filters of the logs; each change is in the address at once, text when nobody types any more. */
export function Filters({ query }) {
  const { t, router } = useApp();
  const platforms = useConnectors().value?.rows ?? [];
  const set = (changes) => router.setQuery({ open: null, ...changes });
  const [open, setOpen] = useState(rest.some((name) => query[name]));
  const select = (name, values) => html`<${Select} label=${t(`logs.${name}`)} value=${query[name] ?? ''} onValue=${(value) => set({ [name]: value })}
    options=${[{ value: '', label: t(`logs.${name}.all`) }, ...values.map((value) => (typeof value === 'string' ? { value, label: t.has(`logs.${name}.${value}`) ? t(`logs.${name}.${value}`) : value } : value))]} />`;
  return html`
    <div class="stack log-filters">
      <div class="toolbar">
        <${Written} name="q" query=${query} set=${set} />
        ${select('kind', ['passthrough', 'refresh', 'authkit'])}
        ${select('outcome', ['ok', 'client_error', 'provider_error', 'failed'])}
        ${select('platform', platforms.map(({ platform, name }) => ({ value: platform, label: name })))}
        <button type="button" class="button" aria-expanded=${String(open)} onClick=${() => setOpen(!open)}><${Icon} name="filter" />${t('logs.more')}</button>
        ${isFiltered(query) && html`<button type="button" class="button quiet" onClick=${() => set(Object.fromEntries([...names, 'range', 'from', 'to'].map((name) => [name, null])))}>${t('logs.clear')}</button>`}
      </div>
      ${open && html`
        <div class="log-more">
          <${Labelled} label=${t('logs.method')}>${select('method', ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'])}<//>
          <${Written} name="status" query=${query} set=${set} />
          <${Written} name="connection" query=${query} set=${set} />
          <${Written} name="identity" query=${query} set=${set} />
          <${Labelled} label=${t('logs.range')}>${select('range', [...Object.keys(ranges), 'own'])}<//>
          ${query.range === 'own' && ['from', 'to'].map((edge) => html`<${Field} key=${edge} type="datetime-local" label=${t(`logs.${edge}`)} value=${query[edge] ?? ''} onValue=${(value) => set({ [edge]: value })} required />`)}
        </div>`}
    </div>`;
}

const Labelled = ({ label, children }) => html`<div class="field"><div class="head"><span class="as-label" aria-hidden="true">${label}</span></div>${children}</div>`;

function Written({ name, query, set }) {
  const { t } = useApp();
  const [written, write] = useState(query[name] ?? '');
  const later = useLater(written.trim());
  useEffect(() => {
    if (later !== (query[name] ?? '')) set({ [name]: later });
  }, [later]);
  // Filters that were cleared elsewhere are cleared here.
  useEffect(() => {
    if ((query[name] ?? '') !== written.trim()) write(query[name] ?? '');
  }, [query[name]]);
  if (name === 'q') return html`<${SearchField} label=${t('logs.search')} clearLabel=${t('search.clear')} value=${written} onValue=${write} />`;
  return html`<${Field} label=${t(`logs.${name}`)} placeholder=${t(`logs.${name}.example`)} value=${written} onValue=${write} required dir="auto" autocomplete="off" spellcheck=${false} />`;
}
