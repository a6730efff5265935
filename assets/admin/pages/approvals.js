import { html } from '../../vendor/preact.js';
import { Badge } from '../../kit/badge.js';
import { Blank, Loaded } from '../../kit/load.js';
import { Notice } from '../../kit/notice.js';
import { Pager } from '../../kit/pager.js';
import { Table } from '../../kit/table.js';
import { Segments } from '../../kit/tabs.js';
import { Time } from '../../kit/time.js';
import { useApp, useLoad, usePolling } from '../context.js';
import { Approval } from '../parts/approvals-one.js';
import { Page } from '../parts/page.js';
import { PlatformName } from '../parts/platforms.js';

const states = ['pending', 'executed', 'denied', 'expired', 'failed', 'all'];

export default function Approvals({ query }) {
  const { t, can } = useApp();
  if (can('manager')) return html`<${All} query=${query} />`;
  return html`<${Page} title=${t('nav.approvals')} lead=${t('approvals.lead')}><${Notice} tone="info">${t('approvals.read-only')}<//><//>`;
}

function All({ query }) {
  const { t, explain, router } = useApp();
  const state = states.includes(query.state) ? query.state : 'pending';
  const [skip, limit] = [Number(query.skip) || 0, Number(query.limit) || 25];
  const list = useLoad((api, signal) => api.get('/v1/approvals', { query: { state: state === 'all' ? null : state, skip, limit }, signal }), [state, skip, limit]);
  // Somebody waits for an answer: new ones come in by themselves.
  usePolling(list, 10_000);
  const choose = (value) => router.setQuery({ state: value === 'pending' ? null : value, skip: null });
  return html`
    <${Page} title=${t('nav.approvals')} lead=${t('approvals.lead')}>
      <div class="toolbar scroll-x"><${Segments} label=${t('approvals.state')} value=${state} onValue=${choose} options=${states.map((value) => ({ value, label: t(`approvals.state.${value}`) }))} /></div>
      <${Loaded} of=${list} explain=${explain}>${(value) => (value.rows.length === 0
        ? html`<${Blank} icon="hand" title=${t(state === 'pending' ? 'approvals.none' : 'approvals.none-such')}><p>${t('approvals.none.text')}</p><//>`
        : html`<div class="stack"><${List} rows=${value.rows} busy=${list.busy && !list.value} /><${Pager} ...${value} onPage=${(page) => router.setQuery(page)} /></div>`)}<//>
      ${query.id && html`<${Approval} key=${query.id} id=${query.id} onDecided=${list.again} onClose=${() => router.setQuery({ id: null })} />`}
    <//>`;
}

function List({ rows, busy }) {
  const { t, router } = useApp();
  const columns = [
    { key: 'what', label: t('approvals.what'), cell: ({ action }) => html`<span class="row-of"><span class="mono method">${action.method}</span><span dir="auto">${action.title}</span></span>` },
    { key: 'platform', label: t('approvals.platform'), cell: ({ action }) => html`<${PlatformName} platform=${action.platform} />` },
    { key: 'identity', label: t('approvals.identity'), cell: ({ identity }) => html`<span dir="auto">${identity ?? '—'}</span>` },
    { key: 'state', label: t('approvals.state'), cell: ({ state }) => html`<${State} state=${state} />` },
    { key: 'created', label: t('approvals.asked'), cell: ({ createdAt }) => html`<${Time} value=${createdAt} />`, quiet: true },
    { key: 'expires', label: t('approvals.until'), cell: ({ state, expiresAt }) => (state === 'pending' ? html`<${Time} value=${expiresAt} />` : '—'), quiet: true },
  ];
  return html`<${Table} label=${t('nav.approvals')} columns=${columns} rows=${rows} busy=${busy} rowName=${({ action }) => action.title} onOpen=${({ id }) => router.setQuery({ id })} />`;
}

const tones = { pending: 'warning', executed: 'success', denied: '', expired: '', failed: 'danger', executing: 'accent' };

function State({ state }) {
  const { t } = useApp();
  return html`<${Badge} tone=${tones[state]}>${t(`approvals.state.${state}`)}<//>`;
}
