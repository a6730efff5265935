import { html } from '../../vendor/preact.js';
import { useApp } from '../context.js';
import { Door } from '../parts/door.js';
import { SignInForm } from '../sign-in-form.js';

export default function SignIn() {
  const { t, session, enter, root } = useApp();
  const { oidc } = session;
  return html`
    <${Door} title=${t('sign-in.title')} lead=${t('sign-in.lead', { host: location.host })}>
      ${oidc && html`
        <a class="button wide" href=${`${root}admin/api/session/oidc/start`}>${t('sign-in.oidc', { name: oidc.name })}</a>
        <p class="door-or">${t('sign-in.or')}</p>`}
      <${SignInForm} onSession=${enter} />
    <//>`;
}
