import { html, useState } from '../../vendor/preact.js';
import { Button, IconButton } from '../../kit/button.js';
import { useConfirm } from '../../kit/ask.js';
import { CopyButton } from '../../kit/copy.js';
import { Field } from '../../kit/field.js';
import { Modal, ModalActions } from '../../kit/modal.js';
import { Notice } from '../../kit/notice.js';
import { useAct, useApp, useUnsaved } from '../context.js';
import { placeError } from './authkit-words.js';
import { useReason } from './role.js';

/** The OAuth app of an integration: its id, its secret, and whatever else the connector wants to know. */
export function Configure({ row, onSaved, onClose }) {
  const { t, api, explain } = useApp();
  const confirm = useConfirm();
  const reason = useReason('manager');
  const first = { clientId: row.clientId ?? '', clientSecret: '', settings: Object.fromEntries(row.fields.map(({ name }) => [name, row.settings[name] ?? ''])), params: Object.entries(row.authorizeParams) };
  const [form, setForm] = useState(first);
  const [wrong, setWrong] = useState({});
  const isDirty = JSON.stringify(form) !== JSON.stringify(first);
  useUnsaved(isDirty);
  const set = (name) => (value) => setForm((now) => ({ ...now, [name]: value }));
  const setting = (name) => (value) => setForm((now) => ({ ...now, settings: { ...now.settings, [name]: value } }));
  const names = ['clientId', 'clientSecret', 'authorizeParams', ...row.fields.map(({ name }) => `settings.${name}`)];
  const act = useAct(async (change) => {
    try {
      return await api.patch(`/v1/integrations/${encodeURIComponent(row.platform)}`, change);
    } catch (error) {
      if (error.status !== 400) throw error;
      setWrong(placeError(explain(error), names));
      return null;
    }
  });
  const check = () => {
    const found = {};
    if (form.clientSecret && !form.clientId.trim()) found.clientId = t('field.needed');
    for (const field of row.fields) if (field.required && !field.default && !form.settings[field.name].trim() && form.clientId.trim()) found[`settings.${field.name}`] = t('field.needed');
    if (form.params.some(([name, value]) => !name.trim() && value.trim())) found.authorizeParams = t('authkit.params.unnamed');
    setWrong(found);
    return Object.keys(found).length === 0;
  };
  const changes = () => {
    const params = Object.fromEntries(form.params.map(([name, value]) => [name.trim(), value.trim()]).filter(([name]) => name));
    const change = {};
    if (form.clientId.trim() !== (row.clientId ?? '')) change.clientId = form.clientId.trim() || null;
    if (form.clientSecret.trim()) change.clientSecret = form.clientSecret.trim();
    if (JSON.stringify(form.settings) !== JSON.stringify(first.settings)) change.settings = form.settings;
    if (JSON.stringify(params) !== JSON.stringify(row.authorizeParams)) change.authorizeParams = params;
    return change;
  };
  const submit = async () => {
    if (reason || !check()) return setTimeout(() => document.querySelector('dialog [aria-invalid]')?.focus());
    const change = changes();
    if (Object.keys(change).length === 0) return onClose();
    const saved = await act.run(change);
    if (saved) onSaved(saved);
    else setTimeout(() => document.querySelector('dialog [aria-invalid]')?.focus());
    return undefined;
  };
  const forget = async () => {
    const question = { title: t('authkit.forget.title', { name: row.title }), text: t('authkit.forget.text'), action: t('authkit.forget'), failed: explain };
    let saved = null;
    if (await confirm({ ...question, act: async () => void (saved = await api.patch(`/v1/integrations/${encodeURIComponent(row.platform)}`, { clientId: null, clientSecret: null })) })) onSaved(saved);
  };
  const close = async () => {
    if (!isDirty || (await confirm({ title: t('unsaved.title'), text: t('authkit.unsaved'), action: t('unsaved.leave'), cancel: t('unsaved.stay') }))) onClose();
  };
  const words = { reveal: t('field.reveal'), hide: t('field.hide'), optional: t('optional'), choose: t('field.choose') };
  const plain = { autocomplete: 'off', autocapitalize: 'none', spellcheck: false, dir: 'ltr', readonly: reason ? true : undefined };
  const foot = reason ? html`<p class="quiet small foot-note">${reason}</p><${Button} onClick=${onClose}>${t('close')}<//>`
    : html`${row.clientId && html`<${Button} kind="quiet" class="foot-start" onClick=${forget}>${t('authkit.forget')}<//>`}<${ModalActions} label=${t('save')} busy=${act.busy} onCancel=${close} />`;
  return html`
    <${Modal} asks=${false} title=${t('authkit.configure.title', { name: row.title })} lead=${t('authkit.configure.lead')} onClose=${close} onSubmit=${submit} actions=${foot}>
      ${(act.error || wrong['']) && html`<${Notice} tone="danger" role="alert">${act.error ?? wrong['']}<//>`}
      ${row.problem && html`<${Notice} tone="danger" title=${t('authkit.problem')}><bdi>${row.problem}</bdi><//>`}
      <div class="field">
        <p class="field-name" id="redirect-uri">${t('authkit.redirect')}</p>
        <div class="box"><input readonly dir="ltr" aria-labelledby="redirect-uri" value=${row.redirectUri} onFocus=${(event) => event.target.select()} /><${CopyButton} text=${row.redirectUri} label=${t('kit.copy-this', { what: t('authkit.redirect') })} /></div>
        <p class="note">${t('authkit.redirect.help')} ${row.registerUrl && html`<a href=${row.registerUrl} target="_blank" rel="noopener noreferrer">${t('authkit.register', { name: row.title })}</a>`}</p>
      </div>
      <${Field} label=${t('authkit.client-id')} value=${form.clientId} onValue=${set('clientId')} error=${wrong.clientId} autofocus ...${plain} />
      <${Field} label=${t('authkit.client-secret')} type="password" words=${{ reveal: words.reveal, hide: words.hide }} value=${form.clientSecret} onValue=${set('clientSecret')} error=${wrong.clientSecret} ...${plain}
        placeholder=${row.clientSecretDisplay ?? ''} help=${row.clientSecretDisplay ? t('authkit.client-secret.kept') : t('authkit.client-secret.help')} />
      ${row.fields.map((field) => html`<${Field} key=${field.name} label=${field.label || field.name} type=${field.type} required=${field.required && !field.default} words=${words} value=${form.settings[field.name] || (field.type === 'select' ? field.default ?? '' : '')}
        onValue=${setting(field.name)} error=${wrong[`settings.${field.name}`]} help=${field.help} placeholder=${field.placeholder || field.default || ''} options=${field.options} ...${plain} />`)}
      <${Params} params=${form.params} onParams=${set('params')} error=${wrong.authorizeParams} readonly=${Boolean(reason)} />
    <//>`;
}

function Params({ params, onParams, error, readonly }) {
  const { t } = useApp();
  const change = (at, place) => (event) => onParams(params.map((pair, index) => (index === at ? pair.with(place, event.target.value) : pair)));
  const input = (at, place) => html`<div class="box ${error ? 'wrong' : ''}"><input dir="ltr" autocomplete="off" autocapitalize="none" spellcheck=${false} readonly=${readonly} aria-label=${t(place ? 'authkit.params.value' : 'authkit.params.name', { number: at + 1 })} aria-invalid=${error && !place ? 'true' : undefined} value=${params[at][place]} placeholder=${place ? 'consent' : 'prompt'} onInput=${change(at, place)} /></div>`;
  return html`
    <details class="more-fields" open=${params.length > 0}>
      <summary>${t('authkit.params')}</summary>
      <div class="stack">
        <p class="quiet small">${t('authkit.params.help')}</p>
        ${params.map((_, at) => html`<div class="pair" key=${at}>${input(at, 0)}${input(at, 1)}${!readonly && html`<${IconButton} icon="close" label=${t('authkit.params.remove', { number: at + 1 })} onClick=${() => onParams(params.filter((_, index) => index !== at))} />`}</div>`)}
        ${error && html`<p class="note error small">${error}</p>`}
        ${!readonly && html`<div><${Button} class="small" icon="plus" onClick=${() => onParams([...params, ['', '']])}>${t('authkit.params.add')}<//></div>`}
      </div>
    </details>`;
}
