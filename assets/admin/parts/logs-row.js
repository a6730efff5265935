import { html } from '../../vendor/preact.js';
import { Method } from '../../kit/method.js';
import { useApp } from '../context.js';
import { PlatformName } from './platforms.js';

const tones = { ok: 'success', client_error: 'warning', provider_error: 'danger', failed: 'danger' };

/** How it ended, in a colour and in words. */
export function Outcome({ row }) {
  const { t } = useApp();
  return html`<span class="status"><span class="dot ${tones[row.outcome] ?? ''}"></span>${row.status ?? t(`logs.outcome.${row.outcome}`)}</span>`;
}

/** What was done, in a line or two. */
export function What({ row, isOpen }) {
  const { t } = useApp();
  const title = row.actionTitle ?? (row.kind === 'passthrough' ? row.path : t(`logs.kind.${row.kind}`));
  const more = row.actionTitle ? row.path : row.kind === 'passthrough' ? null : row.error;
  return html`<span class="log-what ${isOpen ? 'current' : ''}">${row.method && html`<${Method} method=${row.method} />`}<span class="two-lines"><span class="log-title" dir="auto">${title}</span>${more && html`<span class="quiet small mono log-path" dir=${row.path ? 'ltr' : 'auto'}>${more}</span>`}</span></span>`;
}

/** When: the clock of today, the day as well before. */
export function When({ at }) {
  const { format } = useApp();
  const isToday = new Date(at).toDateString() === new Date().toDateString();
  return html`<time datetime=${at} title=${format.moment(at)} class="log-time">${!isToday && html`<span class="quiet">${format.dayShort(at)}</span> `}${format.exactClock(at)}</time>`;
}

export function columnsOf(t, format, open) {
  return [
    { key: 'what', label: t('logs.what'), cell: (row) => html`<${What} row=${row} isOpen=${row.id === open} />` },
    { key: 'outcome', label: t('logs.outcome'), cell: (row) => html`<${Outcome} row=${row} />` },
    { key: 'platform', label: t('logs.platform'), cell: (row) => (row.platform ? html`<${PlatformName} platform=${row.platform} />` : '—') },
    { key: 'identity', label: t('logs.identity'), cell: (row) => html`<span dir="auto" class="log-identity">${row.identity ?? '—'}</span>` },
    { key: 'duration', label: t('logs.duration'), cell: (row) => format.duration(row.durationMs), end: true },
    { key: 'at', label: t('logs.at'), cell: (row) => html`<${When} at=${row.at} />`, end: true },
  ];
}
