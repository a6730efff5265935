import { html } from '../../vendor/preact.js';
import { Snippets } from '../../kit/code.js';
import { fillTemplate, isForm, isJson, isParts, placeholder } from '../../lib/form-request.js';
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
  const sent = sentOf(action, kind, sample);
  const isSent = sent.body !== undefined;
  const path = fillTemplate(action.path, values('path'));
  const headers = {
    'x-pica-secret': '$MAGPIE_KEY', 'x-pica-connection-key': connectionKey, 'x-pica-action-id': action.id,
    ...(isSent ? { 'content-type': kind } : {}), ...values('header'),
  };
  const tool = { action_id: action.id, connection_key: connectionKey };
  const add = (name, value) => Object.keys(value).length > 0 && (tool[name] = value);
  add('path_variables', values('path'));
  add('query', values('query'));
  if (isSent) tool.body = isForm(kind) ? valuesOf(new URLSearchParams(sent.body)) : sent.body instanceof Blob ? placeholder('text') : sent.body;
  return [
    ...requestSnippets({ url: `${base}/v1/passthrough${path}${query && `?${query}`}`, method: action.method, headers, ...sent }),
    // Parts are for passthrough alone.
    ...(sent.parts ? [] : [{ key: 'mcp', label: 'MCP', text: JSON.stringify({ name: 'execute_action', arguments: tool }, null, 2), note: words('action.mcp') }]),
  ];
}

/** What is sent besides the address: `{body}`, `{parts}` or nothing. Begins with the action's example, if it comes with one. */
function sentOf({ example, params }, kind, sample) {
  const ofBody = params.filter((param) => param.in === 'body');
  if (isParts(kind)) return { parts: partsOf(ofBody, sample) };
  if (example) return { body: isJson(kind) ? valueOf(example) : example };
  if (!ofBody.some((param) => param.required)) return {};
  if (isJson(kind)) return { body: {} };
  if (isForm(kind)) return { body: new URLSearchParams(ofBody.filter((param) => param.required).map((param) => [param.name, sample(param)])).toString() };
  return { body: kind.startsWith('text/') ? placeholder('text') : new File([], placeholder('file')) };
}

/* What is there more than once is a list. */
const valuesOf = (form) => Object.fromEntries([...form.keys()].map((name) => [name, form.getAll(name).length > 1 ? form.getAll(name) : form.get(name)]));

/** What is needed, and the first file even where none is. */
function partsOf(params, sample) {
  const first = params.find(({ name }) => isFileLike(name));
  const named = params.filter((param) => param.required || (param === first && !params.some((other) => other.required && isFileLike(other.name))));
  return named.map((param) => [param.name, isFileLike(param.name) ? new File([], placeholder(param.name)) : sample(param)]);
}

const files = new Set(['file', 'files', 'image', 'images', 'audio', 'video', 'media', 'photo', 'picture', 'attachment', 'attachments', 'document', 'upload', 'logo', 'csvfile']);
const aboutFiles = new Set(['id', 'ids', 'name', 'type', 'url', 'size', 'format', 'key', 'title', 'path', 'count', 'language']);

/* Only its name says that a part is a file. */
function isFileLike(name) {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase().split(/[^a-z0-9]+/).filter(Boolean);
  return words.some((word) => files.has(word)) && !aboutFiles.has(words.at(-1));
}

function valueOf(example) {
  if (typeof example !== 'string') return example;
  try {
    return JSON.parse(example);
  } catch {
    return example;
  }
}
