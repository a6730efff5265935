import { html, useState } from '../../vendor/preact.js';
import { Dialog } from '../../kit/dialog.js';
import { Field } from '../../kit/field.js';
import { Modal, ModalActions, useReturnOfFocus } from '../../kit/modal.js';
import { useApp } from '../context.js';
import { AuthKitFrame } from './authkit-frame.js';
import { identityTypes } from './connections-filters.js';

/** Asks whose it is going to be, then opens AuthKit over the page. `onConnected(connection)` hears of each, `onClose()` of the end. */
export function AddConnection({ onConnected, onClose }) {
  const { t, environment } = useApp();
  const [form, setForm] = useState({ identity: '', identityType: 'user' });
  const [opened, open] = useState(null);
  const [wrong, setWrong] = useState(null);
  const set = (name) => (value) => setForm((now) => ({ ...now, [name]: value }));
  const submit = () => {
    const identity = form.identity.trim();
    const isLong = new TextEncoder().encode(identity).length > 128;
    setWrong(isLong ? t('connections.add.long') : null);
    if (!isLong) open(identity ? { identity, identityType: form.identityType } : {});
  };
  if (opened) return html`<${OverPage} whose=${opened} onConnected=${onConnected} onClose=${onClose} />`;
  return html`
    <${Modal} title=${t('connections.add')} lead=${t('connections.add.lead', { environment: t(`environment.${environment}`) })} onClose=${onClose} onSubmit=${submit}
      actions=${html`<${ModalActions} label=${t('connections.add.go')} onCancel=${onClose} />`}>
      <${Field} label=${t('connections.identity')} help=${t('connections.add.identity')} value=${form.identity} onValue=${set('identity')} error=${wrong} words=${{ optional: t('optional') }}
        placeholder="user_123" dir="auto" autocomplete="off" autocapitalize="none" spellcheck=${false} />
      <${Field} label=${t('connections.identityType')} type="select" required value=${form.identityType} onValue=${set('identityType')}
        options=${identityTypes.map((value) => ({ value, label: t(`identity.${value}`) }))} help=${t('connections.add.type')} />
    <//>`;
}

/* AuthKit is a dialog of its own: all that is here is the frame it fills, above everything else. */
function OverPage({ whose, onConnected, onClose }) {
  const { t, theme } = useApp();
  useReturnOfFocus();
  return html`
    <${Dialog} class="authkit-over" labelledby="authkit-over" onEscape=${onClose}>
      <h2 class="unseen" id="authkit-over">${t('connections.add')}</h2>
      <${AuthKitFrame} label=${t('connections.add.frame')} whose=${whose} params=${{ appTheme: theme, companyName: t('connections.add.company') }} blocked=${t('authkit.blocked')}
        onConnected=${onConnected} onClose=${onClose} autofocus />
    <//>`;
}
