import { html, useState } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { Facts, Section } from '../../kit/header.js';
import { useApp } from '../context.js';
import { ChangeSettings, isFixed, useMayChange } from './settings-change.js';

/** How long the journal keeps, and how much a key may ask. */
export function Limits({ value, onSaved }) {
  const { t, format } = useApp();
  const { retention, rateLimit } = value;
  const perMinute = rateLimit?.requestsPerMinute;
  return html`
    <${Part} title=${t('settings.limits')} whats=${['days', 'megabytes', 'requestsPerMinute']} value=${value} onSaved=${onSaved} facts=${[
      ['days', t('settings.days'), retention && t('settings.days.value', { days: format.number(retention.days) })],
      ['megabytes', t('settings.megabytes'), retention && t('settings.megabytes.value', { megabytes: format.number(retention.megabytes) })],
      ['requestsPerMinute', t('settings.requestsPerMinute'), rateLimit && (perMinute ? t('settings.requestsPerMinute.value', { number: format.number(perMinute) }) : t('settings.requestsPerMinute.none'))],
    ]}>
      <p class="quiet small">${t('settings.limits.where')}</p>
    <//>`;
}

/** Which pages may embed AuthKit. */
export function Origins({ value, onSaved }) {
  const { t } = useApp();
  const origins = value.authkit?.allowedOrigins;
  if (!origins) return null;
  const shown = origins.length > 0 ? html`<ul>${origins.map((origin) => html`<li key=${origin}><code dir="ltr">${origin}</code></li>`)}</ul>` : t('settings.origins.any');
  return html`<${Part} title=${t('settings.origins')} whats=${['allowedOrigins']} value=${value} onSaved=${onSaved} facts=${[['allowedOrigins', t('settings.origins.text'), shown]]} />`;
}

/* Facts that an admin may change; those that are set elsewhere say so. */
function Part({ title, whats, value, onSaved, facts, children }) {
  const { t } = useApp();
  const [isOpen, open] = useState(false);
  const mayChange = useMayChange(value, whats);
  const noted = (what, shown) => (value.fixed && isFixed(value, what) ? html`${shown} <span class="quiet small">(${t('settings.fixed')})</span>` : shown);
  return html`
    <${Section} title=${title} class="panel" actions=${mayChange && html`<${Button} class="small" icon="edit" aria-label=${`${t('change')}: ${title}`} onClick=${() => open(true)}>${t('change')}<//>`}>
      <${Facts} facts=${facts.map(([what, name, shown]) => [name, shown && noted(what, shown)])} />
      ${children}
      ${isOpen && html`<${ChangeSettings} title=${title} whats=${whats} settings=${value} onSaved=${onSaved} onClose=${() => open(false)} />`}
    <//>`;
}
