import { html } from '../../vendor/preact.js';
import { Badge } from '../../kit/badge.js';
import { Section } from '../../kit/header.js';
import { Loaded } from '../../kit/load.js';
import { Table } from '../../kit/table.js';
import { Time } from '../../kit/time.js';
import { useApp, useLoad } from '../context.js';

const tones = { ok: 'success', client_error: 'warning', provider_error: 'danger', failed: 'danger' };

/** What was last done with a connection, and the way to all of it. `turn` changes when it may be more. */
export function RecentCalls({ connection, turn }) {
  const { t, explain, format } = useApp();
  const calls = useLoad((api, signal) => api.get('/admin/api/logs', { query: { connection: connection.key, limit: 10 }, signal }), [connection.key, turn]);
  const columns = [
    { key: 'what', label: t('connection.calls.what'), cell: (row) => html`<${What} row=${row} />` },
    { key: 'status', label: t('connection.calls.status'), cell: (row) => html`<${Badge} tone=${tones[row.outcome]}>${row.status ?? t(`connection.outcome.${row.outcome}`)}<//>` },
    { key: 'duration', label: t('connection.calls.duration'), end: true, cell: (row) => (row.durationMs === null || row.durationMs === undefined ? '—' : format.duration(row.durationMs)) },
    { key: 'at', label: t('connection.calls.at'), quiet: true, cell: (row) => html`<${Time} value=${row.at} />` },
  ];
  const all = `#/logs?${new URLSearchParams({ connection: connection.key })}`;
  return html`
    <${Section} title=${t('connection.calls')} actions=${calls.value?.rows.length > 0 && html`<a class="button quiet small" href=${all}>${t('connection.calls.all')}</a>`}>
      <${Loaded} of=${calls} explain=${explain}>${({ rows }) => (rows.length > 0
        ? html`<${Table} class="calls" label=${t('connection.calls')} columns=${columns} rows=${rows} href=${(row) => `#/logs/${encodeURIComponent(row.id)}`} busy=${calls.busy} />`
        : html`<p class="quiet panel">${t('connection.calls.none')}</p>`)}<//>
    <//>`;
}

function What({ row }) {
  const { t } = useApp();
  const kind = t(`connection.kind.${row.kind}`);
  if (row.kind !== 'passthrough') return html`<span>${kind}</span>`;
  return html`<span class="two-lines"><span>${row.actionTitle ?? kind}</span><span class="quiet mono clip" dir="ltr" title=${row.path}>${row.method} ${row.path}</span></span>`;
}
