import { html } from '../../vendor/preact.js';
import { Notice } from '../../kit/notice.js';
import { useApp } from '../context.js';
import { Door } from '../parts/door.js';
import { JoinForm } from '../parts/join-form.js';

/** Where the link leads that the program printed when it first started. */
export default function SetUp({ query }) {
  const { t, api, session } = useApp();
  const problem = session && !session.needsSetUp ? 'setup.done' : query.token ? null : 'setup.no-token';
  return html`
    <${Door} title=${t('setup.title')} lead=${problem ? undefined : t('setup.lead')}>
      ${problem
        ? html`<${Notice} tone="info">${t(problem)}<//>${problem === 'setup.done' && html`<a class="button wide" href="#/">${t('to-sign-in')}</a>`}`
        : html`<${JoinForm} email action=${t('setup.action')} send=${(form) => api.post('/admin/api/setup', { ...form, token: query.token })} />`}
    <//>`;
}
