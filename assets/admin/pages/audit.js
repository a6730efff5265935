import { html, useEffect, useState } from '../../vendor/preact.js';
import { Blank, Loaded } from '../../kit/load.js';
import { More } from '../../kit/pager.js';
import { SearchField } from '../../kit/search.js';
import { Select } from '../../kit/select.js';
import { Table } from '../../kit/table.js';
import { Time } from '../../kit/time.js';
import { useAct, useApp, useLater, useLoad } from '../context.js';
import { AuditEntry, actorName, whatIn, whereIn } from '../parts/audit-one.js';
import { Page } from '../parts/page.js';

const spans = { day: 86_400_000, week: 604_800_000, month: 2_592_000_000 };
const kinds = ['member', 'key', 'user', 'operator', 'system'];

export default function Audit({ query }) {
  const { t, explain, router, api } = useApp();
  const [typed, type] = useState(query.q ?? '');
  const q = useLater(typed);
  useEffect(() => void (q !== (query.q ?? '') && router.setQuery({ q })), [q]);
  const asked = { q: query.q, actor: query.actor, what: query.what, from: spans[query.time] ? new Date(Date.now() - spans[query.time]).toISOString() : null, limit: 50 };
  const list = useLoad((api, signal) => api.get('/admin/api/audit', { query: asked, signal }), [query.q, query.actor, query.what, query.time]);
  const more = useAct(async () => {
    const next = await api.get('/admin/api/audit', { query: { ...asked, before: list.value.next } });
    list.set((now) => ({ rows: [...now.rows, ...next.rows], next: next.next }));
  });
  const [open, setOpen] = useState(null);
  const isFiltered = query.q || query.actor || query.what || query.time;
  const filter = (name, label, options) => html`<${Select} label=${label} value=${query[name] ?? ''} onValue=${(value) => router.setQuery({ [name]: value })} options=${[{ value: '', label }, ...options]} />`;
  const columns = [
    { key: 'what', label: t('audit.what'), cell: (row) => whatIn(t, row.what) },
    { key: 'object', label: t('audit.object'), cell: ({ object }) => html`<span dir="auto">${object?.name ?? object?.id ?? '—'}</span>` },
    { key: 'actor', label: t('audit.actor'), cell: ({ actor }) => html`<span dir="auto">${actorName(t, actor)}</span>` },
    { key: 'environment', label: t('environment'), cell: ({ environment }) => whereIn(t, environment), quiet: true },
    { key: 'at', label: t('audit.at'), cell: ({ at }) => html`<${Time} value=${at} />`, quiet: true },
  ];
  return html`
    <${Page} title=${t('nav.audit')} lead=${t('audit.lead')}>
      <div class="toolbar">
        <${SearchField} label=${t('audit.search')} clearLabel=${t('search.clear')} value=${typed} onValue=${type} />
        ${filter('actor', t('audit.actor.any'), kinds.map((value) => ({ value, label: t(`audit.actor.${value}`) })))}
        ${filter('time', t('audit.time.any'), Object.keys(spans).map((value) => ({ value, label: t(`audit.time.${value}`) })))}
      </div>
      <${Loaded} of=${list} explain=${explain}>${({ rows, next }) => (rows.length === 0
        ? html`<${Blank} icon="scroll" title=${t(isFiltered ? 'audit.none-found' : 'audit.none')}
            actions=${isFiltered && html`<button type="button" class="button" onClick=${() => (type(''), router.setQuery({ q: null, actor: null, what: null, time: null }))}>${t('audit.clear')}</button>`}><p>${t('audit.none.text')}</p><//>`
        : html`<div class="stack"><${Table} label=${t('nav.audit')} columns=${columns} rows=${rows} busy=${list.busy} rowName=${({ what }) => what} onOpen=${setOpen} />
            <${More} hasMore=${Boolean(next)} busy=${more.busy} onMore=${more.run} />${more.error && html`<p role="alert">${more.error}</p>`}</div>`)}<//>
      ${open && html`<${AuditEntry} entry=${open} onClose=${() => setOpen(null)} />`}
    <//>`;
}
