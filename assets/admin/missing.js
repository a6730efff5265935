import { html } from '../vendor/preact.js';
import { Blank } from '../kit/load.js';
import { useApp } from './context.js';
import { Page } from './parts/page.js';

/** An address that leads nowhere. */
export function Missing() {
  const { t } = useApp();
  return html`
    <${Page} title=${t('missing.title')}>
      <${Blank} icon="search" title=${t('missing.heading')} actions=${html`<a class="button primary" href="#/">${t('missing.home')}</a>`}>
        <p>${t('missing.text')}</p>
      <//>
    <//>`;
}
