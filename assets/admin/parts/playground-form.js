import { html, useEffect, useMemo, useRef, useState } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { useConfirm } from '../../kit/ask.js';
import { Section } from '../../kit/header.js';
import { Notice } from '../../kit/notice.js';
import { makeForm, withValue } from '../../lib/form-model.js';
import { isForm, isJson, isParts, makeRequest, valuesOfPath, withoutSecrets } from '../../lib/form-request.js';
import { useApp } from '../context.js';
import { Answer } from './playground-answer.js';
import { BodyEditor } from './playground-body.js';
import { Fields } from './playground-fields.js';
import { Preview } from './playground-preview.js';
import { hasBody, sendThrough } from './playground-send.js';

const places = ['path', 'query', 'header'];
const reads = ['GET', 'HEAD', 'OPTIONS'];

/** The parameters of an action, the request that they make, and what came of it. `begin` is `{path}` or `{values, raw}` to begin with. */
export function Request({ action, connection, begin, onSent }) {
  const app = useApp();
  const { t, environment, can, explain } = app;
  const confirm = useConfirm();
  const kind = action.contentType ?? 'application/json';
  const form = useMemo(() => makeForm(action.params, { inParts: isParts(kind) }), [action]);
  const [values, setValues] = useState(() => begin?.values ?? (begin?.path ? valuesOfPath(form, action.path, begin.path) : startOf(action)));
  const [raw, setRaw] = useState(() => begin?.raw ?? (form.body && !isJson(kind) && !isForm(kind) && !isParts(kind) ? '' : undefined));
  const [tried, setTried] = useState(false);
  const [sending, setSending] = useState(null);
  const [answer, setAnswer] = useState(null);
  const [trouble, setTrouble] = useState(null);
  const latest = useRef(app);
  latest.current = app;
  const box = useRef(null);
  const request = makeRequest({ action, form, values, raw });
  const errors = tried ? request.errors : undefined;
  const set = (way, value) => setValues((now) => withValue(now, way, value));
  const isWrite = !reads.includes(action.method);
  useEffect(() => () => sending?.abort(), [sending]);

  const send = async (followRedirects = false) => {
    setTried(true);
    if (request.errors.size > 0) return setTimeout(() => box.current.querySelector('[aria-invalid=true]')?.focus());
    const where = t('environment.live');
    const isSure = environment !== 'live' || !isWrite || (await confirm({
      title: t('play.sure', { method: action.method, environment: where }), text: [t('play.sure.text', { title: action.title, name: connection.name || connection.key }), t(action.method === 'DELETE' ? 'play.sure.delete' : 'play.sure.write')],
      action: t('play.sure.send', { method: action.method }), danger: action.method === 'DELETE',
    }));
    if (!isSure) return undefined;
    const stop = new AbortController();
    setSending(stop);
    setTrouble(null);
    try {
      const found = await sendThrough({ app: { ...app, latest: () => latest.current }, request, connectionKey: connection.key, actionId: action.id, followRedirects, signal: stop.signal });
      setAnswer(found);
      onSent({ at: new Date().toISOString(), action: action.id, title: action.title, platform: action.platform, method: action.method, path: request.path.split('?')[0], connection: connection.key, status: found.status, ms: found.ms, values: withoutSecrets(values), raw: raw === undefined ? undefined : maskedRaw(raw) });
    } catch (error) {
      if (!stop.signal.aborted) setTrouble(explain(error));
    } finally {
      setSending(null);
    }
    return undefined;
  };
  const submit = (event) => {
    event.preventDefault();
    if (connection && !sending) send();
  };
  const mayHaveBody = form.body || (hasBody(action.method) && action.method !== 'DELETE');
  const noRight = isWrite && !can('manager');
  return html`
    <div class="play" ref=${box}>
      <form class="play-form" onSubmit=${submit} novalidate>
        ${places.filter((place) => form[place].length > 0).map((place) => html`
          <fieldset key=${place} class="field-place"><legend class="place-head">${t(`play.${place}`)}</legend>
            <${Fields} of=${form[place]} way=${[place]} values=${values} set=${set} errors=${errors} />
          </fieldset>`)}
        ${mayHaveBody && html`<${BodyEditor} form=${form} action=${action} values=${values} set=${set} errors=${errors} replace=${(body) => (setRaw(undefined), set(['body'], body))} setRaw=${setRaw} raw=${form.body ? raw : raw ?? ''} />`}
        ${action.params.length === 0 && !mayHaveBody && html`<p class="quiet">${t('play.nothing')}</p>`}
        ${tried && request.errors.size > 0 && html`<${Notice} tone="danger" role="alert">${t('play.wrong')}<//>`}
        ${!connection && html`<${Notice} tone="info">${t('play.connection.needed')}<//>`}
        ${noRight && html`<${Notice} tone="info">${t('play.no-right')}<//>`}
        <div class="play-send">
          <${Button} type="submit" kind="primary" icon="send" busy=${Boolean(sending)} disabled=${!connection || noRight}>${t('play.send', { method: action.method })}<//>
          ${sending && html`<${Button} onClick=${() => sending.abort()}>${t('cancel')}<//>`}
        </div>
      </form>
      <div class="play-side">
        ${trouble && html`<${Notice} tone="danger" role="alert" title=${t('play.failed')}>${trouble}<//>`}
        ${answer && html`<${Answer} answer=${answer} onFollow=${hasBody(action.method) ? null : () => send(true)} />`}
        <${Section} title=${t('play.preview')} lead=${t('play.preview.lead')}><${Preview} request=${request} connectionKey=${connection?.key} actionId=${action.id} /><//>
      </div>
    </div>`;
}

/* What the path must have, with what is usual there. */
const startOf = (action) => ({ path: Object.fromEntries(action.params.filter((param) => param.in === 'path' && param.default).map((param) => [param.name, param.default])) });

function maskedRaw(raw) {
  try {
    return JSON.stringify(withoutSecrets(JSON.parse(raw)), null, 2);
  } catch {
    return '';
  }
}
