import { html } from '../../vendor/preact.js';
import { Copyable } from '../../kit/copy.js';
import { Facts, Section } from '../../kit/header.js';
import { Loaded } from '../../kit/load.js';
import { Notice } from '../../kit/notice.js';
import { Time } from '../../kit/time.js';
import { useApp, useLoad } from '../context.js';
import { Page } from '../parts/page.js';
import { Encryption } from '../parts/settings-encryption.js';
import { Limits, Origins } from '../parts/settings-limits.js';

export default function Settings() {
  const { t, explain } = useApp();
  const settings = useLoad((api, signal) => api.get('/admin/api/settings', { signal }));
  return html`
    <${Page} title=${t('nav.settings')} lead=${t('settings.lead')} narrow>
      <${Loaded} of=${settings} explain=${explain}>${(value) => html`
        <div class="stack wide-gap">
          <${Server} value=${value} />
          <${Limits} value=${value} onSaved=${settings.set} />
          <${Origins} value=${value} onSaved=${settings.set} />
          <${Store} value=${value} />
          <${Encryption} encryption=${value.encryption} />
        </div>`}<//>
    <//>`;
}

function Server({ value }) {
  const { t, format } = useApp();
  const isElsewhere = value.publicUrl && new URL(value.publicUrl).host !== location.host;
  return html`
    <${Section} title=${t('settings.server')} class="panel">
      <${Facts} facts=${[
        [t('settings.url'), value.publicUrl && html`<${Copyable} text=${value.publicUrl} />`],
        [t('settings.version'), html`<span dir="ltr">${value.version}${value.commit ? html` <span class="quiet mono">${value.commit.slice(0, 8)}</span>` : ''}</span>`],
        [t('settings.uptime'), value.uptimeSeconds !== undefined && format.span(value.uptimeSeconds)],
        [t('settings.folder'), value.dataDir && html`<${Copyable} text=${value.dataDir} />`],
      ]} />
      ${isElsewhere && html`<${Notice} tone="warning">${t('settings.url.differs', { url: value.publicUrl })}<//>`}
      <p class="quiet small">${t('settings.server.where')}</p>
    <//>`;
}

function Store({ value: { store } }) {
  const { t, format } = useApp();
  if (!store) return null;
  return html`
    <${Section} title=${t('settings.store')} class="panel">
      <${Facts} facts=${[
        [t('settings.store.bytes'), store.bytes !== undefined && format.bytes(store.bytes)],
        [t('settings.store.commits'), store.commits !== undefined && format.number(store.commits)],
        [t('settings.store.snapshot'), html`<${Time} value=${store.lastSnapshotAt} missing=${t('never')} />`],
      ]} />
      <p class="quiet small">${t('settings.store.backup')}</p>
    <//>`;
}
