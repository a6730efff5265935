import { html, useState } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { Field } from '../../kit/field.js';
import { Section } from '../../kit/header.js';
import { Notice } from '../../kit/notice.js';
import { useToast } from '../../kit/toast.js';
import { useAct, useApp } from '../context.js';
import { NewPassword, flawOf } from './password.js';

/** Changing one's own password takes the present one. */
export function Password() {
  const { t, api, session, reload } = useApp();
  const toast = useToast();
  const [form, setForm] = useState({ current: '', new: '' });
  const [wrong, setWrong] = useState({});
  const set = (name) => (value) => setForm((now) => ({ ...now, [name]: value }));
  const act = useAct(async () => {
    await api.put('/admin/api/me/password', form);
    setForm({ current: '', new: '' });
    toast(t('account.password.changed'));
    // Every session has ended with the old one, this as well.
    await reload();
  });
  const submit = (event) => {
    event.preventDefault();
    const flaws = { current: form.current ? null : 'field.needed', new: flawOf(form.new) };
    setWrong(flaws);
    const first = Object.keys(flaws).find((name) => flaws[name]);
    if (first) event.target.querySelector(`[name=${first}]`).focus();
    else act.run();
  };
  return html`
    <${Section} title=${t('account.password')} class="panel">
      <form class="stack" onSubmit=${submit} novalidate>
        <input type="email" class="unseen" autocomplete="username" value=${session.member.email} readonly tabIndex="-1" aria-hidden="true" />
        ${act.error && html`<${Notice} tone="danger" role="alert">${act.error}<//>`}
        <${Field} label=${t('account.password.current')} name="current" type="password" autocomplete="current-password" required words=${{ reveal: t('field.reveal'), hide: t('field.hide') }}
          value=${form.current} onValue=${set('current')} error=${wrong.current && t(wrong.current)} />
        <${NewPassword} label=${t('account.password.new')} name="new" value=${form.new} onValue=${set('new')} error=${wrong.new} />
        <div><${Button} type="submit" busy=${act.busy}>${t('account.password.change')}<//></div>
      </form>
    <//>`;
}
