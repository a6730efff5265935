import { read } from './form-model.js';

const hidden = '•••';

/**
 * The request that a filled form means: `{method, path, query, headers, body, text, parts, kind, errors}`. `path` begins with a slash,
 * is encoded, and holds the query; `body` is the value and `text` how it is sent, a file if it is one; `parts` are pairs of a name and a
 * text or file, where a body is sent in parts; `errors` is a Map from ways, joined by `/`, to codes. `raw` is a body that was
 * written by hand instead, or a file.
 */
export function makeRequest({ action, form, values, raw }) {
  const errors = new Map();
  const wrong = (way, code) => errors.set(way.join('/'), code);
  const of = (place) => form[place].map((each) => [each, read(each, values[place]?.[each.key], [place, each.key], wrong)]).filter(([, value]) => value !== undefined);
  const path = fillTemplate(action.path, Object.fromEntries(of('path').map(([{ key }, value]) => [key, value])));
  const query = new URLSearchParams(of('query').flatMap(([{ key }, value]) => pairsOf(key, value)));
  const headers = of('header').map(([{ key }, value]) => [key.toLowerCase(), [value].flat().map(asText).join(', ')]);
  const kind = action.contentType ?? 'application/json';
  const mayHave = form.body !== null || (raw !== undefined && !isBlank(raw));
  const body = raw !== undefined ? readRaw(raw, kind, wrong) : form.body ? read(form.body, values.body, ['body'], wrong, true) : undefined;
  const asked = query.toString();
  const request = { method: action.method, path: `${path}${asked && `${path.includes('?') ? '&' : '?'}${asked}`}`, headers, body, errors, kind };
  if (!mayHave || body === undefined) return { ...request, text: undefined };
  // How the parts are told apart is said by who sends them.
  const isNested = Boolean(form.body?.children?.some((child) => child.children || child.item?.children));
  if (isParts(kind)) return { ...request, text: undefined, parts: flatten(body, isNested) };
  return { ...request, text: encode(body, kind, isNested), headers: [['content-type', kind.split(';')[0].trim() === '*/*' ? 'application/json' : kind], ...headers] };
}

export const isJson = (kind) => /^(application\/json|\*\/\*|[^;]*\+json)\s*(;|$)/.test(kind);
export const isForm = (kind) => kind.startsWith('application/x-www-form-urlencoded');
export const isParts = (kind) => kind.startsWith('multipart/form-data');

const isBlank = (raw) => typeof raw === 'string' && raw.trim() === '';

function readRaw(raw, kind, wrong) {
  if (isBlank(raw)) return undefined;
  if (!isJson(kind) && !isForm(kind) && !isParts(kind)) return raw;
  try {
    return JSON.parse(raw);
  } catch {
    if (isForm(kind)) return raw;
    wrong(['body'], 'json');
    return undefined;
  }
}

function encode(body, kind, isNested) {
  if (body instanceof Blob || (typeof body === 'string' && !isJson(kind))) return body;
  if (isForm(kind)) return new URLSearchParams(flatten(body, isNested)).toString();
  return JSON.stringify(body);
}

/**
 * Inner fields in brackets, as forms have them: `one[inside]`. A list has numbers where fields are nested (`list[0][inside]`), and
 * repeats its name elsewhere, as the server does it for agents. Files stay files.
 */
export function flatten(value, isNested = true, name = '') {
  if (value instanceof Blob) return [[name, value]];
  if (typeof value !== 'object' || value === null) return [[name, asText(value)]];
  const inner = (key) => (name === '' ? key : Array.isArray(value) && !isNested ? name : `${name}[${key}]`);
  return Object.entries(value).flatMap(([key, each]) => flatten(each, isNested, inner(key)));
}

const asText = (value) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value));
const pairsOf = (key, value) => (Array.isArray(value) ? value.map((each) => [key, asText(each)]) : typeof value === 'object' ? flatten(value, true, key) : [[key, asText(value)]]);

/** `/a/{{b}}/c` with values in its places, each one segment; a place without a value stays in capitals. */
export function fillTemplate(template, values) {
  const path = template.replace(/\{\{?([^{}]+)\}?\}/g, (_, name) => (values[name] === undefined ? placeholder(name) : encodeURIComponent(asText(values[name]))));
  return path.startsWith('/') ? path : `/${path}`;
}

export const placeholder = (name) => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/[^\p{L}\p{N}]+/gu, '_').toUpperCase();

/** The form's values that a path with its query came from; what was masked is left out. */
export function valuesOfPath(form, template, address) {
  const [path, query = ''] = address.split('?');
  const names = [];
  const source = template.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\{?([^{}]+)\}?\}/g, (_, name) => (names.push(name), '([^/]+)'));
  const found = new RegExp(`${source}$`).exec(path);
  const values = { path: {}, query: {} };
  const keep = (place, name, text) => {
    if (!text.includes(hidden)) values[place][name] = text;
  };
  names.forEach((name, at) => found && keep('path', name, decoded(found[at + 1])));
  for (const of of form.query) {
    const all = new URLSearchParams(query).getAll(of.key);
    if (all.length === 0) continue;
    if (of.type === 'array') values.query[of.key] = all.filter((text) => !text.includes(hidden));
    else if (of.type === 'boolean') values.query[of.key] = all[0] === 'true';
    else keep('query', of.key, all[0]);
  }
  return values;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const secret = /pass(word|phrase)?$|secret|token|api[-_]?key|authorization|credential|private|^(x-)?(auth|signature)/i;

const isKept = (value) => !(value instanceof Blob);

/** Values without what looks like a secret by its name, and without files: for whatever is kept. */
export function withoutSecrets(values) {
  if (Array.isArray(values)) return values.filter(isKept).map(withoutSecrets);
  if (typeof values !== 'object' || values === null) return values;
  return Object.fromEntries(Object.entries(values).filter(([key, value]) => !secret.test(key) && isKept(value)).map(([key, value]) => [key, withoutSecrets(value)]));
}
