import { html, useState } from '../../vendor/preact.js';
import { Badge } from '../../kit/badge.js';
import { Button } from '../../kit/button.js';
import { useConfirm } from '../../kit/ask.js';
import { Blank, Loaded } from '../../kit/load.js';
import { Modal, ModalActions } from '../../kit/modal.js';
import { Notice } from '../../kit/notice.js';
import { Table } from '../../kit/table.js';
import { Time } from '../../kit/time.js';
import { useToast } from '../../kit/toast.js';
import { fillPath } from '../../lib/router.js';
import { useAct, useApp, useLoad } from '../context.js';
import { Page } from '../parts/page.js';
import { SecretShown, WebhookFields, eventName, flawsOf, knownEvents, newWebhook, wishesOf } from '../parts/webhooks-form.js';

const pathOf = ({ id }) => fillPath('/webhooks/:id', { id });

export default function Webhooks({ query }) {
  const { t, can } = useApp();
  if (can('manager')) return html`<${All} query=${query} />`;
  return html`<${Page} title=${t('nav.webhooks')} lead=${t('webhooks.lead')}><${Notice} tone="info">${t('webhooks.read-only')}<//><//>`;
}

function All({ query }) {
  const { t, explain, router } = useApp();
  const list = useLoad((api, signal) => api.get('/admin/api/webhooks', { signal }));
  const add = () => router.setQuery({ add: '1' });
  const create = html`<${Button} kind="primary" icon="plus" onClick=${add}>${t('webhooks.create')}<//>`;
  return html`
    <${Page} title=${t('nav.webhooks')} lead=${t('webhooks.lead')} actions=${create}>
      <${Loaded} of=${list} explain=${explain}>${({ rows }) => (rows.length === 0
        ? html`<${Blank} icon="send" title=${t('webhooks.empty')} actions=${html`<${Button} icon="plus" onClick=${add}>${t('webhooks.create')}<//>`}><p>${t('webhooks.empty.text')}</p><//>`
        : html`<${List} rows=${rows} list=${list} />`)}<//>
      ${query.add && html`<${NewWebhook} events=${list.value?.events ?? knownEvents} onMade=${list.again} onClose=${() => router.setQuery({ add: null })} />`}
    <//>`;
}

function List({ rows, list }) {
  const { t, api, explain } = useApp();
  const confirm = useConfirm();
  const toast = useToast();
  const address = (row) => `/admin/api${pathOf(row)}`;
  const remove = async (row) => {
    const question = { title: t('webhooks.delete.title'), text: [row.url, t('webhooks.delete.text')], action: t('delete'), failed: explain };
    if (!(await confirm({ ...question, act: () => api.delete(address(row)) }))) return;
    toast(t('webhooks.deleted'));
    list.again();
  };
  const turn = useAct(async (row) => {
    await api.patch(address(row), { active: !row.active });
    list.again();
  });
  const columns = [
    { key: 'url', label: t('webhooks.url'), cell: (row) => html`<span class="two-lines"><strong class="cut" dir="ltr" title=${row.url}>${row.url}</strong>${row.description && html`<span class="quiet plain" dir="auto">${row.description}</span>`}</span>` },
    { key: 'events', label: t('webhooks.events'), cell: ({ events }) => html`<span title=${events.join('\n')}>${events.slice(0, 2).map((event) => eventName(t, event)).join(', ')}${events.length > 2 ? ` ${t('more', { count: events.length - 2 })}` : ''}</span>` },
    { key: 'state', label: t('webhooks.state'), cell: ({ active }) => html`<${Badge} tone=${active ? 'success' : ''}>${t(active ? 'webhooks.on' : 'webhooks.off')}<//>` },
    { key: 'last', label: t('webhooks.last'), cell: (row) => html`<${Going} row=${row} />` },
  ];
  const menu = (row) => [
    { label: t('webhooks.open'), icon: 'edit', href: `#${pathOf(row)}` },
    { label: t(row.active ? 'webhooks.turn-off' : 'webhooks.turn-on'), icon: row.active ? 'stop' : 'play', onSelect: () => turn.run(row) },
    '-',
    { label: t('delete'), icon: 'trash', danger: true, onSelect: () => remove(row) },
  ];
  return html`
    ${turn.error && html`<${Notice} tone="danger" role="alert">${turn.error}<//>`}
    <${Table} label=${t('nav.webhooks')} columns=${columns} rows=${rows} rowName=${({ url }) => url} href=${(row) => `#${pathOf(row)}`} menu=${menu} busy=${list.busy} />`;
}

function NewWebhook({ events, onMade, onClose }) {
  const { t, api, environment } = useApp();
  const [form, setForm] = useState(newWebhook);
  const [wrong, setWrong] = useState({});
  const [made, setMade] = useState(null);
  const act = useAct(async () => {
    setMade(await api.post('/admin/api/webhooks', wishesOf(form)));
    onMade();
  });
  const submit = () => {
    const flaws = flawsOf(form);
    setWrong(flaws);
    const [first] = Object.keys(flaws);
    if (first) document.querySelector(`dialog [name=${first}]`)?.focus();
    else act.run();
  };
  if (made) return html`<${SecretShown} title=${t('webhooks.made')} made=${made} onClose=${onClose} />`;
  return html`
    <${Modal} title=${t('webhooks.new')} lead=${t('webhooks.new.lead', { environment: t(`environment.${environment}`) })} onClose=${onClose} onSubmit=${submit} actions=${html`<${ModalActions} label=${t('webhooks.create')} busy=${act.busy} onCancel=${onClose} />`}>
      ${act.error && html`<${Notice} tone="danger" role="alert">${act.error}<//>`}
      <${WebhookFields} form=${form} setForm=${setForm} wrong=${wrong} events=${events} />
    <//>`;
}

/** Whether messages get through. */
function Going({ row: { active, failingSince, disabledReason } }) {
  const { t } = useApp();
  if (disabledReason) return html`<span class="status"><span class="dot danger"></span>${disabledReason}</span>`;
  if (failingSince) return html`<span class="status"><span class="dot warning"></span>${t('webhooks.failing')} <${Time} value=${failingSince} /></span>`;
  return active ? html`<span class="status"><span class="dot success"></span>${t('webhooks.fine')}</span>` : html`<span class="quiet">—</span>`;
}
