import { html } from '../vendor/preact.js';
import { CopyButton } from './copy.js';
import { Notice } from './notice.js';
import { useWords } from './words.js';

/** A value that is shown this once, with what to do about that. `label` says what it is. */
export function SecretOnce({ label, value, warning }) {
  const { t } = useWords();
  return html`
    <div class="secret">
      <${Notice} tone="warning" title=${t('kit.secret.title')}>${warning ?? t('kit.secret.text')}<//>
      <div class="secret-value">
        <p class="secret-label" id="secret-label">${label}</p>
        <div class="box">
          <input readonly dir="ltr" aria-labelledby="secret-label" value=${value} onFocus=${(event) => event.target.select()} />
          <${CopyButton} text=${value} label=${t('kit.copy-this', { what: label })} />
        </div>
      </div>
    </div>`;
}
