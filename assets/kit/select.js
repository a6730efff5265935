import { html, useId } from '../vendor/preact.js';
import { Icon } from './icons.js';

/** A choice in one line, for filters. An option is a text or `{value, label}`; the label is for those who do not see. */
export function Select({ label, value, options, onValue, class: extra = '', ...rest }) {
  const id = useId();
  return html`
    <div class="box select ${extra} ${value ? 'set' : ''}">
      <label for=${id} class="unseen">${label}</label>
      <select id=${id} value=${value} onChange=${(event) => onValue(event.target.value)} ...${rest}>
        ${options.map((option) => {
          const { value, label } = typeof option === 'object' ? option : { value: option, label: option };
          return html`<option key=${value} value=${value}>${label}</option>`;
        })}
      </select>
      <${Icon} name="down" class="select-mark" />
    </div>`;
}

/** A few possibilities that need words each. An option is `{value, label, help}`. */
export function Choices({ label, value, options, onValue }) {
  const name = useId();
  return html`
    <fieldset class="choices">
      <legend>${label}</legend>
      ${options.map((option) => html`
        <label key=${option.value} class="choice">
          <input type="radio" name=${name} value=${option.value} checked=${option.value === value} onChange=${() => onValue(option.value)} />
          <span><span class="choice-label">${option.label}</span>${option.help && html`<span class="quiet small">${option.help}</span>`}</span>
        </label>`)}
    </fieldset>`;
}
