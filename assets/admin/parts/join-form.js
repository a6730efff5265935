import { html, useState } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { Field } from '../../kit/field.js';
import { Notice } from '../../kit/notice.js';
import { useToast } from '../../kit/toast.js';
import { useAct, useApp } from '../context.js';
import { NewPassword, flawOf } from './password.js';

/** Name and password of who comes in by a link; with `email` that as well. `send(form)` gives the new session. */
export function JoinForm({ email = false, nameHelp, action, send }) {
  const { t, enter } = useApp();
  const toast = useToast();
  const [form, setForm] = useState({ email: '', name: '', password: '' });
  const [wrong, setWrong] = useState({});
  const set = (name) => (value) => setForm((now) => ({ ...now, [name]: value }));
  const act = useAct(async () => {
    const session = await send({ name: form.name.trim(), password: form.password, ...(email ? { email: form.email.trim() } : {}) });
    location.hash = '#/';
    enter(session);
    if (!session.signedIn) toast(t('join.sign-in'));
  });
  const submit = (event) => {
    event.preventDefault();
    const flaws = {
      email: email && !form.email.includes('@') ? t('email.needed') : null,
      name: !nameHelp && !form.name.trim() ? t('field.needed') : null,
      password: flawOf(form.password),
    };
    setWrong(flaws);
    const first = Object.keys(flaws).find((name) => flaws[name]);
    if (first) event.target.querySelector(`[name=${first}]`).focus();
    else act.run();
  };
  return html`
    <form class="door-form" onSubmit=${submit} novalidate>
      ${act.error && html`<${Notice} tone="danger" role="alert">${act.error}<//>`}
      ${email && html`<${Field} label=${t('sign-in.email')} name="email" type="email" autocomplete="username" required dir="ltr" value=${form.email} onValue=${set('email')} error=${wrong.email} />`}
      <${Field} label=${t('name')} name="name" autocomplete="name" required=${!nameHelp} help=${nameHelp} dir="auto" maxlength="100" value=${form.name} onValue=${set('name')} error=${wrong.name} />
      <${NewPassword} label=${t('sign-in.password')} name="password" value=${form.password} onValue=${set('password')} error=${wrong.password} />
      <${Button} kind="primary" class="wide" type="submit" busy=${act.busy}>${action}<//>
    </form>`;
}
