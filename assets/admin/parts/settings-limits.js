import { html } from '../../vendor/preact.js';
import { Facts, Section } from '../../kit/header.js';
import { useApp } from '../context.js';

/** How long the journal keeps, and how much a key may ask. */
export function Limits({ value: { retention, rateLimit } }) {
  const { t, format } = useApp();
  const perMinute = rateLimit?.requestsPerMinute;
  return html`
    <${Section} title=${t('settings.limits')} class="panel">
      <${Facts} facts=${[
        [t('settings.days'), retention && t('settings.days.value', { days: format.number(retention.days) })],
        [t('settings.megabytes'), retention && format.bytes(retention.megabytes * 1_048_576)],
        [t('settings.requestsPerMinute'), rateLimit && (perMinute ? t('settings.requestsPerMinute.value', { number: format.number(perMinute) }) : t('settings.requestsPerMinute.none'))],
      ]} />
      <p class="quiet small">${t('settings.limits.where')}</p>
    <//>`;
}
