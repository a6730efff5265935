import { html } from '../../vendor/preact.js';
import { Method } from '../../kit/method.js';
import { PlatformIcon } from '../../kit/platform-icon.js';
import { fillPath } from '../../lib/router.js';
import { useApp } from '../context.js';

export const actionHref = ({ platform, systemId }) => `#${fillPath('/tools/:platform/:id', { platform, id: systemId })}`;

/** Actions, one a line: what it does, how it is asked for. `byPlatform` shows whose it is as well. */
export function ActionList({ actions, byPlatform, label }) {
  const { root } = useApp();
  const name = (platform) => byPlatform.get(platform)?.name ?? platform;
  return html`
    <ul class="action-list" aria-label=${label}>
      ${actions.map((action) => html`
        <li key=${action.systemId}><a href=${actionHref(action)}>
          ${byPlatform && html`<${PlatformIcon} src=${`${root}icons/${encodeURIComponent(action.platform)}.svg`} title=${name(action.platform)} />`}
          <span class="action-words"><span class="action-title" dir="auto">${action.title}</span>${byPlatform && html`<span class="quiet small" dir="auto">${name(action.platform)}</span>`}</span>
          <code class="action-path" dir="ltr">${action.path}</code>
          <${Method} method=${action.method} />
        </a></li>`)}
    </ul>`;
}
