import { html, useRef } from '../../vendor/preact.js';
import { Button, IconButton } from '../../kit/button.js';
import { Field } from '../../kit/field.js';
import { Icon } from '../../kit/icons.js';
import { useApp } from '../context.js';

/** A field whose value is a text, or a file in its place. Takes what `Field` takes. */
export function TextOrFile({ value, onValue, label, multiline, ...field }) {
  const { t } = useApp();
  const place = useRef(null);
  const input = useRef(null);
  const isFile = value instanceof Blob;
  // The button that was pressed makes room for another: who goes by keyboard stays there.
  const put = (value) => {
    onValue(value);
    setTimeout(() => place.current?.querySelector('.choose-file')?.focus());
  };
  const take = (event) => {
    const [file] = event.target.files;
    if (file) put(file);
    event.target.value = '';
  };
  const chooser = { icon: 'upload', class: 'choose-file small', onClick: () => input.current.click() };
  const small = html`<${IconButton} ...${chooser} label=${t(isFile ? 'play.file.other.of' : 'play.file.choose.of', { name: label })} />`;
  const text = { ...field, label, value, onValue, multiline };
  return html`
    <div class="text-or-file" ref=${place}>
      ${isFile && html`<${Chosen} ...${field} label=${label} file=${value} chooser=${small} onDrop=${() => put('')} />`}
      ${!isFile && !multiline && html`<${Field} ...${text} suffix=${small} />`}
      ${!isFile && multiline && html`<${Field} ...${text} /><div><${Button} ...${chooser} aria-label=${t('play.file.choose.of', { name: label })}>${t('play.file.choose')}<//></div>`}
      <input type="file" hidden aria-label=${t('play.file.of', { name: label })} ref=${input} onChange=${take} />
    </div>`;
}

function Chosen({ label, file, help, required, words, chooser, onDrop }) {
  const { t, format } = useApp();
  return html`
    <div class="field" role="group" aria-label=${label}>
      <div class="head"><span class="label">${label}</span>${!required && html`<span class="optional">${words?.optional}</span>`}</div>
      <div class="box chosen-file">
        <${Icon} name="check" /><span class="name" dir="auto">${file.name}</span><span class="quiet small">${format.bytes(file.size)}</span>
        ${chooser}<${IconButton} icon="close" label=${t('play.file.drop', { name: file.name })} onClick=${onDrop} />
      </div>
      ${help && html`<p class="note">${help}</p>`}
    </div>`;
}
