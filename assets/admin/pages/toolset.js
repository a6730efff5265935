import { html, useState } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { Code } from '../../kit/code.js';
import { Copyable } from '../../kit/copy.js';
import { Section } from '../../kit/header.js';
import { Loaded } from '../../kit/load.js';
import { Notice } from '../../kit/notice.js';
import { useToast } from '../../kit/toast.js';
import { fillPath } from '../../lib/router.js';
import { useAct, useApp, useLoad, useUnsaved } from '../context.js';
import { Conflict } from '../parts/conflict.js';
import { Page } from '../parts/page.js';
import { ToolsetFields, flawsOf, formOf, wishesOf } from '../parts/toolsets-form.js';
import { mcpSettings } from '../snippets.js';

export default function Toolset({ params }) {
  const { t, explain } = useApp();
  const path = fillPath('/v1/toolsets/:name', params);
  const one = useLoad((api, signal) => api.get(path, { signal }), [path]);
  return html`
    <${Page} narrow title=${params.name} lead=${one.value?.description} back=${{ href: '#/toolsets', label: t('nav.toolsets') }}>
      <${Loaded} of=${one} explain=${explain}>${(value) => html`<${Connect} name=${value.name} /><${Edit} key=${value.updatedAt} value=${value} path=${path} one=${one} />`}<//>
    <//>`;
}

/** How an agent is given this toolset. */
function Connect({ name }) {
  const { t, session, root } = useApp();
  const url = `${(session.publicUrl || root).replace(/\/$/, '')}${fillPath('/mcp/:name', { name })}`;
  return html`
    <${Section} title=${t('toolsets.connect')} lead=${t('toolsets.connect.text')} class="panel">
      <div><${Copyable} text=${url} label=${t('toolsets.connect.copy')} /></div>
      <${Code} text=${mcpSettings(url)} label="MCP" />
    <//>`;
}

function Edit({ value, path, one }) {
  const { t, api, can } = useApp();
  const toast = useToast();
  const [form, setForm] = useState(() => formOf(value));
  const [wrong, setWrong] = useState({});
  const kept = wishesOf(formOf(value), false);
  const changed = JSON.stringify(wishesOf(form, false)) !== JSON.stringify(kept);
  useUnsaved(changed);
  const [theirs, setTheirs] = useState(null);
  const act = useAct(async (over) => {
    // The server changes what it is told to: whether somebody was faster is seen by looking first.
    const now = over === 'over' ? null : await api.get(path);
    if (now && now.updatedAt !== value.updatedAt) return setTheirs(now);
    one.set(await api.patch(path, wishesOf(form, false)));
    toast(t('saved'));
  });
  const differences = (other) => ['description', 'platforms', 'actions', 'access', 'approval', 'identity', 'validate', 'answerBytes'].map((name) => [t(`toolsets.${name === 'answerBytes' ? 'bytes' : name}`), formOf(other)[name], form[name]]);
  const submit = (event) => {
    event.preventDefault();
    const flaws = flawsOf(form, false);
    setWrong(flaws);
    const [first] = Object.keys(flaws);
    if (first) event.target.querySelector(`[name=${first}]`)?.focus();
    else act.run();
  };
  if (!can('manager')) return html`<${Notice} tone="info">${t('toolsets.read-only')}<//>`;
  return html`
    <${Section} title=${t('toolsets.limits')} class="panel">
      <form class="stack" onSubmit=${submit} novalidate>
        <${ToolsetFields} form=${form} setForm=${setForm} wrong=${wrong} />
        ${act.error && html`<${Notice} tone="danger" role="alert">${act.error}<//>`}
        ${theirs && html`<${Conflict} fields=${differences(theirs)} busy=${act.busy} onTake=${() => one.set(theirs)} onKeep=${() => act.run('over')} />`}
        <div class="row-of">
          <${Button} type="submit" kind=${changed ? 'primary' : ''} busy=${act.busy} disabled=${!changed}>${t('save')}<//>
          ${changed && html`<${Button} kind="quiet" onClick=${() => (setForm(formOf(value)), setWrong({}))}>${t('toolsets.undo')}<//>`}
        </div>
      </form>
    <//>`;
}
