import { html, useId } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { useApp } from '../context.js';

/** Why somebody may not do what needs `role`, as a sentence; nothing if they may. */
export function useReason(role) {
  const { t, can } = useApp();
  return can(role) ? null : t('no-right', { role: t(`role.${role}`) });
}

/** A button for those of `role` and above. The others see it, can reach it, and learn why it does nothing. */
export function RoleButton({ role, children, ...rest }) {
  const id = useId();
  const reason = useReason(role);
  if (!reason) return html`<${Button} ...${rest}>${children}<//>`;
  return html`
    <span class="role-button">
      <${Button} ...${rest} class="${rest.class ?? ''} refused" onClick=${() => {}} aria-disabled="true" aria-describedby=${id} title=${reason}>${children}<//>
      <span class="unseen" id=${id}>${reason}</span>
    </span>`;
}
