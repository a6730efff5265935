import { html, useState } from '../../vendor/preact.js';
import { Bar } from '../../kit/chart.js';
import { Section } from '../../kit/header.js';
import { Table } from '../../kit/table.js';
import { useApp } from '../context.js';
import { NamedPlatform } from './platforms.js';

const shownAtFirst = 8;

/** Who was called how often, how well and how quickly. */
export function Platforms({ platforms }) {
  const { t, format } = useApp();
  const [sort, setSort] = useState('-calls');
  const [all, showAll] = useState(false);
  if (platforms.length === 0) return null;
  const most = Math.max(...platforms.map(({ calls }) => calls));
  const ms = (value) => (value === null || value === undefined ? '—' : format.duration(value));
  const worth = { calls: (row) => row.calls, errors: (row) => row.errors / row.calls, p50: (row) => row.p50Ms ?? 0, p95: (row) => row.p95Ms ?? 0 };
  const by = worth[sort.replace('-', '')];
  const rows = [...platforms].sort((a, b) => (by(a) - by(b)) * (sort.startsWith('-') ? -1 : 1));
  const columns = [
    { key: 'platform', label: t('overview.platform'), cell: ({ platform, name }) => html`<${NamedPlatform} platform=${platform} name=${name} />` },
    { key: 'bar', label: t('overview.share'), hideLabel: true, cell: ({ calls }) => html`<${Bar} share=${calls / most} />`, class: 'bar-cell' },
    { key: 'calls', label: t('overview.calls'), sort: 'calls', descending: true, end: true, cell: ({ calls }) => format.number(calls) },
    { key: 'errors', label: t('overview.errors'), sort: 'errors', descending: true, end: true, cell: ({ calls, errors }) => format.percent(calls > 0 ? errors / calls : 0) },
    { key: 'p50', label: t('overview.chart.p50'), sort: 'p50', descending: true, end: true, cell: ({ p50Ms }) => ms(p50Ms) },
    { key: 'p95', label: t('overview.chart.p95'), sort: 'p95', descending: true, end: true, cell: ({ p95Ms }) => ms(p95Ms) },
  ];
  return html`
    <${Section} title=${t('overview.platforms')}>
      <${Table} label=${t('overview.platforms')} columns=${columns} rows=${all ? rows : rows.slice(0, shownAtFirst)} rowKey=${({ platform }) => platform}
        href=${({ platform }) => `#/logs?platform=${encodeURIComponent(platform)}`} sort=${sort} onSort=${setSort} />
      ${rows.length > shownAtFirst && !all && html`<button type="button" class="button small self-start" onClick=${() => showAll(true)}>${t('overview.all-platforms', { count: rows.length })}</button>`}
    <//>`;
}
