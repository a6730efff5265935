import { html, useLayoutEffect } from '../../vendor/preact.js';
import { PageHeader } from '../../kit/header.js';
import { useApp } from '../context.js';

/**
 * A page: its head and what is below. The title becomes the window's, and its heading takes the focus when
 * somebody came from another page. `narrow` is for forms and text.
 */
export function Page({ title, children, narrow = false, wide = false, ...head }) {
  const { t, router } = useApp();
  useLayoutEffect(() => void (document.title = t('title', { page: title })), [title]);
  return html`
    <div class="page ${narrow ? 'narrow' : ''} ${wide ? 'wide' : ''}">
      <${PageHeader} title=${title} focus=${router.hasMoved()} ...${head} />
      ${children}
    </div>`;
}
