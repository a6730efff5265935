import { html, useState } from '../../vendor/preact.js';
import { Field } from '../../kit/field.js';
import { Notice } from '../../kit/notice.js';
import { Segments } from '../../kit/tabs.js';
import { fill } from '../../lib/form-model.js';
import { isForm, isJson, isParts, makeRequest } from '../../lib/form-request.js';
import { useApp } from '../context.js';
import { Fields, OneField } from './playground-fields.js';
import { TextOrFile } from './playground-file.js';

/**
 * The body, in fields or as it is written. What is in one goes into the other when somebody changes over; what the form
 * cannot show stays where it is, and is named.
 */
export function BodyEditor({ form, action, values, set, raw, setRaw, errors, replace }) {
  const { t } = useApp();
  const [lost, setLost] = useState(null);
  const isRaw = raw !== undefined;
  const kind = action.contentType ?? 'application/json';
  const files = isParts(kind);
  const hasTwoWays = isJson(kind) || isForm(kind);
  const Written = hasTwoWays || files ? Field : TextOrFile;
  const choose = (mode) => {
    setLost(null);
    if (mode === 'raw') {
      const { body } = makeRequest({ action, form, values });
      return setRaw(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body, null, 2));
    }
    if (raw.trim() === '') return replace(undefined);
    try {
      const { value, lost } = fill(form.body, JSON.parse(raw));
      return lost.length > 0 ? setLost(lost) : replace(value);
    } catch {
      return setLost([]);
    }
  };
  return html`
    <fieldset class="field-place">
      <legend class="place-head">${t('play.body')}</legend>
      ${form.body && hasTwoWays && html`<${Segments} label=${t('play.body.how')} value=${isRaw ? 'raw' : 'form'} onValue=${choose} options=${['form', 'raw'].map((value) => ({ value, label: t(`play.body.${value}`) }))} key=${String(lost)} />`}
      ${lost && html`<${Notice} tone="warning" role="alert">${lost.length > 0 ? t('play.body.lost', { names: lost.slice(0, 5).join(', ') }) : t('play.wrong.json')}<//>`}
      ${isRaw
        ? html`<${Written} label=${t('play.body.written')} multiline rows="12" dir="ltr" spellcheck=${false} value=${raw} onValue=${setRaw} error=${errors?.has('body') ? t('play.wrong.json') : undefined} help=${kind} required />`
        : form.body.children ? html`<${Fields} of=${form.body.children} way=${['body']} values=${values} set=${set} errors=${errors} files=${files} />`
          : html`<${OneField} of=${form.body} way=${['body']} name=${t('play.body')} values=${values} set=${set} errors=${errors} files=${files} />`}
    </fieldset>`;
}
