import { html, useState } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { Field } from '../../kit/field.js';
import { Section } from '../../kit/header.js';
import { Notice } from '../../kit/notice.js';
import { useToast } from '../../kit/toast.js';
import { useAct, useApp, useUnsaved } from '../context.js';

/* Where each is in what the server says and takes. */
const fields = [
  { name: 'days', group: 'retention', least: 1, most: 3_650 },
  { name: 'megabytes', group: 'retention', least: 1, most: 1_048_576 },
  { name: 'requestsPerMinute', group: 'rateLimit', least: 0, most: 1_000_000 },
];

const read = (value) => Object.fromEntries(fields.map(({ name, group }) => [name, value[group]?.[name] === undefined || value[group]?.[name] === null ? '' : String(value[group][name])]));

/** How long the journal keeps, and how much a key may ask: changed while the server runs. */
export function Limits({ value, onSaved }) {
  const { t, api, can, format } = useApp();
  const toast = useToast();
  const [form, setForm] = useState(() => read(value));
  const [wrong, setWrong] = useState({});
  const kept = read(value);
  const changed = fields.filter(({ name }) => form[name] !== kept[name]);
  useUnsaved(changed.length > 0);
  const act = useAct(async () => {
    const body = {};
    for (const { name, group } of changed) body[group] = { ...value[group], ...body[group], [name]: Number(form[name]) };
    const next = await api.patch('/admin/api/settings', body);
    onSaved((now) => ({ ...now, ...next }));
    setForm(read(next));
    toast(t('saved'));
  });
  const submit = (event) => {
    event.preventDefault();
    const flaws = Object.fromEntries(changed.map(({ name, least, most }) => {
      const number = Number(form[name]);
      const fits = form[name].trim() !== '' && Number.isInteger(number) && number >= least && number <= most;
      return [name, fits ? null : t('settings.number', { least: format.number(least), most: format.number(most) })];
    }));
    setWrong(flaws);
    const first = Object.keys(flaws).find((name) => flaws[name]);
    if (first) event.target.querySelector(`[name=${first}]`).focus();
    else if (changed.length > 0) act.run();
  };
  return html`
    <${Section} title=${t('settings.limits')} class="panel">
      <form class="stack" onSubmit=${submit} novalidate>
        ${act.error && html`<${Notice} tone="danger" role="alert">${act.error}<//>`}
        <div class="fields">${fields.filter(({ group }) => value[group]).map(({ name }) => html`
          <${Field} key=${name} label=${t(`settings.${name}`)} help=${t(`settings.${name}.help`)} suffix=${t(`settings.${name}.unit`)} name=${name} inputmode="numeric" required dir="ltr"
            value=${form[name]} onValue=${(text) => setForm((now) => ({ ...now, [name]: text }))} error=${wrong[name]} readOnly=${!can('admin')} />`)}</div>
        ${can('admin') && html`<div class="row-of">
          <${Button} type="submit" kind=${changed.length > 0 ? 'primary' : ''} busy=${act.busy} disabled=${changed.length === 0}>${t('save')}<//>
          ${changed.length > 0 && html`<${Button} kind="quiet" onClick=${() => (setForm(kept), setWrong({}))}>${t('settings.undo')}<//>`}
        </div>`}
      </form>
    <//>`;
}
