import { html } from '../../vendor/preact.js';
import { Combobox } from '../../kit/combobox.js';
import { Method } from '../../kit/method.js';
import { PlatformIcon } from '../../kit/platform-icon.js';
import { useApp, useConnectors } from '../context.js';

const dots = { operational: 'success', degraded: 'warning', failed: 'danger' };

/** What is to be done: an action of the connection's platform, or of any. */
export function PickAction({ action, platform, onChoose, error }) {
  const { t, api, explain, root } = useApp();
  const known = useConnectors().value?.byPlatform;
  const name = (of) => known?.get(of)?.name ?? of;
  const row = (each) => ({
    value: each.systemId ?? each.id, label: each.title, note: `${name(each.platform)} · ${each.path}`, platform: each.platform,
    mark: html`<${PlatformIcon} src=${`${root}icons/${encodeURIComponent(each.platform)}.svg`} title=${name(each.platform)} /><${Method} method=${each.method} />`,
  });
  const find = async (query, signal) => {
    const path = platform ? `/v1/available-actions/search/${encodeURIComponent(platform)}` : '/v1/available-actions/search';
    return (await api.get(path, { query: { query, limit: 40 }, signal })).map(row);
  };
  const chosen = action && { ...row(action), mark: html`<${PlatformIcon} src=${`${root}icons/${encodeURIComponent(action.platform)}.svg`} title=${name(action.platform)} />` };
  return html`<${Combobox} label=${t('play.action')} chosen=${chosen} find=${find} onChoose=${onChoose} error=${error} failed=${explain}
    placeholder=${platform ? t('play.action.of', { name: name(platform) }) : t('play.action.find')} none=${t('play.action.none')} clear=${t('play.action.clear')} />`;
}

/** On whose behalf: a connection of the action's platform. */
export function PickConnection({ connection, platform, onChoose, error }) {
  const { t, api, explain, root } = useApp();
  const known = useConnectors().value?.byPlatform;
  const name = (of) => known?.get(of)?.name ?? of;
  const row = (each) => ({
    value: each.key, label: each.name || each.identity || each.key, platform: each.platform,
    note: [name(each.platform), each.identity, each.account].filter(Boolean).join(' · '),
    mark: html`<${PlatformIcon} src=${`${root}icons/${encodeURIComponent(each.platform)}.svg`} title=${name(each.platform)} /><span class="dot ${dots[each.state] ?? ''}" title=${each.state}></span>`,
  });
  const find = async (q, signal) => (await api.get('/v1/vault/connections', { query: { q, platform, limit: 30 }, signal })).rows.map(row);
  const help = !connection && platform ? html`<a href=${`#/connections?add=1&platform=${encodeURIComponent(platform)}`}>${t('play.connection.add')}</a>` : connection && html`<code dir="ltr">${connection.key}</code>`;
  return html`<${Combobox} label=${t('play.connection')} chosen=${connection && row(connection)} find=${find} onChoose=${onChoose} error=${error} failed=${explain} help=${help}
    placeholder=${platform ? t('play.connection.of', { name: name(platform) }) : t('play.connection.find')} none=${t('play.connection.none')} clear=${t('play.connection.clear')} />`;
}
