import { html } from '../../vendor/preact.js';
import { useApp } from '../context.js';

const tones = { operational: 'success', degraded: 'warning', failed: 'danger' };

/** How far a connection can be relied on: a dot and a word, with the reason on demand. */
export function State({ row, withReason = false }) {
  const { t } = useApp();
  const known = row.state in tones ? row.state : 'unknown';
  const reason = row.stateReason ?? undefined;
  return html`<span class="status" title=${reason}><span class="dot ${tones[known] ?? ''}"></span>${t(`connections.state.${known}`)}${withReason && reason ? html`<span class="unseen">: ${reason}</span>` : null}</span>`;
}

export const toneOf = ({ state }) => tones[state] ?? '';

/** What a person would call it: its own name, else its account, else nothing. */
export const nameOf = ({ name, account }) => name || account || '';
