import { html, useState } from '../../vendor/preact.js';
import { Badge } from '../../kit/badge.js';
import { Button } from '../../kit/button.js';
import { useConfirm } from '../../kit/ask.js';
import { Blank, Loaded } from '../../kit/load.js';
import { Table } from '../../kit/table.js';
import { Segments } from '../../kit/tabs.js';
import { Time } from '../../kit/time.js';
import { useToast } from '../../kit/toast.js';
import { useApp, useLoad } from '../context.js';
import { NewKey } from '../parts/keys-new.js';
import { Page } from '../parts/page.js';
import { PlatformNames } from '../parts/platforms.js';

export default function Keys({ query }) {
  const { t, explain, environment, router } = useApp();
  const keys = useLoad((api, signal) => api.get('/admin/api/keys', { query: { environment }, signal }));
  const [made, setMade] = useState(0);
  const add = () => router.setQuery({ add: '1' });
  const create = html`<${Button} kind="primary" icon="plus" onClick=${add}>${t('keys.create')}<//>`;
  return html`
    <${Page} title=${t('nav.keys')} lead=${t('keys.lead', { environment: t(`environment.${environment}`) })} actions=${create}>
      <${Loaded} of=${keys} explain=${explain}>${({ rows }) => (rows.length === 0
        ? html`<${Blank} icon="key" title=${t('keys.empty.title')} actions=${html`<${Button} icon="plus" onClick=${add}>${t('keys.create')}<//>`}><p>${t('keys.empty.text')}</p><//>`
        : html`<${List} rows=${rows} keys=${keys} show=${query.show} busy=${keys.busy} />`)}<//>
      ${query.add && html`<${NewKey} key=${made} onMade=${keys.again} onClose=${() => (setMade(made + 1), router.setQuery({ add: null }))} />`}
    <//>`;
}

function List({ rows, keys, show = 'valid', busy }) {
  const { t, router, explain, can, api, format } = useApp();
  const confirm = useConfirm();
  const toast = useToast();
  const shown = rows.filter((row) => show === 'all' || ['valid', 'soon'].includes(stateOf(row)));
  const revoke = async (row) => {
    const used = row.lastUsedAt ? t('keys.revoke.used', { time: format.relative(row.lastUsedAt) }) : t('keys.revoke.unused');
    const question = { title: t('keys.revoke.title', { name: row.name }), text: [t('keys.revoke.text'), used], action: t('keys.revoke'), failed: explain };
    if (!(await confirm({ ...question, act: () => api.delete(`/admin/api/keys/${row.id}`) }))) return;
    toast(t('keys.revoked', { name: row.name }));
    keys.again();
  };
  const columns = [
    { key: 'name', label: t('keys.name'), cell: (row) => html`<span class="two-lines"><strong dir="auto">${row.name}</strong><span class="quiet mono" dir="ltr">…${row.hint}</span></span>` },
    { key: 'state', label: t('keys.state'), cell: (row) => html`<${State} row=${row} />` },
    { key: 'permission', label: t('keys.permission'), cell: (row) => t(`permission.${row.permission}`) },
    { key: 'limits', label: t('keys.limits'), cell: (row) => html`<${Limits} row=${row} />` },
    { key: 'used', label: t('keys.used'), cell: (row) => html`<${Time} value=${row.lastUsedAt} missing=${t('never')} />`, quiet: true },
    { key: 'created', label: t('keys.created'), cell: (row) => html`<${Time} value=${row.createdAt} />`, quiet: true },
  ];
  const menu = can('manager') ? (row) => (row.revokedAt ? [] : [{ label: t('keys.revoke'), icon: 'trash', danger: true, onSelect: () => revoke(row) }]) : undefined;
  return html`
    <div class="stack">
      ${shown.length < rows.length || show === 'all' ? html`<div class="toolbar"><${Segments} label=${t('keys.show')} value=${show} onValue=${(value) => router.setQuery({ show: value === 'valid' ? null : value })}
        options=${['valid', 'all'].map((value) => ({ value, label: t(`keys.show.${value}`) }))} /></div>` : null}
      ${shown.length > 0
        ? html`<${Table} label=${t('nav.keys')} columns=${columns} rows=${shown} rowName=${({ name }) => name} menu=${menu} busy=${busy} />`
        : html`<${Blank} icon="key" title=${t('keys.none-valid')} />`}
    </div>`;
}

const soon = 14 * 86_400_000;

function stateOf({ revokedAt, expiresAt }, now = Date.now()) {
  if (revokedAt) return 'revoked';
  if (!expiresAt) return 'valid';
  const left = Date.parse(expiresAt) - now;
  return left <= 0 ? 'expired' : left < soon ? 'soon' : 'valid';
}

function State({ row }) {
  const { t, format } = useApp();
  const state = stateOf(row);
  const at = row.revokedAt ?? row.expiresAt;
  const tone = { valid: 'success', soon: 'warning' }[state] ?? '';
  const words = state === 'valid' && !at ? t('keys.state.valid') : t(`keys.state.${state === 'valid' ? 'until' : state}`, { time: format.relative(at) });
  return html`<${Badge} tone=${tone}><span title=${at ? format.moment(at) : undefined}>${words}</span><//>`;
}

function Limits({ row }) {
  const { t } = useApp();
  const said = [
    row.platforms.length > 0 && html`<${PlatformNames} platforms=${row.platforms} />`,
    row.identity && html`<span>${t('keys.limit.identity')} <span dir="auto">${row.identity}</span></span>`,
    row.actions.length > 0 && html`<span title=${row.actions.join('\n')}>${t('keys.limit.actions', { count: row.actions.length })}</span>`,
    row.methods.length > 0 && html`<span class="mono">${row.methods.join(' ')}</span>`,
    row.approval.length > 0 && html`<span title=${row.approval.join('\n')}>${t('keys.limit.approval')}</span>`,
  ].filter(Boolean);
  return said.length > 0 ? html`<span class="lines small">${said}</span>` : html`<span class="quiet">${t('none')}</span>`;
}
