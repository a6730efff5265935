import { html } from '../../vendor/preact.js';
import { Copyable } from '../../kit/copy.js';
import { PlatformIcon } from '../../kit/platform-icon.js';
import { Table } from '../../kit/table.js';
import { Chips } from '../../kit/tags.js';
import { Time } from '../../kit/time.js';
import { useApp, useConnectors } from '../context.js';
import { State, nameOf } from './connection-state.js';

export const hiddenAtFirst = ['account', 'expires', 'updated'];

/** The columns; which of them are shown is the person's choice. */
export function useColumns() {
  const { t } = useApp();
  const known = useConnectors().value?.byPlatform;
  const time = (key, field, missing) => ({ key, label: t(`connections.${key}`), sort: field, descending: true, quiet: true, cell: (row) => html`<${Time} value=${row[field]} missing=${missing} />` });
  return [
    { key: 'platform', label: t('connections.platform'), sort: 'platform', cell: (row) => html`<${Name} row=${row} title=${known?.get(row.platform)?.name ?? row.platform} />` },
    { key: 'key', label: t('connections.key'), cell: (row) => html`<${Copyable} text=${row.key} label=${t('connections.key.copy', { name: nameOf(row) || row.platform })} />` },
    { key: 'identity', label: t('connections.identity'), sort: 'identity', cell: (row) => html`<${Identity} row=${row} />` },
    { key: 'state', label: t('connections.state'), sort: 'state', cell: (row) => html`<${State} row=${row} withReason />` },
    { key: 'tags', label: t('connections.tags'), cell: (row) => (row.tags?.length > 0 ? html`<${Chips} values=${row.tags} />` : html`<span class="quiet">—</span>`) },
    { key: 'account', label: t('connections.account'), sort: 'account', cell: (row) => (row.account ? html`<span class="clip" dir="auto" title=${row.account}>${row.account}</span>` : html`<span class="quiet">—</span>`) },
    time('used', 'lastUsedAt', t('never')),
    time('created', 'createdAt'),
    time('expires', 'expiresAt'),
    time('updated', 'updatedAt'),
  ];
}

function Name({ row, title }) {
  const { root } = useApp();
  const name = nameOf(row);
  return html`<${PlatformIcon} src=${`${root}icons/${encodeURIComponent(row.platform)}.svg`} title=${title} />
    <span class="two-lines"><span>${title}</span>${name && html`<span class="quiet clip" dir="auto" title=${name}>${name}</span>`}</span>`;
}

export function Identity({ row }) {
  const { t } = useApp();
  if (!row.identity) return html`<span class="quiet">${t('connections.nobody')}</span>`;
  return html`<span class="two-lines"><span class="clip" dir="auto" title=${row.identity}>${row.identity}</span>${row.identityType && html`<span class="quiet">${t(`identity.${row.identityType}`)}</span>`}</span>`;
}

export function ConnectionsTable({ columns, hidden, ...rest }) {
  const { t } = useApp();
  const shown = columns.filter(({ key }, at) => at === 0 || !hidden.includes(key));
  return html`<${Table} class="connections" label=${t('nav.connections')} columns=${shown} rowName=${(row) => nameOf(row) || row.key} href=${(row) => `#/connections/${encodeURIComponent(row.id)}`} ...${rest} />`;
}
