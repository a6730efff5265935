import { html } from '../../vendor/preact.js';
import { Notice } from '../../kit/notice.js';
import { useApp } from '../context.js';
import { Door } from '../parts/door.js';
import { SignInForm } from '../sign-in-form.js';

const causes = ['refused', 'no_member', 'lost', 'failed'];

/** `query.signIn` says how it went at the organisation's own provider, if it did not work. */
export default function SignIn({ query }) {
  const { t, session, enter, root } = useApp();
  const { oidc } = session;
  return html`
    <${Door} title=${t('sign-in.title')} lead=${t('sign-in.lead', { host: location.host })}>
      ${causes.includes(query.signIn) && html`<${Notice} tone="danger" role="alert">${t(`sign-in.oidc.${query.signIn}`, { name: oidc?.name ?? '' })}<//>`}
      ${oidc && html`
        <a class="button wide" href=${`${root}admin/api/session/oidc/start`}>${t('sign-in.oidc', { name: oidc.name })}</a>
        <p class="door-or">${t('sign-in.or')}</p>`}
      <${SignInForm} onSession=${enter} />
    <//>`;
}
