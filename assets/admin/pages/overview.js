import { html } from '../../vendor/preact.js';
import { Loaded } from '../../kit/load.js';
import { Icon } from '../../kit/icons.js';
import { Section } from '../../kit/header.js';
import { SkeletonCards } from '../../kit/skeleton.js';
import { Segments } from '../../kit/tabs.js';
import { useApp, useLoad, usePolling } from '../context.js';
import { CallsChart, LatencyChart } from '../parts/overview-charts.js';
import { Platforms } from '../parts/overview-platforms.js';
import { QuickStart } from '../parts/overview-start.js';
import { Page } from '../parts/page.js';

const ranges = ['1h', '24h', '7d', '30d'];

export default function Overview({ query }) {
  const { t, explain, environment, router } = useApp();
  const range = ranges.includes(query.range) ? query.range : '24h';
  const loaded = useLoad((api, signal) => api.get('/admin/api/overview', { query: { range }, signal }), [range]);
  usePolling(loaded, 30_000);
  const choose = html`<${Segments} label=${t('overview.range')} value=${range} onValue=${(value) => router.setQuery({ range: value === '24h' ? null : value })}
    options=${ranges.map((value) => ({ value, label: t(`overview.range.${value}`) }))} />`;
  return html`
    <${Page} title=${t('nav.overview')} lead=${t('overview.lead', { environment: t(`environment.${environment}`) })} actions=${choose}>
      <${Loaded} of=${loaded} explain=${explain} skeleton=${html`<${SkeletonCards} count=${6} />`}>${(value) => html`<${Filled} value=${value} />`}<//>
    <//>`;
}

function Filled({ value }) {
  const { connections, totals, attention, firstCall } = value;
  const isNew = totals.calls === 0 && connections.operational + connections.degraded + connections.failed === 0;
  return html`
    ${attention.length > 0 && html`<${Attention} list=${attention} />`}
    ${isNew && html`<${QuickStart} ...${firstCall} />`}
    <${Tiles} ...${value} />
    <div class="two-charts">
      <div class="panel"><${CallsChart} ...${value} /></div>
      <div class="panel"><${LatencyChart} ...${value} /></div>
    </div>
    <${Platforms} platforms=${value.platforms} />
    ${!isNew && html`<${QuickStart} ...${firstCall} />`}`;
}

function Tiles({ totals, refreshes, connections }) {
  const { t, format } = useApp();
  const share = (part, whole) => (whole > 0 ? format.percent(part / whole) : '—');
  const all = connections.operational + connections.degraded + connections.failed;
  const ms = (value) => (value === null || value === undefined ? '—' : format.duration(value));
  const states = ['degraded', 'failed'].filter((state) => connections[state] > 0);
  const tile = (href, label, value, note) => html`<a class="tile" href=${href}><span class="tile-label">${label}</span><span class="tile-value">${value}</span><span class="tile-note">${note}</span></a>`;
  return html`
    <div class="tiles">
      ${tile('#/logs', t('overview.calls'), format.number(totals.calls), t('overview.calls.note'))}
      ${tile('#/logs?outcome=failed', t('overview.errors'), share(totals.errors, totals.calls), t(totals.errors === 1 ? 'overview.errors.note.one' : 'overview.errors.note', { count: format.number(totals.errors) }))}
      ${tile('#/logs', t('overview.latency'), ms(totals.p50Ms), t('overview.latency.note', { p95: ms(totals.p95Ms) }))}
      ${tile('#/logs?kind=refresh', t('overview.refreshes'), format.number(refreshes.ok), t(refreshes.failed > 0 ? 'overview.refreshes.failed' : 'overview.refreshes.fine', { count: format.number(refreshes.failed) }))}
      ${tile('#/connections', t('overview.connections'), format.number(all), states.length === 0
        ? t('overview.connections.fine')
        : html`<span class="row-of">${states.map((state) => html`<span key=${state} class="status"><span class="dot ${state === 'failed' ? 'danger' : 'warning'}"></span>${format.number(connections[state])} ${t(`overview.connections.${state}`)}</span>`)}</span>`)}
    </div>`;
}

const leads = {
  connection_failed: ({ connectionId }) => (connectionId ? `#/connections/${encodeURIComponent(connectionId)}` : '#/connections?state=failed'),
  app_without_credentials: ({ platform }) => `#/authkit?configure=${encodeURIComponent(platform ?? '')}`,
  key_expiring: () => '#/keys',
};

function Attention({ list }) {
  const { t } = useApp();
  return html`
    <${Section} title=${t('overview.attention')} class="attention">
      <ul class="attention-list">
        ${list.slice(0, 6).map((each, at) => html`
          <li key=${at}><a href=${leads[each.kind]?.(each) ?? '#/'}>
            <${Icon} name=${each.kind === 'key_expiring' ? 'clock' : each.kind === 'connection_failed' ? 'unplugged' : 'warning'} />
            <span class="attention-words" dir="auto">${each.text}</span><span class="attention-do">${t.has(`overview.do.${each.kind}`) ? t(`overview.do.${each.kind}`) : ''}</span><${Icon} name="forward" /></a></li>`)}
      </ul>
      ${list.length > 6 && html`<p class="quiet small">${t('more', { count: list.length - 6 })}</p>`}
    <//>`;
}
