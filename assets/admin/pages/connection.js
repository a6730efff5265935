import { html, useState } from '../../vendor/preact.js';
import { Badge } from '../../kit/badge.js';
import { Code } from '../../kit/code.js';
import { useConfirm } from '../../kit/ask.js';
import { Copyable } from '../../kit/copy.js';
import { Facts, Section } from '../../kit/header.js';
import { Blank, Loaded } from '../../kit/load.js';
import { Notice } from '../../kit/notice.js';
import { PlatformIcon } from '../../kit/platform-icon.js';
import { SkeletonLines } from '../../kit/skeleton.js';
import { Chips } from '../../kit/tags.js';
import { Time } from '../../kit/time.js';
import { useToast } from '../../kit/toast.js';
import { useAct, useApp, useConnectors, useLoad } from '../context.js';
import { RecentCalls } from '../parts/connection-calls.js';
import { EditConnection } from '../parts/connection-edit.js';
import { State, nameOf, toneOf } from '../parts/connection-state.js';
import { Page } from '../parts/page.js';
import { PlatformName } from '../parts/platforms.js';
import { ReconnectLink } from '../parts/reconnect-link.js';
import { RoleButton } from '../parts/role.js';

const pathOf = (id) => `/v1/vault/connections/${encodeURIComponent(id)}`;

export default function Connection({ params }) {
  const { t, explain } = useApp();
  const loaded = useLoad((api, signal) => api.get(pathOf(params.id), { signal }), [params.id]);
  const back = { href: '#/connections', label: t('nav.connections') };
  if (loaded.error?.status === 404 && !loaded.value) {
    return html`<${Page} title=${t('connection.gone.title')} back=${back}><${Blank} icon="unplugged" title=${t('connection.gone')} actions=${html`<a class="button" href="#/connections">${t('connection.gone.back')}</a>`}><p>${t('connection.gone.text')}</p><//><//>`;
  }
  if (!loaded.value) return html`<${Page} title=${t('connection.title')} back=${back}><${Loaded} of=${loaded} explain=${explain} skeleton=${html`<${SkeletonLines} count=${6} />`} /><//>`;
  return html`<${Shown} row=${loaded.value} loaded=${loaded} back=${back} />`;
}

function Shown({ row, loaded, back }) {
  const { t, api, root, router, explain } = useApp();
  const confirm = useConfirm();
  const toast = useToast();
  const title = useConnectors().value?.byPlatform.get(row.platform)?.name ?? row.platform;
  const [open, setOpen] = useState(null);
  const [turn, setTurn] = useState(0);
  const name = nameOf(row) || title;
  const refresh = useAct(async () => {
    try {
      loaded.set(await api.post(`${pathOf(row.id)}/refresh`, undefined, { timeout: 60_000 }));
      toast(t('connection.refreshed'));
    } catch (error) {
      toast(explain(error), { tone: 'danger' });
      loaded.again();
    }
    setTurn((now) => now + 1);
  });
  const remove = async () => {
    const question = { title: t('connections.delete.one', { name }), text: t('connections.delete.text'), action: t('delete'), failed: explain };
    if (!(await confirm({ ...question, act: () => api.delete(pathOf(row.id)) }))) return;
    toast(t('connections.deleted', { name }));
    router.go('/connections');
  };
  const playground = `#/playground?${new URLSearchParams({ connection: row.key })}`;
  const actions = html`
    <${RoleButton} role="manager" icon="refresh" busy=${refresh.busy} onClick=${refresh.run}>${t('connection.refresh')}<//>
    <${RoleButton} role="manager" icon="link" onClick=${() => setOpen('link')}>${t('connection.link')}<//>
    <a class="button primary" href=${playground}>${t('connection.try')}</a>`;
  const badges = html`<${Badge} tone=${toneOf(row)}><span class="dot ${toneOf(row)}"></span>${t(`connections.state.${row.state in { operational: 1, degraded: 1, failed: 1 } ? row.state : 'unknown'}`)}<//>`;
  return html`
    <${Page} title=${name} lead=${name === title ? undefined : title} back=${back} badges=${badges} actions=${actions}
      mark=${html`<${PlatformIcon} large src=${`${root}icons/${encodeURIComponent(row.platform)}.svg`} title=${title} />`}>
      <${Loaded} of=${loaded} explain=${explain}>${() => html`
        ${row.stateReason && row.state !== 'operational' && html`<${Notice} tone=${toneOf(row) || 'info'} title=${t(`connection.trouble.${row.state}`)}>
          <p dir="auto">${row.stateReason}</p><p class="quiet">${t(row.state === 'failed' ? 'connection.trouble.failed.do' : 'connection.trouble.degraded.do')}</p><//>`}
        <div class="two-panels">
          <${Health} row=${row} />
          <${About} row=${row} edit=${() => setOpen('edit')} />
        </div>
        <${RecentCalls} connection=${row} turn=${turn} />
        ${Object.keys(row.metadata ?? {}).length > 0 && html`<${Section} title=${t('connection.metadata')} lead=${t('connection.metadata.lead')}><${Code} label=${t('connection.metadata')} text=${JSON.stringify(row.metadata, null, 2)} /><//>`}
        <${Section} title=${t('connection.delete')} class="last">
          <div class="panel between"><p class="quiet">${t('connections.delete.text')}</p><${RoleButton} role="admin" icon="trash" onClick=${remove}>${t('connection.delete')}<//></div>
        <//>`}<//>
      ${open === 'edit' && html`<${EditConnection} row=${row} onClose=${() => setOpen(null)} onSaved=${(saved) => (loaded.set(saved), setOpen(null), toast(t('saved')))} />`}
      ${open === 'link' && html`<${ReconnectLink} row=${row} onClose=${() => setOpen(null)} />`}
    <//>`;
}

function Health({ row }) {
  const { t, format } = useApp();
  const time = (value, missing) => html`<${Time} value=${value} missing=${missing} />`;
  const isPast = row.expiresAt && Date.parse(row.expiresAt) < Date.now();
  const expires = row.expiresAt && html`<span title=${format.moment(row.expiresAt)}>${isPast ? t('connection.expired', { time: format.relative(row.expiresAt) }) : format.relative(row.expiresAt)}</span>`;
  return html`
    <${Section} title=${t('connection.health')}>
      <div class="panel"><${Facts} facts=${[
        [t('connections.state'), html`<${State} row=${row} />`],
        [t('connections.expires'), expires || html`<span class="quiet">${t('connection.expires.never')}</span>`],
        [t('connection.last-refresh'), time(row.lastRefreshedAt, t('never'))],
        [t('connections.used'), time(row.lastUsedAt, t('never'))],
        [t('connections.created'), time(row.createdAt)],
        [t('connections.updated'), time(row.updatedAt)],
        row.active === false && [t('connection.active'), t('connection.active.no')],
      ]} /></div>
    <//>`;
}

function About({ row, edit }) {
  const { t } = useApp();
  const quiet = (words) => html`<span class="quiet">${words}</span>`;
  return html`
    <${Section} title=${t('connection.about')} actions=${html`<${RoleButton} role="manager" class="small" icon="edit" onClick=${edit}>${t('connection.edit')}<//>`}>
      <div class="panel"><${Facts} facts=${[
        [t('connections.key'), html`<${Copyable} text=${row.key} label=${t('kit.copy-this', { what: t('connections.key') })} />`],
        [t('connections.platform'), html`<${PlatformName} platform=${row.platform} />`],
        [t('connection.name'), row.name ? html`<bdi>${row.name}</bdi>` : quiet('—')],
        [t('connections.account'), row.account ? html`<bdi>${row.account}</bdi>` : quiet(t('unknown'))],
        [t('connections.identity'), row.identity ? html`<a href=${`#/connections?${new URLSearchParams({ identity: row.identity })}`}><bdi>${row.identity}</bdi></a>${row.identityType && html` <span class="quiet">(${t(`identity.${row.identityType}`)})</span>`}` : quiet(t('connections.nobody'))],
        [t('connections.tags'), row.tags?.length > 0 ? html`<${Chips} values=${row.tags} />` : quiet(t('none'))],
        [t('connection.id'), html`<${Copyable} text=${row.id} label=${t('kit.copy-this', { what: t('connection.id') })} />`],
      ]} /></div>
    <//>`;
}
