import { html, useState } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { Field } from '../../kit/field.js';
import { Loaded } from '../../kit/load.js';
import { Modal, ModalActions } from '../../kit/modal.js';
import { Notice } from '../../kit/notice.js';
import { SkeletonLines } from '../../kit/skeleton.js';
import { TagInput } from '../../kit/tags.js';
import { useToast } from '../../kit/toast.js';
import { useAct, useApp, useLoad } from '../context.js';

/* What can be changed while the server runs: where it is in the settings, and how a form has it. A flaw is a key of the words. */
const whole = (least, most) => (text) => (/^\d+$/.test(text.trim()) && Number(text) >= least && Number(text) <= most ? null : 'change.number');
const numeric = (least, most) => ({ read: (value) => String(value ?? ''), write: (text) => Number(text.trim()), flaw: whole(least, most), values: { least, most } });
const isOrigin = (text) => URL.canParse(text) && new URL(text).origin === text.replace(/\/$/, '') && /^https?:/.test(text);

const things = {
  days: { group: 'retention', name: 'days', ...numeric(1, 3_650) },
  megabytes: { group: 'retention', name: 'megabytes', ...numeric(1, 1_048_576) },
  requestsPerMinute: {
    group: 'rateLimit', name: 'requestsPerMinute', ...numeric(1, 4_294_967_295), isOptional: true,
    write: (text) => (text.trim() ? Number(text.trim()) : null), flaw: (text) => (text.trim() ? whole(1, 4_294_967_295)(text) : null),
  },
  allowedOrigins: { group: 'authkit', name: 'allowedOrigins', read: (value) => value ?? [], write: (values) => values.map((each) => each.replace(/\/$/, '')), flaw: (values) => (values.every(isOrigin) ? null : 'change.origin') },
};

const pathOf = (what) => `${things[what].group}.${things[what].name}`;
const valueOf = (settings, what) => settings[things[what].group]?.[things[what].name];

/** Whether the server's file or environment has the say: then it cannot be changed here. */
export const isFixed = (settings, what) => settings.fixed?.includes(pathOf(what)) ?? true;

/** Whether this person may change one of `whats` now. */
export function useMayChange(settings, whats) {
  const { can } = useApp();
  return Boolean(settings) && can('admin') && whats.some((what) => !isFixed(settings, what));
}

/** A form for `whats` in a dialog; `onSaved(settings)` gets what holds now. What is set elsewhere is shown, with why it stays. */
export function ChangeSettings({ title, lead, whats, settings, onSaved, onClose }) {
  const { t, api, can } = useApp();
  const toast = useToast();
  const open = can('admin') ? whats.filter((what) => !isFixed(settings, what)) : [];
  const first = Object.fromEntries(whats.map((what) => [what, things[what].read(valueOf(settings, what))]));
  const [form, setForm] = useState(first);
  const [wrong, setWrong] = useState({});
  const act = useAct(async (change) => {
    onSaved(await api.patch('/admin/api/settings', change));
    toast(t('saved'));
    onClose();
  });
  const submit = () => {
    const flaws = Object.fromEntries(open.map((what) => [what, things[what].flaw(form[what])]).filter(([, flaw]) => flaw));
    setWrong(flaws);
    const [flawed] = Object.keys(flaws);
    if (flawed) return document.querySelector(`dialog [name=${flawed}], dialog .tag-box input`)?.focus();
    const changed = open.filter((what) => JSON.stringify(form[what]) !== JSON.stringify(first[what]));
    if (changed.length === 0) return onClose();
    const change = {};
    for (const what of changed) change[things[what].group] = { ...change[things[what].group], [things[what].name]: things[what].write(form[what]) };
    return act.run(change);
  };
  const actions = open.length > 0 ? html`<${ModalActions} label=${t('save')} busy=${act.busy} onCancel=${onClose} />` : html`<${Button} onClick=${onClose}>${t('close')}<//>`;
  const said = (what) => wrong[what] && t(wrong[what], things[what].values);
  return html`
    <${Modal} title=${title} lead=${lead} onClose=${onClose} onSubmit=${submit} actions=${actions}>
      ${act.error && html`<${Notice} tone="danger" role="alert">${act.error}<//>`}
      ${!can('admin') && html`<${Notice} tone="info">${t('no-right', { role: t('role.admin') })}<//>`}
      ${whats.map((what) => html`<${One} key=${what} what=${what} value=${form[what]} isOpen=${open.includes(what)} isFixed=${isFixed(settings, what)} error=${said(what)} onValue=${(value) => setForm((now) => ({ ...now, [what]: value }))} />`)}
    <//>`;
}

function One({ what, value, isOpen, isFixed, error, onValue }) {
  const { t } = useApp();
  const help = isFixed ? t('change.fixed') : t(`change.${what}.help`);
  if (what !== 'allowedOrigins') {
    return html`<${Field} label=${t(`change.${what}`)} name=${what} suffix=${t(`change.${what}.unit`)} inputmode="numeric" dir="ltr" autocomplete="off" required=${!things[what].isOptional} words=${{ optional: t('optional') }}
      readonly=${!isOpen} value=${value} onValue=${onValue} error=${error} help=${help} placeholder=${things[what].isOptional ? t('change.none') : ''} />`;
  }
  if (isOpen) return html`<${TagInput} label=${t('change.allowedOrigins')} values=${value} onValues=${onValue} error=${error} help=${help} placeholder="https://app.example.com" />`;
  return html`
    <div class="field"><p class="field-name">${t('change.allowedOrigins')}</p>
      ${value.length > 0 && html`<ul>${value.map((origin) => html`<li key=${origin}><code dir="ltr">${origin}</code></li>`)}</ul>`}<p class="note">${help}</p></div>`;
}

/** How long logs are kept, asked for when somebody wants to know. */
export function ChangeRetention({ onClose }) {
  const { t, explain } = useApp();
  const settings = useLoad((api, signal) => api.get('/admin/api/settings', { signal }));
  const words = { title: t('change.retention'), lead: t('change.retention.lead'), onClose };
  if (settings.value) return html`<${ChangeSettings} ...${words} whats=${['days', 'megabytes']} settings=${settings.value} onSaved=${settings.set} />`;
  return html`
    <${Modal} key="waiting" ...${words} actions=${html`<${Button} onClick=${onClose}>${t('close')}<//>`}>
      <${Loaded} of=${settings} explain=${explain} skeleton=${html`<${SkeletonLines} count=${4} />`}>${() => null}<//>
    <//>`;
}
