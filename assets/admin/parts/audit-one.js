import { html } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { Code } from '../../kit/code.js';
import { Copyable } from '../../kit/copy.js';
import { Facts } from '../../kit/header.js';
import { Modal } from '../../kit/modal.js';
import { Time } from '../../kit/time.js';
import { useApp } from '../context.js';

/** What was done in words; what has no words yet is shown as it is called. */
export const whatIn = (t, what) => (t.has(`audit.what.${what}`) ? t(`audit.what.${what}`) : what);

export const actorName = (t, actor) => actor?.name || (actor?.kind ? t(`audit.as.${actor.kind}`) : '—');

/** What concerns people belongs to no environment. */
export const whereIn = (t, environment) => t(environment ? `environment.${environment}` : 'nav.organisation');

/** One thing that was done, by whom, to what, and the hash that ties it to the one before. */
export function AuditEntry({ entry, onClose }) {
  const { t } = useApp();
  const { at, actor, what, object, environment, detail, hash, id } = entry;
  return html`
    <${Modal} side title=${whatIn(t, what)} onClose=${onClose} actions=${html`<${Button} onClick=${onClose}>${t('close')}<//>`}>
      <${Facts} facts=${[
        [t('audit.at'), html`<${Time} value=${at} exact />`],
        [t('audit.actor'), html`<span dir="auto">${actorName(t, actor)}</span>`],
        [t('audit.kind'), actor?.kind && t(`audit.as.${actor.kind}`)],
        [t('audit.object'), object && html`<span dir="auto">${object.name ?? object.id}</span>`],
        [t('audit.object-id'), object?.id && html`<${Copyable} text=${String(object.id)} />`],
        [t('environment'), whereIn(t, environment)],
        [t('audit.event'), html`<code>${what}</code>`],
        [t('audit.id'), html`<${Copyable} text=${id} />`],
        [t('audit.hash'), hash && html`<${Copyable} text=${hash} />`],
      ]} />
      ${detail && Object.keys(detail).length > 0 && html`<section class="stack"><h3>${t('audit.detail')}</h3><${Code} text=${JSON.stringify(detail, null, 2)} label=${t('audit.detail')} /></section>`}
    <//>`;
}
