import { html, useState } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { Field } from '../../kit/field.js';
import { Modal, ModalActions } from '../../kit/modal.js';
import { Notice } from '../../kit/notice.js';
import { SecretOnce } from '../../kit/secret.js';
import { Choices } from '../../kit/select.js';
import { TagInput } from '../../kit/tags.js';
import { useAct, useApp } from '../context.js';
import { PlatformsField } from './platforms.js';

const day = 86_400;
const spans = ['', 7 * day, 30 * day, 90 * day, 365 * day];
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Asks what a key may do, makes it, and shows it this once. */
export function NewKey({ onMade, onClose }) {
  const { t, api, environment, can } = useApp();
  // A key does no more than its maker may do.
  const permissions = ['read', can('manager') && 'write', can('admin') && 'admin'].filter(Boolean);
  const [form, setForm] = useState({ name: '', permission: can('manager') ? 'write' : 'read', expires: String(90 * day), platforms: [], identity: '', actions: [], methods: [], approval: [] });
  const [wrong, setWrong] = useState(null);
  const [made, setMade] = useState(null);
  const set = (name) => (value) => setForm((now) => ({ ...now, [name]: value }));
  const act = useAct(() => api.post('/admin/api/keys', {
    environment, name: form.name.trim(), permission: form.permission, platforms: form.platforms, actions: form.actions, methods: form.methods, approval: form.approval,
    ...(form.identity.trim() ? { identity: form.identity.trim() } : {}), ...(form.expires ? { expiresInSeconds: Number(form.expires) } : {}),
  }));
  const submit = async () => {
    setWrong(form.name.trim() ? null : t('field.needed'));
    if (!form.name.trim()) return document.querySelector('dialog [name=key-name]')?.focus();
    const key = await act.run();
    if (!key) return;
    setMade(key);
    onMade();
  };
  if (made) return html`<${Made} made=${made} onClose=${onClose} />`;
  const where = t(`environment.${environment}`);
  return html`
    <${Modal} title=${t('keys.new.title')} lead=${t('keys.new.lead', { environment: where })} onClose=${onClose} onSubmit=${submit}
      actions=${html`<${ModalActions} label=${t('keys.create')} busy=${act.busy} onCancel=${onClose} />`}>
      ${act.error && html`<${Notice} tone="danger" role="alert">${act.error}<//>`}
      <${Field} label=${t('keys.name')} name="key-name" help=${t('keys.new.name')} required value=${form.name} onValue=${set('name')} error=${wrong} maxlength="100" autocomplete="off" />
      <${Choices} label=${t('keys.permission')} value=${form.permission} onValue=${set('permission')}
        options=${permissions.map((value) => ({ value, label: t(`permission.${value}`), help: t(`permission.${value}.help`) }))} />
      <${Field} label=${t('keys.expires')} type="select" value=${form.expires} onValue=${set('expires')} required
        options=${spans.map((value) => ({ value: String(value), label: t(value ? `keys.expires.${value / day}` : 'keys.expires.never') }))} help=${form.expires ? undefined : t('keys.expires.help')} />
      <${PlatformsField} label=${t('keys.platforms')} help=${t('keys.platforms.help')} values=${form.platforms} onValues=${set('platforms')} />
      <details class="more-fields">
        <summary>${t('keys.more')}</summary>
        <div class="stack">
          <${Field} label=${t('keys.identity')} help=${t('keys.identity.help')} value=${form.identity} onValue=${set('identity')} autocomplete="off" spellcheck=${false} dir="auto" />
          <${TagInput} label=${t('keys.actions')} help=${t('keys.actions.help')} values=${form.actions} onValues=${set('actions')} placeholder="github/list*" />
          <${TagInput} label=${t('keys.methods')} help=${t('keys.methods.help')} values=${form.methods} onValues=${set('methods')} strict suggestions=${methods.map((value) => ({ value, label: value }))} />
          <${TagInput} label=${t('keys.approval')} help=${t('keys.approval.help')} values=${form.approval} onValues=${set('approval')}
            suggestions=${['write', 'delete'].map((value) => ({ value, label: t(`approval.${value}`) }))} />
        </div>
      </details>
    <//>`;
}

function Made({ made, onClose }) {
  const { t } = useApp();
  return html`
    <${Modal} title=${t('keys.made.title')} lead=${t(`keys.made.lead`, { name: made.name })} onClose=${onClose} actions=${html`<${Button} kind="primary" onClick=${onClose}>${t('keys.made.kept')}<//>`}>
      <${SecretOnce} label=${t('keys.made.label')} value=${made.key} />
      <p class="quiet small">${t('keys.made.how')} <code dir="ltr">x-pica-secret</code></p>
    <//>`;
}
