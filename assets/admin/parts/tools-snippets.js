import { html } from '../../vendor/preact.js';
import { Snippets } from '../../kit/code.js';
import { fillTemplate, flatten, isForm, isJson, isParts, placeholder } from '../../lib/form-request.js';
import { useApp, useKept, useLoad } from '../context.js';
import { requestSnippets } from '../snippets.js';

/** A call of an action by this server's address, in the languages that people paste. */
export function ActionSnippets({ action }) {
  const { t, session, root, environment } = useApp();
  const [language, setLanguage] = useKept('language', 'curl');
  const { platform } = action;
  const first = useLoad(async (api, signal) => (await api.get('/v1/vault/connections', { query: { platform, limit: 1 }, signal })).rows[0] ?? null, [platform]);
  if (first.state === 'waiting' || first.state === 'loading') return null;
  const base = (session.publicUrl || root).replace(/\/$/, '');
  const connectionKey = first.value?.key ?? `${environment}::${platform}::default::…`;
  return html`<${Snippets} label=${t('action.call')} snippets=${snippetsOf({ action, base, connectionKey, words: t })} value=${language} onValue=${setLanguage} />`;
}

export function snippetsOf({ action, base, connectionKey, words }) {
  const of = (place) => action.params.filter((param) => param.in === place && (param.required || place === 'path'));
  const sample = (param) => param.default || param.enum?.[0] || { integer: '10', number: '10', boolean: 'true' }[param.type] || placeholder(param.name);
  const values = (place) => Object.fromEntries(of(place).map((param) => [param.name, sample(param)]));
  const query = new URLSearchParams(values('query')).toString();
  const kind = action.contentType ?? 'application/json';
  const body = bodyOf(action, kind);
  const path = fillTemplate(action.path, values('path'));
  const headers = {
    'x-pica-secret': '$MAGPIE_KEY', 'x-pica-connection-key': connectionKey, 'x-pica-action-id': action.id,
    ...(body === undefined || isParts(kind) ? {} : { 'content-type': kind }), ...values('header'),
  };
  const tool = { action_id: action.id, connection_key: connectionKey };
  const add = (name, value) => Object.keys(value).length > 0 && (tool[name] = value);
  add('path_variables', values('path'));
  add('query', values('query'));
  if (body !== undefined) tool.body = body;
  const sent = body === undefined ? {} : isParts(kind) ? { parts: partsOf(of('body'), body, sample) } : { body: isForm(kind) ? new URLSearchParams(flatten(body)).toString() : body };
  return [
    ...requestSnippets({ url: `${base}/v1/passthrough${path}${query && `?${query}`}`, method: action.method, headers, ...sent }),
    { key: 'mcp', label: 'MCP', text: JSON.stringify({ name: 'execute_action', arguments: tool }, null, 2), note: words('action.mcp') },
  ];
}

/* Only its name says that a part is a file. */
const fileLike = /(^|[-_.])(file|image|audio|video|media|photo|picture|attachment|document|upload)s?$/i;

/** What is in the example, and what else is needed. */
function partsOf(needed, body, sample) {
  const known = flatten(body);
  const others = needed.filter(({ name }) => !known.some(([each]) => each === name)).map((param) => [param.name, sample(param)]);
  return [...known, ...others].map(([name, value]) => [name, fileLike.test(name) ? new File([], value) : value]);
}

/** The example that comes with the action, as a value if it is JSON. */
function bodyOf({ example, params }, kind) {
  if (example === null || example === undefined || example === '') return params.some((param) => param.in === 'body' && param.required) ? {} : undefined;
  if (typeof example !== 'string' || !isJson(kind)) return example;
  try {
    return JSON.parse(example);
  } catch {
    return example;
  }
}
