import { html, useState } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { Field } from '../../kit/field.js';
import { Modal, ModalActions } from '../../kit/modal.js';
import { Notice } from '../../kit/notice.js';
import { SecretOnce } from '../../kit/secret.js';
import { Choices } from '../../kit/select.js';
import { useToast } from '../../kit/toast.js';
import { useAct, useApp } from '../context.js';

function Roles({ value, onValue }) {
  const { t } = useApp();
  const options = ['member', 'manager', 'admin'].map((role) => ({ value: role, label: t(`role.${role}`), help: t(`role.${role}.help`) }));
  return html`<${Choices} label=${t('members.role')} value=${value} onValue=${onValue} options=${options} />`;
}

/** Makes an invitation. Magpie sends no mail: the link is for whoever invites to pass on. */
export function Invite({ onInvited, onClose }) {
  const { t, api } = useApp();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState('member');
  const [wrong, setWrong] = useState(null);
  const [made, setMade] = useState(null);
  const act = useAct(async () => {
    setMade(await api.post('/admin/api/members', { email: email.trim(), role }));
    onInvited();
  });
  const submit = () => {
    const isAddress = /^\S+@\S+$/.test(email.trim());
    setWrong(isAddress ? null : t('email.needed'));
    if (isAddress) act.run();
    else document.querySelector('dialog [name=email]')?.focus();
  };
  if (made) return html`<${LinkShown} link=${made.link} expiresAt=${made.expiresAt} name=${email.trim()} onClose=${onClose} />`;
  return html`
    <${Modal} title=${t('members.invite.title')} lead=${t('members.invite.lead')} onClose=${onClose} onSubmit=${submit} actions=${html`<${ModalActions} label=${t('members.invite.action')} busy=${act.busy} onCancel=${onClose} />`}>
      ${act.error && html`<${Notice} tone="danger" role="alert">${act.error}<//>`}
      <${Field} label=${t('sign-in.email')} name="email" type="email" required autocomplete="off" dir="ltr" value=${email} onValue=${setEmail} error=${wrong} />
      <${Roles} value=${role} onValue=${setRole} />
    <//>`;
}

/** The link to pass on, shown this once. */
export function LinkShown({ link, expiresAt, name, isReset = false, onClose }) {
  const { t, format } = useApp();
  return html`
    <${Modal} title=${t(isReset ? 'members.reset.made' : 'members.invite.made', { name })} onClose=${onClose} actions=${html`<${Button} kind="primary" onClick=${onClose}>${t('done')}<//>`}>
      <p>${t(isReset ? 'members.reset.send' : 'members.invite.send', { time: format.relative(expiresAt) })}</p>
      <${SecretOnce} label=${t('members.link')} value=${link} warning=${t('members.link.warning')} />
    <//>`;
}

export function ChangeRole({ member, onDone, onClose }) {
  const { t, api, session, reload } = useApp();
  const toast = useToast();
  const [role, setRole] = useState(member.role);
  const name = member.name || member.email;
  const isMe = member.id === session.member.id;
  const act = useAct(async () => {
    if (role !== member.role) await api.patch(`/admin/api/members/${encodeURIComponent(member.id)}`, { role });
    toast(t('members.role.changed', { name, role: t(`role.${role}`) }));
    if (isMe) await reload();
    onDone();
    onClose();
  });
  return html`
    <${Modal} title=${t('members.role.title', { name })} onClose=${onClose} onSubmit=${act.run} actions=${html`<${ModalActions} label=${t('save')} busy=${act.busy} onCancel=${onClose} />`}>
      ${act.error && html`<${Notice} tone="danger" role="alert">${act.error}<//>`}
      <${Roles} value=${role} onValue=${setRole} />
      ${isMe && role !== member.role && html`<${Notice} tone="warning">${t('members.role.own')}<//>`}
    <//>`;
}
