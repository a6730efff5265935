import { html, useState } from '../vendor/preact.js';
import { Button } from '../kit/button.js';
import { Field } from '../kit/field.js';
import { Notice } from '../kit/notice.js';
import { useApp } from './context.js';

/** Email and password, and the code if the server asks for one. `onSession(session)` hears of the new one. */
export function SignInForm({ email: known = '', onSession, actions }) {
  const { t, api, explain, format } = useApp();
  const [email, setEmail] = useState(known);
  const [password, setPassword] = useState('');
  const [code, setCode] = useState(null);
  const [wrong, setWrong] = useState({});
  const [trouble, setTrouble] = useState(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    if (busy) return;
    const empty = { email: !email.trim(), password: !password, code: code !== null && !code.trim() };
    setWrong(Object.fromEntries(Object.entries(empty).map(([name, is]) => [name, is ? t('sign-in.needed') : null])));
    if (Object.values(empty).some(Boolean)) {
      event.target.querySelector(`[name=${Object.keys(empty).find((name) => empty[name])}]`)?.focus();
      return;
    }
    setBusy(true);
    setTrouble(null);
    try {
      const body = { email: email.trim(), password, ...(code === null ? {} : { code: code.replace(/\s/g, '') }) };
      const session = await api.post('/admin/api/session', body);
      await onSession(session);
    } catch (error) {
      if (/code_required$/.test(error.key ?? '') && code === null) setCode('');
      else if (error.status === 429) setTrouble(t('sign-in.wait', { time: format.span(error.retryAfter || 60) }));
      else setTrouble(explain(error));
    } finally {
      setBusy(false);
    }
  };
  const words = { reveal: t('field.reveal'), hide: t('field.hide') };
  return html`
    <form class="door-form" onSubmit=${submit} novalidate>
      ${trouble && html`<${Notice} tone="danger" role="alert">${trouble}<//>`}
      <${Field} label=${t('sign-in.email')} name="email" type="email" autocomplete="username" required value=${email} onValue=${setEmail} error=${wrong.email} dir="ltr" />
      <${Field} label=${t('sign-in.password')} name="password" type="password" autocomplete="current-password" required autofocus=${Boolean(known)} words=${words} value=${password} onValue=${setPassword} error=${wrong.password} />
      ${code !== null && html`<${Code} value=${code} onValue=${setCode} error=${wrong.code} />`}
      ${actions?.(busy) ?? html`<${Button} kind="primary" class="wide" type="submit" busy=${busy}>${t('sign-in.action')}<//>`}
    </form>`;
}

function Code({ value, onValue, error }) {
  const { t } = useApp();
  return html`<div ref=${(element) => element && !element.dataset.seen && ((element.dataset.seen = '1'), element.querySelector('input').focus())}>
    <${Field} label=${t('sign-in.code')} help=${t('sign-in.code.help')} name="code" autocomplete="one-time-code" required value=${value} onValue=${onValue} error=${error} dir="ltr" />
  </div>`;
}
