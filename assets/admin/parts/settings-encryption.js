import { html } from '../../vendor/preact.js';
import { Badge } from '../../kit/badge.js';
import { Bar } from '../../kit/chart.js';
import { Section } from '../../kit/header.js';
import { Table } from '../../kit/table.js';
import { Time } from '../../kit/time.js';
import { useApp } from '../context.js';

/** The keys that seal what is stored, and how far the change to the newest has come. */
export function Encryption({ encryption }) {
  const { t, format } = useApp();
  const keys = encryption?.keys ?? [];
  if (keys.length === 0) return null;
  const uses = keys.reduce((sum, key) => sum + (key.uses ?? 0), 0);
  const done = uses > 0 ? keys.filter(({ isCurrent }) => isCurrent).reduce((sum, key) => sum + (key.uses ?? 0), 0) / uses : 1;
  const columns = [
    { key: 'id', label: t('settings.key'), cell: ({ id, isCurrent }) => html`<span class="row-of"><code dir="ltr">${id}</code>${isCurrent && html`<${Badge} tone="success">${t('settings.key.current')}<//>`}</span>` },
    { key: 'created', label: t('settings.key.created'), cell: ({ createdAt }) => html`<${Time} value=${createdAt} missing=${t('unknown')} />`, quiet: true },
    { key: 'uses', label: t('settings.key.uses'), end: true, cell: ({ uses }) => (uses === undefined || uses === null ? '—' : format.number(uses)) },
  ];
  return html`
    <${Section} title=${t('settings.encryption')} lead=${t('settings.encryption.text')} class="panel">
      ${keys.length > 1 && html`
        <div class="stack progress"><p class="small">${done === 1 ? t('settings.rotation.done') : t('settings.rotation', { share: format.percent(Math.floor(done * 1_000) / 1_000) })}</p><${Bar} share=${done} /></div>`}
      <${Table} label=${t('settings.encryption')} columns=${columns} rows=${keys} />
    <//>`;
}
