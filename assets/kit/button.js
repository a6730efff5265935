import { html } from '../vendor/preact.js';
import { Icon } from './icons.js';
import { Spinner } from './spinner.js';

/**
 * A button that does one thing. While `busy` it keeps its place and the focus, but does nothing:
 * a `disabled` button would throw the focus away.
 */
export function Button({ kind = '', icon, busy = false, children, onClick, type = 'button', class: extra = '', ...rest }) {
  const press = (event) => {
    if (!busy) return onClick?.(event);
    event.preventDefault();
  };
  return html`
    <button type=${type} class="button ${kind} ${extra}" aria-disabled=${busy ? 'true' : undefined} onClick=${press} ...${rest}>
      ${busy ? html`<${Spinner} />` : icon && html`<${Icon} name=${icon} />`}
      <span>${children}</span>
    </button>`;
}

/** A button that shows only a sign; `label` is its name. */
export function IconButton({ icon, label, class: extra = '', ...rest }) {
  return html`
    <button type="button" class="button quiet icon-only ${extra}" aria-label=${label} title=${label} ...${rest}>
      <${Icon} name=${icon} />
    </button>`;
}
