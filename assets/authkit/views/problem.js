import { html } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { State } from '../../kit/empty.js';
import { headingId, useApp } from '../context.js';

const icons = {
  expired: 'clock',
  'link-gone': 'clock',
  'endpoint-unreachable': 'offline',
  'endpoint-slow': 'clock',
  'server-unreachable': 'offline',
  forbidden: 'shield',
};
const hopeless = new Set(['host-alone', 'host-nameless', 'host-silent', 'endpoint-missing', 'endpoint-headers', 'link-gone', 'forbidden', 'reconnect-gone']);

/** There is no session: why, what to do, and for whoever builds the embedding page, what exactly. */
export function Problem({ trouble }) {
  const { t, modal, host, restart } = useApp();
  const { kind, detail } = trouble;
  const key = !modal && t.has(`trouble.${kind}.link`) ? `trouble.${kind}.link` : `trouble.${kind}.text`;
  const offline = navigator.onLine === false && icons[kind] === 'offline';
  const actions = html`
    ${!hopeless.has(kind) && html`<${Button} kind="primary" onClick=${restart}>${t('again')}<//>`}
    ${host.closed && html`<${Button} onClick=${host.closed}>${t('close')}<//>`}`;
  return html`
    <div class="view">
      <${State} headingId=${headingId} icon=${icons[kind] ?? 'unplugged'} tone="warning"
        title=${t(offline ? 'trouble.offline.title' : `trouble.${kind}.title`)} actions=${actions}>
        <p>${t(offline ? 'trouble.offline.text' : key, detail)}</p>
        ${detail.message && html`<p class="said">${t('trouble.said', { message: detail.message })}</p>`}
        <${ForBuilders} kind=${kind} detail=${detail} />
      <//>
    </div>`;
}

function ForBuilders({ kind, detail }) {
  const { t } = useApp();
  const key = `trouble.${kind}.builder`;
  if (!t.has(key)) return null;
  return html`
    <details class="builder">
      <summary>${t('trouble.builder')}</summary>
      <p>${t(key, { ...detail, status: detail.status || '–' })}</p>
      ${detail.endpoint && html`<p><code dir="ltr">POST ${detail.endpoint}</code></p>`}
    </details>`;
}
