import { html, useEffect, useState } from '../../vendor/preact.js';
import { useConfirm } from '../../kit/ask.js';
import { Button } from '../../kit/button.js';
import { Blank, Loaded } from '../../kit/load.js';
import { Pager } from '../../kit/pager.js';
import { ColumnChooser } from '../../kit/table.js';
import { useToast } from '../../kit/toast.js';
import { useApp, useConnectors, useKept, useLoad } from '../context.js';
import { nameOf } from '../parts/connection-state.js';
import { AddConnection } from '../parts/connections-add.js';
import { BulkBar } from '../parts/connections-bulk.js';
import { Filters, asked, filterNames } from '../parts/connections-filters.js';
import { ConnectionsTable, hiddenAtFirst, useColumns } from '../parts/connections-table.js';
import { useDownload } from '../parts/download.js';
import { Page } from '../parts/page.js';
import { ReconnectLink } from '../parts/reconnect-link.js';
import { RoleButton } from '../parts/role.js';

export default function Connections({ query }) {
  const { t, router, explain, environment, can } = useApp();
  const toast = useToast();
  const download = useDownload();
  const known = useConnectors().value?.byPlatform;
  const [perPage, keepPerPage] = useKept('connections.rows', 25);
  const [added, setAdded] = useState(null);
  const limit = Number(query.limit) || perPage;
  const skip = Number(query.skip) || 0;
  const filter = asked(query);
  const list = useLoad((api, signal) => api.get('/v1/vault/connections', { query: { ...filter, skip, limit }, signal }), [JSON.stringify(filter), skip, limit]);
  const total = list.value?.total;
  useEffect(() => {
    if (total > 0 && skip >= total) router.setQuery({ skip: Math.floor((total - 1) / limit) * limit || null });
  }, [total, skip]);
  const add = () => router.setQuery({ add: '1' });
  const close = () => {
    router.setQuery({ add: null });
    if (added) toast(t('connections.added', { name: nameOf(added) || (known?.get(added.platform)?.name ?? added.platform) }), { action: { label: t('connections.open'), onSelect: () => router.go(`/connections/${encodeURIComponent(added.id)}`) } });
    setAdded(null);
  };
  const export_ = () => download.run('/admin/api/connections.csv', { query: filter, name: `connections-${environment}.csv` });
  const isFiltered = filterNames.some((name) => query[name]);
  const actions = html`
    <${Button} icon="download" busy=${download.busy} onClick=${export_}>${t('connections.export')}<//>
    <${RoleButton} role="manager" kind="primary" icon="plus" onClick=${add}>${t('connections.add')}<//>`;
  return html`
    <${Page} title=${t('nav.connections')} lead=${t('connections.lead', { environment: t(`environment.${environment}`) })} actions=${actions}>
      <${Loaded} of=${list} explain=${explain}>${(value) => (value.total === 0 && !isFiltered
        ? html`<${Nothing} add=${add} />`
        : html`<${List} value=${value} list=${list} query=${query} onPage=${(next) => (keepPerPage(next.limit), router.setQuery({ skip: next.skip || null, limit: next.limit }))} />`)}<//>
      ${query.add && can('manager') && html`<${AddConnection} onConnected=${(record) => (setAdded(record), list.again())} onClose=${close} />`}
    <//>`;
}

function Nothing({ add }) {
  const { t } = useApp();
  return html`
    <${Blank} icon="plug" title=${t('connections.empty.title')} actions=${html`<${RoleButton} role="manager" kind="primary" icon="plus" onClick=${add}>${t('connections.add')}<//><a class="button" href="#/authkit">${t('connections.empty.authkit')}</a>`}>
      <p>${t('connections.empty.text')}</p>
    <//>`;
}

function List({ value, list, query, onPage }) {
  const { t, api, router, explain, can } = useApp();
  const confirm = useConfirm();
  const toast = useToast();
  const columns = useColumns();
  const [hidden, setHidden] = useKept('connections.hidden', hiddenAtFirst);
  const [selection, select] = useState(new Set());
  const [linking, setLinking] = useState(null);
  const { rows, total, skip, limit } = { skip: Number(query.skip) || 0, limit: Number(query.limit) || value.limit, ...value };
  // What is no longer listed must not be deleted unseen.
  const narrowed = JSON.stringify(filterNames.map((name) => query[name]));
  useEffect(() => select(new Set()), [narrowed]);
  const remove = async (row) => {
    const name = nameOf(row) || row.key;
    const question = { title: t('connections.delete.one', { name }), text: t('connections.delete.text'), action: t('delete'), failed: explain };
    if (!(await confirm({ ...question, act: () => api.delete(`/v1/vault/connections/${encodeURIComponent(row.id)}`) }))) return;
    toast(t('connections.deleted', { name }));
    select(new Set([...selection].filter((id) => id !== row.id)));
    list.again();
  };
  const refresh = async (row) => {
    try {
      const next = await api.post(`/v1/vault/connections/${encodeURIComponent(row.id)}/refresh`, undefined, { timeout: 60_000 });
      list.set((now) => ({ ...now, rows: now.rows.map((each) => (each.id === row.id ? next : each)) }));
      toast(t('connection.refreshed'));
    } catch (error) {
      toast(explain(error), { tone: 'danger' });
    }
  };
  const only = (role) => (can(role) ? {} : { disabled: true, note: t('no-right', { role: t(`role.${role}`) }) });
  const menu = (row) => [
    { label: t('connections.open'), icon: 'forward', href: `#/connections/${encodeURIComponent(row.id)}` },
    { label: t('connection.try'), icon: 'play', href: `#/playground?${new URLSearchParams({ connection: row.key })}` },
    { label: t('connection.refresh'), icon: 'refresh', onSelect: () => refresh(row), ...only('manager') },
    { label: t('connection.link'), icon: 'link', onSelect: () => setLinking(row), ...only('manager') },
    '-',
    { label: t('delete'), icon: 'trash', danger: true, onSelect: () => remove(row), ...only('admin') },
  ];
  const bulkDone = (failed) => {
    select(new Set(failed));
    list.again();
  };
  return html`
    <div class="stack">
      <${Filters} query=${query}><${ColumnChooser} columns=${columns} hidden=${hidden} onHidden=${setHidden} /><//>
      ${selection.size > 0 && html`<${BulkBar} selection=${selection} rows=${rows} onSelection=${select} onDone=${bulkDone} />`}
      ${rows.length > 0
        ? html`<${ConnectionsTable} columns=${columns} hidden=${hidden} rows=${rows} busy=${list.busy} sort=${query.sort || '-createdAt'} onSort=${(sort) => router.setQuery({ sort, skip: null })}
            menu=${menu} selection=${can('manager') ? selection : undefined} onSelection=${select} />
          <${Pager} skip=${skip} limit=${limit} total=${total} onPage=${onPage} />`
        : html`<${Blank} icon="search" title=${t('connections.none.title')}><p>${t('connections.none.text')}</p><//>`}
      ${linking && html`<${ReconnectLink} row=${linking} onClose=${() => setLinking(null)} />`}
    </div>`;
}
