import { html } from '../../vendor/preact.js';
import { Button, IconButton } from '../../kit/button.js';
import { Field } from '../../kit/field.js';
import { Switch } from '../../kit/switch.js';
import { control, valueAt } from '../../lib/form-model.js';
import { useApp } from '../context.js';
import { TextOrFile } from './playground-file.js';

/** The fields of one place: `of` is a list of them, `way` where they are. */
export function Fields({ of, way, ...common }) {
  return of.map((each) => html`<${OneField} key=${each.key} of=${each} way=${[...way, each.key]} ...${common} />`);
}

/**
 * One field, whatever it is filled in with. `set(way, value)` puts a value in, `errors` are codes by ways. With `files` a file may
 * take the place of a text.
 */
export function OneField({ of, way, name, ...common }) {
  const kind = control(of);
  const Kind = { list: List, group: Group, switch: OnOff }[kind] ?? Plain;
  return html`<${Kind} of=${of} way=${way} kind=${kind} label=${name ?? of.key} ...${common} />`;
}

function useField({ way, values, errors }) {
  const { t } = useApp();
  const code = errors?.get(way.join('/'));
  return { t, value: valueAt(values, way), error: code && t(`play.wrong.${code}`) };
}

function Plain({ of, way, kind, label, set, files, isItem, ...common }) {
  const { t, value, error } = useField({ way, ...common });
  // An item of a list that has been emptied is still one.
  const put = (text) => set(way, text === '' && !isItem ? undefined : text);
  const help = [of.help, kind === 'json' && t(of.type === 'object' ? 'play.field.object' : 'play.field.json')].filter(Boolean).join(' ');
  const both = { label, help: help || undefined, error, required: of.required, words: { optional: t('optional'), choose: t('play.unset') }, value: value ?? '', onValue: put, 'data-way': way.join('/') };
  if (kind === 'choice') return html`<${Field} type="select" ...${both} options=${[{ value: '', label: of.fallback ? t('play.unset.default', { value: of.fallback }) : t('play.unset') }, ...of.options]} />`;
  const isLong = kind === 'json' || (kind === 'text' && /^(body|text|content|html|message|description|raw)$/i.test(of.key));
  const Text = files && kind !== 'number' ? TextOrFile : Field;
  return html`<${Text} ...${both} multiline=${isLong} rows="3" dir="auto" autocomplete="off" spellcheck=${false} placeholder=${of.fallback ?? ''} inputmode=${kind === 'number' ? (of.type === 'integer' ? 'numeric' : 'decimal') : undefined} />`;
}

function OnOff({ of, way, label, set, ...common }) {
  const { t, value, error } = useField({ way, ...common });
  const state = value === undefined ? t(of.fallback ? 'play.unset.default' : 'play.unset', { value: of.fallback }) : null;
  const help = [of.help, state, error].filter(Boolean).join(' · ');
  return html`
    <div class="on-off">
      <${Switch} label=${label} help=${help || undefined} checked=${value === true || value === 'true' || (value === undefined && of.fallback === 'true')} onValue=${(on) => set(way, on)} />
      ${value !== undefined && html`<button type="button" class="button quiet small" aria-label=${t('play.unset.this', { name: label })} onClick=${() => set(way, undefined)}>${t('play.unset.do')}</button>`}
    </div>`;
}

function List({ of, way, label, set, ...common }) {
  const { t, value, error } = useField({ way, ...common });
  const rows = Array.isArray(value) ? value : [];
  const isGroup = control(of.item) === 'group';
  const drop = (at) => set([...way, at], undefined);
  return html`
    <fieldset class="field-group">
      <legend>${label}${!of.required && html` <span class="optional">${t('optional')}</span>`}</legend>
      ${of.help && html`<p class="note quiet small">${of.help}</p>`}
      ${error && html`<p class="note error" role="alert">${error}</p>`}
      ${rows.map((_, at) => html`
        <div key=${at} class="list-row">
          <${OneField} of=${{ ...of.item, required: isGroup }} way=${[...way, at]} name=${t('play.item', { name: label, number: at + 1 })} set=${set} ...${common} isItem />
          <${IconButton} icon="trash" label=${t('play.item.drop', { name: label, number: at + 1 })} onClick=${() => drop(at)} />
        </div>`)}
      <div><${Button} class="small" icon="plus" onClick=${() => set([...way, rows.length], isGroup ? {} : control(of.item) === 'switch' ? false : '')} aria-label=${t('play.item.add.to', { name: label })}>${t('play.item.add')}<//></div>
    </fieldset>`;
}

function Group({ of, way, label, set, isItem, ...common }) {
  const { t, value } = useField({ way, ...common });
  const isThere = of.required || isItem || value !== undefined;
  if (!isThere) return html`<div><${Button} class="small" icon="plus" onClick=${() => set(way, {})} aria-label=${t('play.part.add', { name: label })}>${label}<//></div>`;
  return html`
    <fieldset class="field-group">
      <legend>${label}</legend>
      ${of.help && html`<p class="note quiet small">${of.help}</p>`}
      <${Fields} of=${of.children} way=${way} set=${set} ...${common} />
      ${!of.required && !isItem && html`<div><button type="button" class="button quiet small" onClick=${() => set(way, undefined)}>${t('play.part.drop', { name: label })}</button></div>`}
    </fieldset>`;
}
