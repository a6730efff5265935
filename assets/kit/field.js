import { html, useId, useState } from '../vendor/preact.js';
import { IconButton } from './button.js';
import { Icon } from './icons.js';

/**
 * A labelled input that says what is wrong beside where it is wrong.
 * `type` is `text`, `password`, `url`, `email` or `select`; `multiline` makes it a text area.
 * `onValue` gets the text, `words` has the labels that the field itself needs.
 */
export function Field({ label, help, error, words = {}, required = false, ...input }) {
  const id = useId();
  const note = `${id}-note`;
  const wrong = `${id}-wrong`;
  const describedBy = [error && wrong, help && note].filter(Boolean).join(' ');
  const control = { ...input, id, words, required, error, describedBy: describedBy || undefined };
  return html`
    <div class="field">
      <div class="head">
        <label for=${id}>${label}</label>
        ${!required && words.optional && html`<span class="optional">${words.optional}</span>`}
      </div>
      ${input.type === 'select' ? html`<${Select} ...${control} />` : html`<${Text} ...${control} />`}
      ${error && html`<p id=${wrong} class="note error"><${Icon} name="warning" /><span>${error}</span></p>`}
      ${help && html`<p id=${note} class="note">${help}</p>`}
    </div>`;
}

function Text({ type = 'text', dir, multiline, prefix, suffix, words, error, describedBy, value, onValue, ...rest }) {
  const [revealed, reveal] = useState(false);
  const secret = type === 'password';
  const common = {
    ...rest,
    ...attributes(error, describedBy, rest.required),
    ...(secret || type === 'url' ? plainTyping : {}),
    value,
    onInput: (event) => onValue(event.target.value),
  };
  if (multiline) return html`<div class="box ${error ? 'wrong' : ''}" dir=${dir}><textarea rows="5" ...${common} /></div>`;
  return html`
    <div class="box ${error ? 'wrong' : ''}" dir=${dir}>
      ${prefix && html`<span class="affix before">${prefix}</span>`}
      <input type=${secret && revealed ? 'text' : type} ...${common} placeholder=${rest.placeholder || ' '} />
      ${suffix && html`<span class="affix after">${suffix}</span>`}
      ${secret && html`<${IconButton} icon=${revealed ? 'eye-off' : 'eye'} label=${revealed ? words.hide : words.reveal}
        aria-pressed=${String(revealed)} aria-controls=${rest.id} onClick=${() => reveal(!revealed)} />`}
    </div>`;
}

function Select({ options = [], dir, words, error, describedBy, value, onValue, placeholder, type, multiline, prefix, suffix, ...rest }) {
  return html`
    <div class="box ${error ? 'wrong' : ''}">
      <select ...${rest} ...${attributes(error, describedBy, rest.required)} value=${value}
        onChange=${(event) => onValue(event.target.value)}>
        ${!options.some((option) => valueOf(option) === value) && html`<option value=${value}>${placeholder || words.choose}</option>`}
        ${options.map((option) => html`<option key=${valueOf(option)} value=${valueOf(option)}>${labelOf(option)}</option>`)}
      </select>
      <${Icon} name="down" class="select-mark" />
    </div>`;
}

const valueOf = (option) => (typeof option === 'object' ? option.value : option);
const labelOf = (option) => (typeof option === 'object' ? option.label : option);

/* `aria-required` and not `required`: the browser's own bubbles would speak before our words. */
function attributes(error, describedBy, required) {
  return {
    required: undefined,
    'aria-required': required ? 'true' : undefined,
    'aria-invalid': error ? 'true' : undefined,
    'aria-describedby': describedBy,
  };
}

/* A key is not prose: nobody may correct, capitalise, remember or send it anywhere. */
const plainTyping = { autocomplete: 'off', autocapitalize: 'none', autocorrect: 'off', spellcheck: false };
