import { html } from '../../vendor/preact.js';
import { Field } from '../../kit/field.js';
import { useApp } from '../context.js';

export const shortest = 12;

/** What is wrong with a new password, as a key of the words; `null` if nothing is. */
export const flawOf = (password) => (!password ? 'field.needed' : [...password].length < shortest ? 'password.short' : null);

/** A new password. Long is what counts: there are no rules about signs. */
export function NewPassword({ label, value, onValue, error, ...rest }) {
  const { t } = useApp();
  return html`<${Field} label=${label} type="password" autocomplete="new-password" required help=${t('password.help')} words=${{ reveal: t('field.reveal'), hide: t('field.hide') }}
    value=${value} onValue=${onValue} error=${error && t(error)} ...${rest} />`;
}
