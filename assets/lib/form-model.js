/**
 * A form for an action, from its parameters: which fields there are, and the request that comes of what is in them.
 * A field is `{key, way, place, type, items, required, options, fallback, help, children}`; its `way` is where its value is in the
 * form's values: `['body', 'lines', 0, 'price']`. Values are texts as typed, `true` or `false`, files, lists, and objects of them.
 */
const depth = 12;

/**
 * `{path, query, header, body}`: the fields of each place; `body` is a field itself, or null. In a body of parts a dot may belong to
 * a name: there it leads into another field only if there is that field.
 */
export function makeForm(params = [], { inParts = false } = {}) {
  const flat = (place) => params.filter((param) => param.in === place).map((param) => field(param.name, param, place === 'path'));
  const root = { key: '', param: null, children: new Map(), isList: false };
  const ofBody = params.filter((param) => param.in === 'body');
  const isWhole = (name) => inParts && !ofBody.some((other) => other.name === name.split(/\.|\[\]/)[0]);
  for (const param of ofBody) put(root, isWhole(param.name) ? [param.name] : steps(param.name), param);
  const hasBody = root.param || root.children.size > 0;
  return { path: flat('path'), query: flat('query'), header: flat('header'), body: hasBody ? finish(root, true) : null };
}

/* An annotation's name, such as `@odata.nextLink`, is one step. */
function steps(name) {
  const at = name.lastIndexOf('@');
  const cut = at === 0 || name[at - 1] === '.' ? at : name.length;
  return [...name.slice(0, cut).split('.'), name.slice(cut)].filter(Boolean).slice(0, depth);
}

function put(node, [step, ...rest], param) {
  if (step === undefined) {
    node.param ??= param;
    return;
  }
  const key = step.replace(/(\[\])+$/, '');
  if (key === '') {
    node.isList = true;
    put(node, rest, param);
    return;
  }
  if (!node.children.has(key)) node.children.set(key, { key, param: null, children: new Map(), isList: false });
  const child = node.children.get(key);
  if (step !== key) child.isList = true;
  put(child, rest, param);
}

function finish(node, isRoot = false) {
  const children = [...node.children.values()].map((child) => finish(child));
  const made = field(node.key, node.param ?? { type: 'object' }, isRoot && (node.param?.required ?? children.some(({ required }) => required)));
  if (node.isList || made.type === 'array') return { ...made, type: 'array', item: children.length > 0 ? { ...field('', { type: 'object' }), children } : made.item };
  return children.length > 0 ? { ...made, type: 'object', children } : made;
}

function field(key, param, required = false) {
  const { type = 'string', items = null, enum: options = [], default: fallback = null, description: help = '' } = param;
  const made = { key, type, required: required || Boolean(param.required), options: options ?? [], fallback, help: help ?? '' };
  if (type === 'array') made.item = { ...field('', { type: items ?? 'string', enum: options }), required: true };
  return made;
}

/** What a field is filled in with: `text`, `choice`, `switch`, `number`, `list`, `group`, or `json` for what has no known parts. */
export function control({ type, options, children }) {
  if (type === 'array') return 'list';
  if (children) return 'group';
  if (options.length > 0) return 'choice';
  if (type === 'boolean') return 'switch';
  if (type === 'integer' || type === 'number') return 'number';
  return type === 'string' ? 'text' : 'json';
}

/** The value at a way, and the values with another one there; `undefined` takes it away. */
export const valueAt = (values, way) => way.reduce((value, step) => value?.[step], values);

export function withValue(values, [step, ...rest], value) {
  const next = rest.length > 0 ? withValue(values?.[step] ?? (typeof rest[0] === 'number' ? [] : {}), rest, value) : value;
  if (Array.isArray(values)) return next === undefined ? values.filter((_, at) => at !== step) : Object.assign([...values], { [step]: next });
  const { [step]: _, ...others } = values ?? {};
  return next === undefined ? others : { ...values, [step]: next };
}

/** A value as it is sent, `undefined` if there is none. `wrong(way, code)` hears what cannot be. */
export function read(of, value, way, wrong, isRoot = false) {
  if (value instanceof Blob) return value;
  const kind = control(of);
  if (kind === 'list') return readList(of, value, way, wrong);
  if (kind === 'group') return readGroup(of, value, way, wrong, isRoot);
  if (value === undefined || value === null || value === '') {
    if (of.required) wrong(way, 'needed');
    return undefined;
  }
  if (kind === 'switch') return value === true || value === 'true';
  if (kind === 'number' || (kind === 'choice' && ['integer', 'number'].includes(of.type))) return readNumber(of, value, way, wrong);
  if (kind === 'json') return readJson(of, value, way, wrong);
  return String(value);
}

function readList(of, value, way, wrong) {
  const rows = (Array.isArray(value) ? value : []).map((each, at) => ({ each, at }));
  const read_ = rows.map(({ each, at }) => read(of.item, each, [...way, at], wrong)).filter((each) => each !== undefined);
  if (rows.length === 0 && of.required) wrong(way, 'needed');
  return rows.length > 0 ? read_ : undefined;
}

function readGroup(of, value, way, wrong, isRoot) {
  // What is required within a part that is not sent is not missing.
  const isSent = isRoot || of.required || value !== undefined;
  if (!isSent) return undefined;
  const found = of.children.map((child) => [child.key, read(child, value?.[child.key], [...way, child.key], wrong)]).filter(([, each]) => each !== undefined);
  return found.length > 0 || (value !== undefined && !isRoot) || of.required ? Object.fromEntries(found) : undefined;
}

function readNumber({ type }, value, way, wrong) {
  const text = String(value).trim();
  const isFine = type === 'integer' ? /^[+-]?\d+$/.test(text) : text !== '' && Number.isFinite(Number(text));
  if (isFine && (type !== 'integer' || Number.isSafeInteger(Number(text)))) return Number(text);
  wrong(way, type === 'integer' ? 'integer' : 'number');
  return undefined;
}

function readJson({ type }, value, way, wrong) {
  try {
    const found = typeof value === 'string' ? JSON.parse(value) : value;
    if (type === 'object' && (typeof found !== 'object' || Array.isArray(found) || found === null)) throw new SyntaxError();
    return found;
  } catch {
    // Whatever it may be: then a text that is no JSON is a text.
    if (type !== 'any') wrong(way, type === 'object' ? 'object' : 'json');
    return type === 'any' ? value : undefined;
  }
}

/** The form's values for a body, and the ways in it that the form cannot show. */
export function fill(of, value) {
  const lost = [];
  return { value: of ? fillIn(of, value, [], lost) : undefined, lost: of ? lost : ['']  };
}

function fillIn(of, value, way, lost) {
  const here = () => void lost.push(way.join('.'));
  if (value === undefined) return undefined;
  const kind = control(of);
  if (kind === 'json') return typeof value === 'string' && of.type === 'any' ? value : JSON.stringify(value, null, 2);
  if (value === null) return here();
  if (kind === 'list') return Array.isArray(value) ? value.map((each, at) => fillIn(of.item, each, [...way, at], lost)) : here();
  if (kind === 'group') {
    if (typeof value !== 'object' || Array.isArray(value)) return here();
    const known = new Map(of.children.map((child) => [child.key, child]));
    const pairs = Object.entries(value).map(([key, each]) => [key, known.has(key) ? fillIn(known.get(key), each, [...way, key], lost) : void lost.push([...way, key].join('.'))]);
    return Object.fromEntries(pairs.filter(([, each]) => each !== undefined));
  }
  if (kind === 'switch') return typeof value === 'boolean' ? value : here();
  if (typeof value === 'object' || (of.type === 'string' && typeof value !== 'string') || (['integer', 'number'].includes(of.type) && typeof value !== 'number')) return here();
  return String(value);
}
