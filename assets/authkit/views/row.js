import { html } from '../../vendor/preact.js';
import { Badge } from '../../kit/badge.js';
import { Icon } from '../../kit/icons.js';
import { PlatformIcon } from '../../kit/platform-icon.js';
import { toneOf } from '../catalogue.js';
import { useApp } from '../context.js';

/** A connector in the list. */
export function ConnectorRow({ connector, connected, row, onOpen }) {
  const { t } = useApp();
  return html`
    <${Row} row=${row} onOpen=${onOpen} image=${connector.image} title=${connector.title} note=${connector.description}>
      ${connected && html`<${Badge} tone="success">${t('list.connected')}<//>`}
    <//>`;
}

/** One of one's own connections in the list. */
export function OwnRow({ connection, row, onOpen }) {
  const { t } = useApp();
  const { connector, title, name, account, state } = connection;
  return html`
    <${Row} row=${row} onOpen=${onOpen} image=${connector?.image} title=${title} note=${[name, account].filter(Boolean).join(' · ')}>
      <${Badge} tone=${toneOf(state)}>${t(stateKey(state))}<//>
    <//>`;
}

/** The key of a state's name; a state we do not know is unknown. */
export const stateKey = (state) => `state.${['operational', 'degraded', 'failed'].includes(state) ? state : 'unknown'}`;

function Row({ row, onOpen, image, title, note, children }) {
  return html`
    <li>
      <button type="button" class="row" onClick=${onOpen} ...${row}>
        <${PlatformIcon} src=${image} title=${title} />
        <span class="words">
          <span class="title">${title}</span>
          ${note && html`<span class="note">${note}</span>`}
        </span>
        ${children}
        <${Icon} name="forward" />
      </button>
    </li>`;
}
