import { html, useState } from '../../vendor/preact.js';
import { Badge } from '../../kit/badge.js';
import { Button } from '../../kit/button.js';
import { useConfirm } from '../../kit/ask.js';
import { Loaded } from '../../kit/load.js';
import { Notice } from '../../kit/notice.js';
import { Table } from '../../kit/table.js';
import { Time } from '../../kit/time.js';
import { useToast } from '../../kit/toast.js';
import { useApp, useLoad } from '../context.js';
import { ChangeRole, Invite, LinkShown } from '../parts/members-forms.js';
import { Page } from '../parts/page.js';

export default function Members({ query }) {
  const { t, explain, can, router, session } = useApp();
  const members = useLoad((api, signal) => api.get('/admin/api/members', { signal }));
  const isDev = session.mode === 'dev';
  const invite = can('admin') && !isDev && html`<${Button} kind="primary" icon="plus" onClick=${() => router.setQuery({ add: '1' })}>${t('members.invite')}<//>`;
  return html`
    <${Page} title=${t('nav.members')} lead=${t('members.lead')} actions=${invite}>
      ${isDev && html`<${Notice} tone="info">${t('members.dev')}<//>`}
      ${!can('admin') && html`<${Notice} tone="info">${t('members.read-only')}<//>`}
      <${Loaded} of=${members} explain=${explain}>${({ rows }) => html`<${List} rows=${rows} members=${members} />`}<//>
      ${query.add && can('admin') && html`<${Invite} onInvited=${members.again} onClose=${() => router.setQuery({ add: null })} />`}
    <//>`;
}

const tones = { active: 'success', invited: 'accent', locked: 'danger' };

function List({ rows, members }) {
  const { t, can, session, explain, api } = useApp();
  const confirm = useConfirm();
  const toast = useToast();
  const [changing, change] = useState(null);
  const [link, setLink] = useState(null);
  const nameOf = (row) => row.name || row.email;
  const path = (row) => `/admin/api/members/${encodeURIComponent(row.id)}`;
  const newLink = async (row) => {
    const isReset = row.state !== 'invited';
    const made = {};
    const question = { title: t(isReset ? 'members.reset.title' : 'members.relink.title', { name: nameOf(row) }), text: t(isReset ? 'members.reset.text' : 'members.relink.text'), action: t('members.link.make'), danger: false, failed: explain };
    if (await confirm({ ...question, act: async () => Object.assign(made, await api.post(`${path(row)}/link`, {})) })) setLink({ ...made, name: nameOf(row), isReset });
  };
  const remove = async (row) => {
    const question = { title: t('members.remove.title', { name: nameOf(row) }), text: t(row.state === 'invited' ? 'members.remove.invited' : 'members.remove.text'), action: t('members.remove'), failed: explain };
    if (!(await confirm({ ...question, act: () => api.delete(path(row)) }))) return;
    toast(t('members.removed', { name: nameOf(row) }));
    members.again();
  };
  const isTheirs = (row) => row.isOwner && row.id !== session.member.id;
  const isLastAdmin = (row) => row.role === 'admin' && rows.filter((each) => each.role === 'admin' && each.state !== 'invited').length <= 1;
  const why = (row) => (isTheirs(row) ? t('members.owner-stays') : isLastAdmin(row) ? t('members.last') : undefined);
  const menu = (row) => [
    { label: t('members.role.change'), icon: 'edit', onSelect: () => change(row), disabled: isTheirs(row) || isLastAdmin(row), note: why(row) },
    { label: t(row.state === 'invited' ? 'members.relink' : 'members.reset'), icon: 'link', disabled: isTheirs(row), onSelect: () => newLink(row) },
    '-',
    { label: t('members.remove'), icon: 'trash', danger: true, disabled: isTheirs(row) || isLastAdmin(row), note: why(row), onSelect: () => remove(row) },
  ];
  const columns = [
    { key: 'name', label: t('members.name'), cell: (row) => html`<span class="member"><span class="avatar" aria-hidden="true">${[...nameOf(row)][0]?.toUpperCase()}</span>
      <span class="two-lines"><strong dir="auto">${nameOf(row)}${row.id === session.member.id ? html` <span class="quiet">(${t('you')})</span>` : ''}</strong>${row.name && html`<span class="quiet" dir="ltr">${row.email}</span>`}</span></span>` },
    { key: 'role', label: t('members.role'), cell: (row) => html`${t(`role.${row.role}`)}${row.isOwner ? html` <span class="quiet">· ${t('role.owner')}</span>` : ''}` },
    { key: 'state', label: t('members.state'), cell: (row) => html`<${Badge} tone=${tones[row.state]}>${t(`members.state.${row.state}`)}<//>` },
    { key: 'totp', label: t('members.totp'), cell: (row) => (row.state === 'invited' ? '—' : t(row.totp ? 'members.totp.on' : 'members.totp.off')), quiet: true },
    { key: 'seen', label: t('members.seen'), cell: (row) => html`<${Time} value=${row.lastSignedInAt} missing=${t('never')} />`, quiet: true },
  ];
  return html`
    <${Table} label=${t('nav.members')} columns=${columns} rows=${rows} rowName=${nameOf} menu=${can('admin') ? menu : undefined} busy=${members.busy} />
    ${changing && html`<${ChangeRole} member=${changing} onDone=${members.again} onClose=${() => change(null)} />`}
    ${link && html`<${LinkShown} ...${link} onClose=${() => setLink(null)} />`}`;
}
