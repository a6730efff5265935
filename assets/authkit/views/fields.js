import { html } from '../../vendor/preact.js';
import { Field } from '../../kit/field.js';
import { InlineMarkdown } from '../../kit/markdown.js';
import { useApp } from '../context.js';

/** A connector's fields, and at the end the name that a person may give to the connection. */
export function FormFields({ connector, form, locked }) {
  const { t, params } = useApp();
  const words = { optional: t('form.optional'), reveal: t('form.reveal'), hide: t('form.hide'), choose: t('form.choose') };
  return html`
    ${form.fields.map((field) => html`
      <${Field} key=${field.name} name=${field.name} label=${field.label || field.name} type=${field.type} multiline=${field.multiline}
        required=${field.required} placeholder=${field.placeholder} prefix=${field.prefix} suffix=${field.suffix}
        options=${field.options ?? []} words=${words} readonly=${locked} dir=${direction(field)}
        help=${field.help && html`<${InlineMarkdown} text=${field.help} />`}
        value=${form.values[field.name] ?? ''} onValue=${(value) => form.set(field.name, value)}
        error=${form.errors[field.name] && t(form.errors[field.name], { label: field.label || field.name, title: connector.title })} />`)}
    ${params.showNameInput && html`
      <${Field} name="connection-name" label=${t('form.name')} words=${words} help=${t('form.name.help')} autocomplete="off" maxlength="120"
        value=${form.name} onValue=${form.setName} />`}`;
}

/* Addresses and keys run from left to right in every language. */
const direction = ({ type, prefix, suffix }) => (type === 'url' || type === 'password' || prefix || suffix ? 'ltr' : undefined);
