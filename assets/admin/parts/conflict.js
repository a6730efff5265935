import { html } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { Notice } from '../../kit/notice.js';
import { useApp } from '../context.js';

const shown = (value) => (Array.isArray(value) ? value.join(', ') : String(value ?? '')) || '—';

/**
 * Somebody else changed the same thing meanwhile. `fields` are `[label, theirs, ours]`; only those that differ are shown.
 * `onTake` forgets what was typed, `onKeep` saves it over theirs: neither happens by itself.
 */
export function Conflict({ fields, onTake, onKeep, busy }) {
  const { t } = useApp();
  const differing = fields.filter(([, theirs, ours]) => shown(theirs) !== shown(ours));
  return html`
    <${Notice} tone="warning" role="alert" title=${t('conflict.title')}
      actions=${html`<${Button} class="small" onClick=${onTake}>${t('conflict.take')}<//><${Button} class="small" busy=${busy} onClick=${onKeep}>${t('conflict.keep')}<//>`}>
      <table class="conflict">
        <thead><tr><td></td><th scope="col">${t('conflict.theirs')}</th><th scope="col">${t('conflict.ours')}</th></tr></thead>
        <tbody>${differing.map(([label, theirs, ours]) => html`<tr key=${label}><th scope="row">${label}</th><td dir="auto">${shown(theirs)}</td><td dir="auto">${shown(ours)}</td></tr>`)}</tbody>
      </table>
    <//>`;
}
