import { html, useState } from '../../vendor/preact.js';
import { Badge } from '../../kit/badge.js';
import { Button } from '../../kit/button.js';
import { useConfirm } from '../../kit/ask.js';
import { Field } from '../../kit/field.js';
import { Section } from '../../kit/header.js';
import { Loaded } from '../../kit/load.js';
import { Notice } from '../../kit/notice.js';
import { Choices } from '../../kit/select.js';
import { Table } from '../../kit/table.js';
import { Time } from '../../kit/time.js';
import { useToast } from '../../kit/toast.js';
import { useAct, useApp, useLoad, useUnsaved } from '../context.js';
import { Password } from '../parts/account-password.js';
import { Totp } from '../parts/account-totp.js';
import { Page } from '../parts/page.js';

export default function Account() {
  const { t, session, theme, setTheme } = useApp();
  const isDev = session.mode === 'dev';
  return html`
    <${Page} narrow title=${t('person.account')} lead=${session.member.email || undefined}>
      ${isDev ? html`<${Notice} tone="info">${t('account.dev')}<//>` : html`<${Name} /><${Password} /><${Totp} />`}
      <${Section} title=${t('account.looks')} class="panel">
        <${Choices} label=${t('account.theme')} value=${theme} onValue=${setTheme} options=${['system', 'light', 'dark'].map((value) => ({ value, label: t(`theme.${value}`) }))} />
      <//>
      ${!isDev && html`<${Sessions} />`}
    <//>`;
}

function Name() {
  const { t, session, api, reload } = useApp();
  const toast = useToast();
  const [name, setName] = useState(session.member.name);
  const changed = name.trim() !== session.member.name && name.trim() !== '';
  useUnsaved(changed);
  const act = useAct(async () => {
    await api.patch('/admin/api/me', { name: name.trim() });
    await reload();
    toast(t('saved'));
  });
  const submit = (event) => {
    event.preventDefault();
    if (changed) act.run();
  };
  return html`
    <${Section} title=${t('account.you')} class="panel">
      <form class="stack" onSubmit=${submit} novalidate>
        ${act.error && html`<${Notice} tone="danger" role="alert">${act.error}<//>`}
        <${Field} label=${t('account.name')} value=${name} onValue=${setName} required autocomplete="name" dir="auto" maxlength="100" />
        <div class="row-of"><${Button} type="submit" kind=${changed ? 'primary' : ''} busy=${act.busy} disabled=${!changed}>${t('save')}<//>
          <span class="quiet small">${t('account.role', { role: t(`role.${session.member.role}`) })}</span></div>
      </form>
    <//>`;
}

function Sessions() {
  const { t, api, explain } = useApp();
  const confirm = useConfirm();
  const toast = useToast();
  const sessions = useLoad((api, signal) => api.get('/admin/api/me/sessions', { signal }));
  const end = async (row) => {
    const done = await confirm({ title: t('account.sessions.end.title', { browser: row.browser }), text: t('account.sessions.end.text'), action: t('account.sessions.end'), failed: explain, act: () => api.delete(`/admin/api/me/sessions/${encodeURIComponent(row.id)}`) });
    if (!done) return;
    toast(t('account.sessions.ended'));
    sessions.again();
  };
  const columns = [
    { key: 'browser', label: t('account.sessions.browser'), cell: (row) => html`<span class="row-of"><span dir="auto">${row.browser}</span>${row.isThis && html`<${Badge} tone="success">${t('account.sessions.this')}<//>`}</span>` },
    { key: 'address', label: t('account.sessions.address'), cell: (row) => html`<span class="mono" dir="ltr">${row.address}</span>` },
    { key: 'used', label: t('account.sessions.used'), cell: (row) => html`<${Time} value=${row.lastUsedAt} />`, quiet: true },
    { key: 'created', label: t('account.sessions.created'), cell: (row) => html`<${Time} value=${row.createdAt} />`, quiet: true },
  ];
  return html`
    <${Section} title=${t('account.sessions')} lead=${t('account.sessions.text')}>
      <${Loaded} of=${sessions} explain=${explain}>${({ rows }) => html`
        <${Table} label=${t('account.sessions')} columns=${columns} rows=${rows} rowName=${({ browser }) => browser}
          menu=${(row) => (row.isThis ? [] : [{ label: t('account.sessions.end'), icon: 'leave', danger: true, onSelect: () => end(row) }])} />`}<//>
    <//>`;
}
