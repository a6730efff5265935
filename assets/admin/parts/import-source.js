import { html, useRef, useState } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { Field } from '../../kit/field.js';
import { Icon } from '../../kit/icons.js';
import { Notice } from '../../kit/notice.js';
import { useApp } from '../context.js';

/** The server takes no more. */
const most = 64 * 2 ** 20;
const mostInWords = 64_000_000;
/** More is not put into a field to be looked at. */
const shownMost = 200_000;

/** The document: dropped, chosen or pasted. `onDocument({text, name})` gets it. */
export function Source({ document, onDocument }) {
  const { t, format } = useApp();
  const [over, setOver] = useState(false);
  const [wrong, setWrong] = useState(null);
  const input = useRef(null);
  const take = async (file) => {
    if (!file) return;
    if (file.size > most) return setWrong(t('import.too-large', { size: format.bytes(file.size), most: format.bytes(mostInWords) }));
    setWrong(null);
    onDocument({ text: await file.text(), name: file.name });
  };
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };
  const drag = (event) => {
    event.preventDefault();
    setOver(event.type === 'dragover');
  };
  const { text, name } = document;
  return html`
    <div class="stack">
      <div class="drop ${over ? 'over' : ''}" onDragOver=${drag} onDragLeave=${drag} onDrop=${drop}>
        <div class="disc"><${Icon} name=${name ? 'check' : 'upload'} /></div>
        ${name
          ? html`<p><strong dir="auto">${name}</strong> <span class="quiet">${format.bytes(new Blob([text]).size)}</span></p>`
          : html`<p><strong>${t('import.drop')}</strong></p><p class="quiet small">${t('import.kinds', { most: format.bytes(mostInWords) })}</p>`}
        <${Button} icon="upload" onClick=${() => input.current.click()}>${t(name ? 'import.choose-other' : 'import.choose')}<//>
        <input type="file" class="unseen" tabIndex="-1" aria-label=${t('import.choose')} ref=${input} accept=".json,.yaml,.yml,application/json,application/yaml,text/yaml" onChange=${(event) => (take(event.target.files[0]), (event.target.value = ''))} />
      </div>
      ${wrong && html`<${Notice} tone="danger" role="alert">${wrong}<//>`}
      ${text.length > shownMost
        ? html`<p class="quiet small">${t('import.long')}</p>`
        : html`<${Field} label=${t('import.paste')} multiline rows="8" dir="ltr" spellcheck=${false} value=${text} onValue=${(value) => onDocument({ text: value, name: '' })} required placeholder="openapi: 3.1.0" />`}
    </div>`;
}
