import { html, useId } from '../../vendor/preact.js';
import { Badge } from '../../kit/badge.js';
import { Button } from '../../kit/button.js';
import { Icon } from '../../kit/icons.js';
import { PlatformIcon } from '../../kit/platform-icon.js';
import { useApp } from '../context.js';
import { missingWords, standing } from './authkit-words.js';

const tones = { configured: 'success', missing: 'danger', refused: 'danger' };

/** One integration. `onOpen(what)` opens a dialog, `onSwitch(active)` takes effect at once. */
export function Card({ row, busy, reason, onOpen, onSwitch }) {
  const { t, root } = useApp();
  const id = useId();
  const state = standing(row);
  const missing = missingWords(t, row);
  const button = (what, icon) => html`<${Button} class="small" icon=${icon} aria-describedby=${id} aria-haspopup="dialog" onClick=${() => onOpen(row.platform, what)}>${t(`authkit.${what}`)}<//>`;
  return html`
    <article class="panel integration" aria-labelledby=${id}>
      <header class="integration-head">
        <${PlatformIcon} src=${`${root}icons/${encodeURIComponent(row.platform)}.svg`} title=${row.title} />
        <div class="integration-words"><h2 id=${id}>${row.title}</h2><p class="quiet small">${row.category}</p></div>
        ${tones[state] && html`<${Badge} tone=${tones[state]}>${t(`authkit.state.${state}`)}<//>`}
      </header>
      ${state === 'missing' && html`<p class="integration-note small">${t('authkit.missing', { what: missing.join(', ') })}</p>`}
      ${row.problem && html`<p class="integration-note small" title=${row.problem}><${Icon} name="warning" /><bdi>${row.problem}</bdi></p>`}
      <div class="row-of">${row.oauth && button('configure', 'gear')}${row.oauth && button('scopes', 'check')}${button('guide', 'book')}</div>
      <div class="integration-foot">
        <span class="switch-row">
          <input type="checkbox" role="switch" class="switch" id="${id}-switch" aria-labelledby="${id}-label ${id}" aria-describedby=${reason ? `${id}-reason` : undefined} checked=${row.active} disabled=${Boolean(reason)} aria-busy=${busy ? 'true' : undefined}
            onChange=${(event) => onSwitch(row.platform, event.target.checked)} />
          <label class="switch-words" id="${id}-label" for="${id}-switch">${t(row.active ? 'authkit.visible' : 'authkit.hidden')}</label>
        </span>
        ${reason && html`<span class="unseen" id="${id}-reason">${reason}</span>`}
      </div>
    </article>`;
}
