import { html, useState } from '../../vendor/preact.js';
import { Badge } from '../../kit/badge.js';
import { Button } from '../../kit/button.js';
import { Copyable, CopyButton } from '../../kit/copy.js';
import { Field } from '../../kit/field.js';
import { Section } from '../../kit/header.js';
import { Modal, ModalActions } from '../../kit/modal.js';
import { Notice } from '../../kit/notice.js';
import { Qr } from '../../kit/qr.js';
import { useToast } from '../../kit/toast.js';
import { useAct, useApp } from '../context.js';

/** A second factor: codes from an app. */
export function Totp() {
  const { t, api, session } = useApp();
  const [begun, setBegun] = useState(null);
  const [ending, setEnding] = useState(false);
  const begin = useAct(async () => setBegun(await api.post('/admin/api/me/totp', {})));
  const isOn = session.member.totp;
  return html`
    <${Section} title=${t('totp.title')} lead=${t('totp.lead')} class="panel" actions=${html`<${Badge} tone=${isOn ? 'success' : ''}>${t(isOn ? 'totp.on' : 'totp.off')}<//>`}>
      ${begin.error && html`<${Notice} tone="danger" role="alert">${begin.error}<//>`}
      <div>${isOn ? html`<${Button} onClick=${() => setEnding(true)}>${t('totp.end')}<//>` : html`<${Button} icon="shield" busy=${begin.busy} onClick=${begin.run}>${t('totp.begin')}<//>`}</div>
      ${begun && html`<${Begin} ...${begun} onClose=${() => setBegun(null)} />`}
      ${ending && html`<${End} onClose=${() => setEnding(false)} />`}
    <//>`;
}

function Begin({ secret, uri, onClose }) {
  const { t, api, reload } = useApp();
  const [code, setCode] = useState('');
  const [wrong, setWrong] = useState(null);
  const [recovery, setRecovery] = useState(null);
  const act = useAct(async () => {
    const { recoveryCodes } = await api.put('/admin/api/me/totp', { code: code.replace(/\s/g, '') });
    setRecovery(recoveryCodes);
    await reload();
  });
  const submit = () => {
    const isCode = /^\d{6}$/.test(code.replace(/\s/g, ''));
    setWrong(isCode ? null : t('totp.code.wrong'));
    if (isCode) act.run();
  };
  if (recovery) return html`<${Recovery} codes=${recovery} onClose=${onClose} />`;
  return html`
    <${Modal} title=${t('totp.begin.title')} onClose=${onClose} onSubmit=${submit} actions=${html`<${ModalActions} label=${t('totp.begin.action')} busy=${act.busy} onCancel=${onClose} />`}>
      <p>${t('totp.begin.text')}</p>
      <div class="totp"><${Qr} text=${uri} label=${t('totp.qr')} />
        <div class="stack"><p class="quiet small">${t('totp.begin.hand')}</p><${Copyable} text=${secret} label=${t('totp.copy')} /><p class="small"><a href=${uri}>${t('totp.open')}</a></p></div></div>
      ${act.error && html`<${Notice} tone="danger" role="alert">${act.error}<//>`}
      <${Field} label=${t('totp.code')} required autocomplete="one-time-code" inputmode="numeric" dir="ltr" value=${code} onValue=${setCode} error=${wrong} />
    <//>`;
}

function Recovery({ codes, onClose }) {
  const { t } = useApp();
  return html`
    <${Modal} title=${t('totp.recovery.title')} onClose=${onClose} actions=${html`<${CopyButton} text=${codes.join('\n')}>${t('totp.recovery.copy')}<//><${Button} kind="primary" onClick=${onClose}>${t('totp.recovery.kept')}<//>`}>
      <${Notice} tone="warning" title=${t('kit.secret.title')}>${t('totp.recovery.text')}<//>
      <ul class="codes" dir="ltr">${codes.map((code) => html`<li key=${code}><code>${code}</code></li>`)}</ul>
    <//>`;
}

function End({ onClose }) {
  const { t, api, reload } = useApp();
  const toast = useToast();
  const [password, setPassword] = useState('');
  const [wrong, setWrong] = useState(null);
  const act = useAct(async () => {
    await api.delete('/admin/api/me/totp', { body: { password } });
    await reload();
    toast(t('totp.ended'));
    onClose();
  });
  const submit = () => {
    setWrong(password ? null : t('field.needed'));
    if (password) act.run();
  };
  return html`
    <${Modal} class="confirm" title=${t('totp.end.title')} onClose=${onClose} onSubmit=${submit} actions=${html`<${ModalActions} kind="danger" label=${t('totp.end.action')} busy=${act.busy} onCancel=${onClose} />`}>
      <p>${t('totp.end.text')}</p>
      ${act.error && html`<${Notice} tone="danger" role="alert">${act.error}<//>`}
      <${Field} label=${t('sign-in.password')} type="password" autocomplete="current-password" required words=${{ reveal: t('field.reveal'), hide: t('field.hide') }} value=${password} onValue=${setPassword} error=${wrong} />
    <//>`;
}
