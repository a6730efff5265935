import { html, useId } from '../vendor/preact.js';

/** On or off, at once. `label` may be hidden with `bare`; `busy` while it is being carried out. */
export function Switch({ label, help, checked, onValue, bare = false, busy = false, disabled = false }) {
  const id = useId();
  return html`
    <div class="switch-row ${bare ? 'bare' : ''}">
      <input type="checkbox" role="switch" class="switch" id=${id} checked=${checked} disabled=${disabled} aria-busy=${busy ? 'true' : undefined}
        aria-describedby=${help ? `${id}-note` : undefined} onChange=${(event) => (busy ? (event.target.checked = checked) : onValue(event.target.checked))} />
      <div class=${bare ? 'unseen' : 'switch-words'}>
        <label for=${id}>${label}</label>
        ${help && html`<p class="quiet small" id="${id}-note">${help}</p>`}
      </div>
    </div>`;
}

/** A box to tick, with what it means below it. */
export function Check({ label, help, checked, onValue, ...rest }) {
  const id = useId();
  return html`
    <div class="check">
      <input type="checkbox" id=${id} checked=${checked} aria-describedby=${help ? `${id}-note` : undefined} onChange=${(event) => onValue(event.target.checked)} ...${rest} />
      <div><label for=${id}>${label}</label>${help && html`<p class="quiet small" id="${id}-note">${help}</p>`}</div>
    </div>`;
}
