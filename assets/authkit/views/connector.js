import { html, useEffect, useRef, useState } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { useAnnounce } from '../../kit/live.js';
import { Notice } from '../../kit/notice.js';
import { kinds } from '../../lib/api.js';
import { headingId, useApp, useBack } from '../context.js';
import { collect, initialValues, validate, visibleFields } from '../form.js';
import { reason } from '../reason.js';
import { useFlow } from '../use-flow.js';
import { About, Guide, Scopes } from './about.js';
import { Body } from './frame.js';
import { FormFields } from './fields.js';
import { Waiting } from './waiting.js';

/** A connector's page: what it is, what it will be asked for, the form, and the way to connect it. */
export function Connector({ platform, connection }) {
  const { t, session, connections, memory, go, host, refresh } = useApp();
  const connector = session.connectors.find((each) => each.platform === platform);
  const saved = async (record) => {
    host.connected(record);
    memory.drafts.delete(key);
    await refresh();
    go({ name: 'saved', record, platform });
  };
  const key = `${platform} ${connection ?? ''}`;
  const draft = memory.drafts.get(key) ?? { values: initialValues(connector.form ?? []), name: '' };
  const form = useForm(connector, draft, (next) => memory.drafts.set(key, next));
  const body = () => ({
    platform,
    form: collect(connector.form ?? [], form.values),
    name: form.name.trim() || null,
    connection: connection ?? null,
  });
  const oauth = connector.method === 'oauth';
  const flow = useFlow({ title: connector.title, body, onSaved: saved, onRefused: form.refuse });
  const sending = useKey({ title: connector.title, body, onSaved: saved, onRefused: form.refuse });
  const submit = (event) => {
    event.preventDefault();
    if (sending.checking || !form.check()) return;
    form.refuse('');
    if (oauth) flow.start();
    else sending.send();
  };
  useBack(flow.state ? flow.cancel : null);
  if (flow.state) return html`<${Waiting} connector=${connector} flow=${flow} />`;
  const own = connections.find(({ id }) => id === connection);
  const footer = html`<${Footer} connector=${connector} checking=${sending.checking} late=${sending.late} again=${Boolean(connection)} />`;
  return html`
    <${Body} footer=${footer}>
      <form id="connect" class="connector" novalidate onSubmit=${submit} ref=${form.element}>
        <${About} connector=${connector} headingId=${headingId} connection=${connection} own=${own} />
        <${Scopes} scopes=${connector.scopes ?? []} />
        <${Guide} connector=${connector} />
        <${FormFields} connector=${connector} form=${form} locked=${sending.checking} />
        ${form.refusal && html`<div ref=${form.refusalElement} tabindex="-1"><${Notice} tone="danger" title=${t('form.refused', { title: connector.title })}>${form.refusal}<//></div>`}
      </form>
    <//>`;
}

/** What was typed, what is wrong with it, and what the provider said to it. */
function useForm(connector, draft, keep) {
  const fields = connector.form ?? [];
  const [{ values, name }, setTyped] = useState(draft);
  const [errors, setErrors] = useState({});
  const [refusal, refuse] = useState('');
  const element = useRef(null);
  const refusalElement = useRef(null);
  useEffect(() => {
    if (!refusal) return;
    refusalElement.current?.focus({ preventScroll: true });
    refusalElement.current?.scrollIntoView({ block: 'nearest' });
  }, [refusal]);
  const check = () => {
    const wrong = validate(fields, values);
    setErrors(wrong);
    const first = visibleFields(fields, values).find((field) => wrong[field.name]);
    if (first) element.current.elements[first.name]?.focus();
    return !first;
  };
  const type = (change) =>
    setTyped((before) => {
      const next = change(before);
      keep(next);
      return next;
    });
  const setName = (text) => type((before) => ({ ...before, name: text }));
  const set = (field, text) => {
    type((before) => ({ ...before, values: { ...before.values, [field]: text } }));
    setErrors(({ [field]: _, ...others }) => others);
  };
  return { values, name, setName, set, errors, check, refusal, refuse, element, refusalElement, fields: visibleFields(fields, values) };
}

/** Sends a key; the server tries it at the provider, which can take a while. */
function useKey({ title, body, onSaved, onRefused }) {
  const { t, call } = useApp();
  const announce = useAnnounce();
  const [state, setState] = useState('');
  const stop = useRef(null);
  useEffect(() => () => stop.current?.abort(), []);
  const send = async () => {
    stop.current = new AbortController();
    setState('checking');
    announce(t('form.checking', { title }));
    const timer = setTimeout(() => setState('late'), 8_000);
    try {
      await onSaved(await call('connections', { method: 'POST', body: body(), signal: stop.current.signal, timeout: 45_000 }));
    } catch (error) {
      if (error.kind !== kinds.aborted) onRefused(reason(t, error));
    } finally {
      clearTimeout(timer);
      setState('');
    }
  };
  return { checking: state !== '', late: state === 'late', send };
}

function Footer({ connector, checking, late, again }) {
  const { t } = useApp();
  const oauth = connector.method === 'oauth';
  const label = checking ? 'form.checking' : again ? 'connect.again' : 'connect.button';
  return html`
    <${Button} type="submit" form="connect" kind="primary" class="wide" busy=${checking} icon=${oauth ? 'outside' : undefined}>
      ${t(label, { title: connector.title })}
    <//>
    <p class="quiet small">${t(late ? 'form.late' : oauth ? 'connect.window' : 'connect.kept', { title: connector.title })}</p>`;
}
