import { html } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { Snippets } from '../../kit/code.js';
import { Modal } from '../../kit/modal.js';
import { useApp, useKept } from '../context.js';
import { installSnippets } from './authkit-snippets.js';

/** How AuthKit gets into somebody's application: the back end's few lines first, then the page's. */
export function Install({ onClose }) {
  const { t, session, root } = useApp();
  const [server, setServer] = useKept('install.server', 'node');
  const [page, setPage] = useKept('install.page', 'react');
  const base = (session.publicUrl || root).replace(/\/$/, '');
  const { back, front } = installSnippets(base);
  return html`
    <${Modal} wide title=${t('authkit.install')} lead=${t('authkit.install.lead')} onClose=${onClose} actions=${html`<a class="button foot-start" href="#/keys?add=1">${t('authkit.install.key')}</a><${Button} kind="primary" onClick=${onClose}>${t('done')}<//>`}>
      <section class="stack"><h3>${t('authkit.install.back')}</h3><p class="quiet small">${t('authkit.install.back.text')}</p><${Snippets} label=${t('authkit.install.back')} snippets=${back} value=${server} onValue=${setServer} /></section>
      <section class="stack"><h3>${t('authkit.install.front')}</h3><p class="quiet small">${t('authkit.install.front.text')}</p><${Snippets} label=${t('authkit.install.front')} snippets=${front} value=${page} onValue=${setPage} /></section>
    <//>`;
}
