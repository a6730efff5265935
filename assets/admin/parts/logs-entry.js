import { html } from '../../vendor/preact.js';
import { Code } from '../../kit/code.js';
import { CopyButton, Copyable } from '../../kit/copy.js';
import { Facts, Section } from '../../kit/header.js';
import { Icon } from '../../kit/icons.js';
import { Notice } from '../../kit/notice.js';
import { Phases } from '../../kit/phases.js';
import { fillPath, writeHash } from '../../lib/router.js';
import { useApp, useLoad } from '../context.js';
import { curl } from '../snippets.js';
import { HeaderList } from './header-list.js';
import { Outcome } from './logs-row.js';
import { PlatformName } from './platforms.js';

export const useEntry = (id) => useLoad((api, signal) => api.get(`/admin/api/logs/${encodeURIComponent(id)}`, { signal }), [id]);

export const titleOf = (t, entry) => entry.actionTitle ?? (entry.kind === 'passthrough' ? `${entry.method} ${entry.path?.split('?')[0]}` : t(`logs.kind.${entry.kind}`));

/* What is ours or a hop's has no place in a request that somebody sends again. */
const ours = /^(host|content-length|connection|accept-encoding|cookie|origin|referer|sec-|x-magpie-|x-pica-)/;

function curlOf(entry, base) {
  const kept = (entry.requestHeaders ?? []).filter(([name, value]) => !ours.test(name) && !String(value).includes('•'));
  const headers = { 'x-pica-secret': '$MAGPIE_KEY', 'x-pica-connection-key': entry.connectionKey, ...(entry.actionId ? { 'x-pica-action-id': entry.actionId } : {}), ...Object.fromEntries(kept) };
  return curl(`${base}/v1/passthrough${entry.path}`, entry.method, headers);
}

/** All that is kept of an entry. */
export function Entry({ entry, level = 2 }) {
  const { t, format, session, root } = useApp();
  const base = (session.publicUrl || root).replace(/\/$/, '');
  const isCall = entry.kind === 'passthrough' && entry.method && entry.path && entry.connectionKey;
  const { platform, actionId } = entry;
  const who = entry.member ? `${entry.member.name}` : entry.apiKey?.name;
  const facts = [
    [t('logs.outcome'), html`<span class="row-of"><${Outcome} row=${entry} />${entry.status && html`<span class="quiet">${t(`logs.outcome.${entry.outcome}`)}</span>`}</span>`],
    [t('logs.at'), html`<time datetime=${entry.at}>${format.moment(entry.at)}</time>`],
    [t('logs.request'), entry.path && html`<code dir="ltr">${entry.method} ${entry.path}</code>`],
    [t('logs.action'), actionId && html`<a href=${`#${fillPath('/tools/:platform/:actionId', { platform, actionId })}`} dir="auto">${entry.actionTitle ?? actionId}</a>`],
    [t('logs.platform'), platform && html`<${PlatformName} platform=${platform} />`],
    [t('logs.connection'), entry.connectionKey && html`<span class="stack-small"><${Copyable} text=${entry.connectionKey} label=${t('logs.connection.copy')} /><a class="small" href=${writeHash('/connections', { q: entry.connectionKey })}>${t('logs.connection.show')}</a></span>`],
    [t('logs.identity'), entry.identity && html`<span dir="auto">${entry.identity}</span>`],
    [t('logs.who'), who && html`<span dir="auto">${t(entry.member ? 'logs.who.member' : 'logs.who.key', { name: who })}</span>`],
    [t('logs.sizes'), entry.kind === 'passthrough' && t('logs.sizes.both', { sent: format.bytes(entry.requestBytes ?? 0), got: format.bytes(entry.responseBytes ?? 0) })],
    [t('logs.requestId'), entry.requestId && html`<${Copyable} text=${entry.requestId} label=${t('logs.requestId.copy')} />`],
  ].filter((fact) => fact[1]);
  return html`
    <div class="stack log-entry">
      ${entry.error && html`<${Notice} tone=${entry.outcome === 'client_error' ? 'warning' : 'danger'}><span dir="auto">${entry.error}</span><//>`}
      ${isCall && html`
        <div class="row-of">
          ${actionId && html`<a class="button small" href=${writeHash('/playground', { action: actionId, connection: entry.connectionKey, path: entry.path })}><${Icon} name="play" />${t('logs.again')}</a>`}
          <${CopyButton} class="small" text=${curlOf(entry, base)}>${t('logs.curl')}<//>
        </div>`}
      <${Facts} facts=${facts} />
      ${entry.phases?.length > 0 && html`<${Section} level=${level} title=${t('phase.title')} actions=${html`<strong>${format.duration(entry.durationMs)}</strong>`}><${Phases} label=${t('phase.title')} phases=${entry.phases} nameOf=${(name) => t(`phase.${name}`)} /><//>`}
      ${isCall && html`
        <details class="more-fields"><summary>${t('logs.headers.sent', { count: entry.requestHeaders?.length ?? 0 })}</summary><${HeaderList} headers=${entry.requestHeaders ?? []} /></details>
        <details class="more-fields"><summary>${t('logs.headers.got', { count: entry.responseHeaders?.length ?? 0 })}</summary><${HeaderList} headers=${entry.responseHeaders ?? []} /></details>
        <details class="more-fields"><summary>${t('logs.curl.title')}</summary><${Code} text=${curlOf(entry, base)} label="curl" /></details>
        <p class="quiet small">${t('logs.kept')}</p>`}
    </div>`;
}
