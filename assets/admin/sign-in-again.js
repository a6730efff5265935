import { html } from '../vendor/preact.js';
import { Button } from '../kit/button.js';
import { useConfirm } from '../kit/ask.js';
import { Modal } from '../kit/modal.js';
import { useApp } from './context.js';
import { SignInForm } from './sign-in-form.js';

/** Over the page on which a session ended, so that nothing is lost. `answer(true)` sends again what was refused. */
export function SignInAgain({ answer }) {
  const { t, session, enter, api } = useApp();
  const before = session?.member;
  const arrive = (next) => {
    enter(next);
    // What one person began is not done in another one's name.
    answer(!before || next.member?.id === before.id);
  };
  const confirm = useConfirm();
  const leave = async () => {
    const question = { title: t('again.leave.title'), text: t('again.leave.text'), action: t('again.leave.action'), cancel: t('again.leave.stay') };
    if (!(await confirm(question))) return;
    answer(false);
    enter({ ...session, signedIn: false, member: null, csrf: null });
  };
  const retry = async () => {
    const next = await api.get('/admin/api/session');
    if (next.signedIn) arrive(next);
  };
  const { oidc } = session ?? {};
  return html`
    <${Modal} asks=${false} title=${t('again.title')} lead=${t('again.text')} onClose=${leave}>
      <${SignInForm} email=${before?.email} onSession=${arrive} />
      ${oidc && html`<p class="door-or">${t('sign-in.or')}</p><p class="quiet small">${t('sign-in.oidc.again', { name: oidc.name })}</p><${Button} class="wide" onClick=${retry}>${t('sign-in.try')}<//>`}
    <//>`;
}
