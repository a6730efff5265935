import { html, useState } from '../../vendor/preact.js';
import { Badge } from '../../kit/badge.js';
import { Button } from '../../kit/button.js';
import { useConfirm } from '../../kit/ask.js';
import { Section } from '../../kit/header.js';
import { Blank, Loaded } from '../../kit/load.js';
import { Notice } from '../../kit/notice.js';
import { Switch } from '../../kit/switch.js';
import { Table } from '../../kit/table.js';
import { Time } from '../../kit/time.js';
import { useToast } from '../../kit/toast.js';
import { fillPath } from '../../lib/router.js';
import { useAct, useApp, useLoad, useUnsaved } from '../context.js';
import { Page } from '../parts/page.js';
import { SecretShown, WebhookFields, eventName, flawsOf, knownEvents, wishesOf } from '../parts/webhooks-form.js';

export default function Webhook({ params }) {
  const { t, can } = useApp();
  if (can('manager')) return html`<${One} params=${params} />`;
  return html`<${Page} narrow title=${t('webhooks.one')} back=${{ href: '#/webhooks', label: t('nav.webhooks') }}><${Notice} tone="info">${t('webhooks.read-only')}<//><//>`;
}

function One({ params }) {
  const { t, explain } = useApp();
  const path = fillPath('/admin/api/webhooks/:id', params);
  const one = useLoad((api, signal) => api.get(path, { signal }), [path]);
  return html`
    <${Page} narrow title=${t('webhooks.one')} lead=${one.value && html`<span dir="ltr">${one.value.url}</span>`} back=${{ href: '#/webhooks', label: t('nav.webhooks') }}>
      <${Loaded} of=${one} explain=${explain}>${(value) => html`<${Edit} key=${value.updatedAt} value=${value} path=${path} one=${one} /><${Secret} path=${path} /><${Deliveries} path=${path} />`}<//>
    <//>`;
}

function Edit({ value, path, one }) {
  const { t, api } = useApp();
  const toast = useToast();
  const [form, setForm] = useState({ url: value.url, description: value.description ?? '', events: value.events });
  const [wrong, setWrong] = useState({});
  const changed = JSON.stringify(wishesOf(form)) !== JSON.stringify(wishesOf(value));
  useUnsaved(changed);
  const save = useAct(async (wishes) => {
    one.set(await api.patch(path, wishes));
    toast(t('saved'));
  });
  const submit = (event) => {
    event.preventDefault();
    const flaws = flawsOf(form);
    setWrong(flaws);
    const [first] = Object.keys(flaws);
    if (first) event.target.querySelector(`[name=${first}]`)?.focus();
    else save.run(wishesOf(form));
  };
  return html`
    <section class="panel">
      <${Switch} label=${t('webhooks.active')} help=${t('webhooks.active.help')} checked=${value.active} busy=${save.busy} onValue=${(active) => save.run({ active })} />
      <form class="stack" onSubmit=${submit} novalidate>
        <${WebhookFields} form=${form} setForm=${setForm} wrong=${wrong} events=${value.knownEvents ?? knownEvents} />
        ${save.error && html`<${Notice} tone="danger" role="alert">${save.error}<//>`}
        <div class="row-of"><${Button} type="submit" kind=${changed ? 'primary' : ''} busy=${save.busy} disabled=${!changed}>${t('save')}<//></div>
      </form>
    </section>`;
}

/** What messages are signed with can be made anew when it may have leaked. */
function Secret({ path }) {
  const { t, api, explain } = useApp();
  const confirm = useConfirm();
  const [made, setMade] = useState(null);
  const renew = async () => {
    const question = { title: t('webhooks.renew.title'), text: [t('webhooks.renew.text')], action: t('webhooks.renew.action'), failed: explain };
    let value = null;
    if (await confirm({ ...question, act: async () => void (value = await api.post(`${path}/secret`, {})) })) setMade(value);
  };
  return html`
    <${Section} title=${t('webhooks.secret')} lead=${html`${t('webhooks.signature')} <code dir="ltr">x-magpie-signature</code>`} class="panel">
      <div><${Button} icon="refresh" onClick=${renew}>${t('webhooks.renew')}<//></div>
      ${made && html`<${SecretShown} title=${t('webhooks.renewed')} made=${made} onClose=${() => setMade(null)} />`}
    <//>`;
}

function Deliveries({ path }) {
  const { t, explain, api, format } = useApp();
  const toast = useToast();
  const list = useLoad((api, signal) => api.get(`${path}/deliveries`, { signal }), [path]);
  const test = useAct(async () => {
    const { state, status, error } = await api.post(`${path}/test`, {}, { timeout: 60_000 });
    const fine = state === 'delivered';
    toast(fine ? t('webhooks.test.fine') : t('webhooks.test.failed', { why: error ?? status ?? state }), { tone: fine ? 'success' : 'danger' });
    list.again();
  });
  const tones = { delivered: 'success', failed: 'danger', pending: 'warning' };
  const columns = [
    { key: 'event', label: t('webhooks.event'), cell: ({ event }) => eventName(t, event) },
    { key: 'state', label: t('webhooks.answer'), cell: (row) => html`<${Badge} tone=${tones[row.state]}>${row.status ?? t('webhooks.no-answer')}<//>${row.error && html` <span class="quiet">${row.error}</span>`}` },
    { key: 'attempts', label: t('webhooks.attempts'), end: true, cell: ({ attempts }) => format.number(attempts) },
    { key: 'next', label: t('webhooks.next'), cell: ({ nextAttemptAt }) => html`<${Time} value=${nextAttemptAt} missing="—" />`, quiet: true },
    { key: 'at', label: t('webhooks.when'), cell: ({ createdAt }) => html`<${Time} value=${createdAt} />`, quiet: true },
  ];
  return html`
    <${Section} title=${t('webhooks.deliveries')} actions=${html`<${Button} class="small" icon="send" busy=${test.busy} onClick=${test.run}>${t('webhooks.test')}<//>`}>
      ${test.error && html`<${Notice} tone="danger" role="alert">${test.error}<//>`}
      <${Loaded} of=${list} explain=${explain}>${({ rows }) => (rows.length > 0
        ? html`<${Table} label=${t('webhooks.deliveries')} columns=${columns} rows=${rows} busy=${list.busy} />`
        : html`<${Blank} icon="send" title=${t('webhooks.deliveries.none')} />`)}<//>
    <//>`;
}
