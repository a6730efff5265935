import { html, useState } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { Code } from '../../kit/code.js';
import { Field } from '../../kit/field.js';
import { Facts } from '../../kit/header.js';
import { Loaded } from '../../kit/load.js';
import { Modal } from '../../kit/modal.js';
import { Notice } from '../../kit/notice.js';
import { SkeletonLines } from '../../kit/skeleton.js';
import { Time } from '../../kit/time.js';
import { useToast } from '../../kit/toast.js';
import { useAct, useApp, useLoad } from '../context.js';

/** One call that waits, or waited: what would be sent, and yes or no. */
export function Approval({ id, onDecided, onClose }) {
  const { t, explain, api } = useApp();
  const toast = useToast();
  const one = useLoad((api, signal) => api.get(`/v1/approvals/${encodeURIComponent(id)}`, { signal }), [id]);
  const [note, setNote] = useState('');
  const [how, setHow] = useState(null);
  const decide = useAct(async (verdict) => {
    setHow(verdict);
    try {
      one.set(await api.post(`/v1/approvals/${encodeURIComponent(id)}/${verdict}`, note.trim() ? { note: note.trim() } : {}, { timeout: 120_000 }));
      toast(t(`approvals.done.${verdict}`));
      onDecided();
    } catch (error) {
      if (error.status === 409) one.again();
      throw error;
    }
  });
  const waits = one.value?.state === 'pending';
  const button = (verdict, kind, icon) => html`<${Button} kind=${kind} icon=${icon} busy=${decide.busy && how === verdict} onClick=${() => decide.run(verdict)}>${t(`approvals.${verdict}`)}<//>`;
  return html`
    <${Modal} side title=${one.value?.action.title ?? t('approvals.one')} onClose=${onClose}
      actions=${waits ? html`${button('deny', '', 'close')}${button('approve', 'primary', 'check')}` : html`<${Button} onClick=${onClose}>${t('close')}<//>`}>
      <${Loaded} of=${one} explain=${explain} skeleton=${html`<${SkeletonLines} count=${6} />`}>${(value) => html`
        ${decide.error && html`<${Notice} tone="danger" role="alert">${decide.error}<//>`}
        <${About} value=${value} />
        <${Request} ...${value.request} />
        ${value.answer && html`<${Answer} ...${value.answer} />`}
        ${waits && html`<${Field} label=${t('approvals.note')} help=${t('approvals.note.help')} value=${note} onValue=${setNote} dir="auto" maxlength="500" />`}`}<//>
    <//>`;
}

function About({ value }) {
  const { t } = useApp();
  const { state, reason, note, decidedBy, decidedAt } = value;
  const keys = useLoad((api, signal) => api.get('/admin/api/keys', { signal }).catch(() => ({ rows: [] })));
  const keyName = (id) => keys.value?.rows.find((key) => key.id === id)?.name;
  const who = decidedBy === 'webhook' ? t('approvals.by-webhook') : keyName(decidedBy) ?? decidedBy;
  return html`
    ${reason && html`<${Notice} tone="danger" title=${t('approvals.reason')}>${reason}<//>`}
    <${Facts} facts=${[
      [t('approvals.state'), t(`approvals.state.${state}`)],
      [t('approvals.connection'), html`<code dir="ltr">${value.connectionKey}</code>`],
      [t('approvals.identity'), value.identity && html`<span dir="auto">${value.identity}</span>`],
      [t('approvals.asker'), html`<span dir="auto">${keyName(value.apiKey) ?? html`<code>${value.apiKey}</code>`}</span>`],
      [t('approvals.toolset'), value.toolset && html`<a href=${`#/toolsets/${encodeURIComponent(value.toolset)}`}>${value.toolset}</a>`],
      [t('approvals.asked'), html`<${Time} value=${value.createdAt} />`],
      state === 'pending' && [t('approvals.until'), html`<${Time} value=${value.expiresAt} />`],
      decidedAt && [t('approvals.decided'), html`<${Time} value=${decidedAt} />${who ? html` · <span dir="auto">${who}</span>` : ''}`],
      [t('approvals.note'), note && html`<span dir="auto">${note}</span>`],
    ]} />`;
}

const written = (body) => (typeof body === 'string' ? body : JSON.stringify(body, null, 2));

function Request({ method, url, headers = {}, body, notes = [] }) {
  const { t } = useApp();
  const lines = [`${method} ${url}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), ...(body === null || body === undefined ? [] : ['', written(body)])];
  return html`
    <section class="stack"><h3>${t('approvals.request')}</h3>
      <${Code} text=${lines.join('\n')} label=${t('approvals.request')} />
      ${notes.map((note) => html`<${Notice} key=${note} tone="warning">${note}<//>`)}</section>`;
}

function Answer({ status, body, truncated, notes = [] }) {
  const { t } = useApp();
  return html`
    <section class="stack"><h3>${t('approvals.answer', { status })}</h3>
      <${Code} text=${written(body ?? null)} label=${t('approvals.answer', { status })} />
      ${truncated && html`<p class="quiet small">${t('approvals.truncated')}</p>`}
      ${notes.map((note) => html`<${Notice} key=${note} tone="info">${note}<//>`)}</section>`;
}
