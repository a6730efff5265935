import { html } from '../../vendor/preact.js';
import { Notice } from '../../kit/notice.js';
import { useApp } from '../context.js';
import { Door } from '../parts/door.js';
import { JoinForm } from '../parts/join-form.js';

/** Where an invitation leads, and the link by which somebody chooses a new password. */
export default function Join({ query }) {
  const { t, api } = useApp();
  return html`
    <${Door} title=${t('join.title')} lead=${query.token ? t('join.lead') : undefined}>
      ${query.token
        ? html`<${JoinForm} nameHelp=${t('join.name.help')} action=${t('join.action')} send=${({ name, password }) => api.post('/admin/api/invitations/accept', { token: query.token, password, ...(name ? { name } : {}) })} />`
        : html`<${Notice} tone="info">${t('join.no-token')}<//><a class="button wide" href="#/">${t('to-sign-in')}</a>`}
    <//>`;
}
