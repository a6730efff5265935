import { html } from '../../vendor/preact.js';
import { Table } from '../../kit/table.js';
import { useApp } from '../context.js';

const order = ['path', 'query', 'header', 'body'];

/** What an action takes, place by place. */
export function Params({ params }) {
  const { t } = useApp();
  const rows = [...params].sort((a, b) => order.indexOf(a.in) - order.indexOf(b.in)).map((param, at) => ({ ...param, at }));
  const columns = [
    { key: 'name', label: t('param.name'), cell: (row) => html`<span class="two-lines">${row.name ? html`<code dir="ltr">${row.name}</code>` : html`<em>${t('param.whole')}</em>`}<span class="quiet small" dir="auto">${row.description}</span></span>` },
    { key: 'place', label: t('param.place'), cell: (row) => t(`param.in.${row.in}`) },
    { key: 'type', label: t('param.type'), cell: (row) => html`<span class="mono" dir="ltr">${row.type === 'array' && row.items ? `array<${row.items}>` : row.type ?? 'string'}</span>` },
    { key: 'required', label: t('param.required'), cell: (row) => (row.required || row.in === 'path' ? html`<strong>${t('param.yes')}</strong>` : html`<span class="quiet">${t('param.no')}</span>`) },
    { key: 'values', label: t('param.values'), cell: (row) => html`<${Values} row=${row} />` },
  ];
  return html`<${Table} class="params" label=${t('action.params')} columns=${columns} rows=${rows} rowKey=${({ at }) => at} />`;
}

const few = 8;

function Values({ row }) {
  const { t } = useApp();
  const allowed = row.enum ?? [];
  const codes = (values) => values.map((value) => html`<code key=${value} dir="ltr">${value}</code> `);
  return html`
    ${allowed.length > 0 && html`<span>${codes(allowed.slice(0, few))}</span>`}
    ${allowed.length > few && html`<details><summary class="small quiet">${t('more', { count: allowed.length - few })}</summary><span>${codes(allowed.slice(few))}</span></details>`}
    ${row.default && html`<span class="quiet small">${t('param.default')} <code dir="ltr">${row.default}</code></span>`}
    ${allowed.length === 0 && !row.default && html`<span class="quiet">—</span>`}`;
}
