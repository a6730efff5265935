import { html } from '../../vendor/preact.js';
import { Field } from '../../kit/field.js';
import { Choices } from '../../kit/select.js';
import { TagInput } from '../../kit/tags.js';
import { useApp } from '../context.js';
import { PlatformsField } from './platforms.js';

export const newToolset = { name: '', description: '', platforms: [], actions: [], access: 'read', identity: '', approval: [], validate: '', answerBytes: '' };

/** A toolset as a form has it. */
export const formOf = (toolset) => ({ ...newToolset, ...toolset, identity: toolset.identity ?? '', validate: toolset.validate ?? '', answerBytes: toolset.answerBytes ? String(toolset.answerBytes) : '' });

/** A form as the server takes it; the name only if it is new. */
export function wishesOf({ name, description, platforms, actions, access, identity, approval, validate, answerBytes }, isNew) {
  return {
    ...(isNew ? { name: name.trim() } : {}), description: description.trim(), platforms, actions, access, approval,
    identity: identity.trim() || null, validate: validate || null, answerBytes: answerBytes.trim() ? Number(answerBytes) : null,
  };
}

/** What is wrong with a form: keys of the words by field. */
export function flawsOf({ name, answerBytes }, isNew) {
  const flaws = {};
  if (isNew && !name.trim()) flaws.name = 'field.needed';
  else if (isNew && !/^[a-z0-9][a-z0-9-]*$/.test(name.trim())) flaws.name = 'toolsets.name.wrong';
  if (answerBytes.trim() && !(Number.isInteger(Number(answerBytes)) && Number(answerBytes) >= 1_024 && Number(answerBytes) <= 1_048_576)) flaws.answerBytes = 'toolsets.bytes.wrong';
  return flaws;
}

export function ToolsetFields({ form, setForm, wrong, isNew }) {
  const { t } = useApp();
  const bind = (name) => ({ value: form[name], onValue: (value) => setForm((now) => ({ ...now, [name]: value })) });
  const several = (name) => ({ values: form[name], onValues: (values) => setForm((now) => ({ ...now, [name]: values })) });
  const said = (name) => wrong[name] && t(wrong[name]);
  return html`
    ${isNew && html`<${Field} label=${t('toolsets.name')} name="name" help=${t('toolsets.name.help')} required autocomplete="off" autocapitalize="none" spellcheck=${false} dir="ltr" maxlength="63" ...${bind('name')} error=${said('name')} />`}
    <${Field} label=${t('toolsets.description')} help=${t('toolsets.description.help')} words=${{ optional: t('optional') }} dir="auto" ...${bind('description')} />
    <${PlatformsField} label=${t('toolsets.platforms')} help=${t('toolsets.platforms.help')} ...${several('platforms')} />
    <${TagInput} label=${t('toolsets.actions')} help=${t('toolsets.actions.help')} placeholder="zendesk/list*" ...${several('actions')} />
    <${Choices} label=${t('toolsets.access')} ...${bind('access')} options=${['read', 'write', 'admin'].map((value) => ({ value, label: t(`toolsets.access.${value}`), help: t(`toolsets.access.${value}.help`) }))} />
    <${TagInput} label=${t('toolsets.approval')} help=${t('toolsets.approval.help')} suggestions=${['write', 'delete'].map((value) => ({ value, label: t(`toolsets.approval.${value}`) }))} ...${several('approval')} />
    <${Field} label=${t('toolsets.identity')} help=${t('toolsets.identity.help')} words=${{ optional: t('optional') }} autocomplete="off" spellcheck=${false} dir="auto" ...${bind('identity')} />
    <div class="fields">
      <${Field} label=${t('toolsets.validate')} type="select" required ...${bind('validate')} options=${['', 'strict', 'warn', 'off'].map((value) => ({ value, label: t(`toolsets.validate.${value || 'usual'}`) }))} help=${t('toolsets.validate.help')} />
      <${Field} label=${t('toolsets.bytes')} name="answerBytes" suffix=${t('toolsets.bytes.unit')} inputmode="numeric" dir="ltr" placeholder=${t('toolsets.bytes.usual')} ...${bind('answerBytes')} error=${said('answerBytes')} help=${t('toolsets.bytes.help')} />
    </div>`;
}
