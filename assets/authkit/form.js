/*
 * What a person types into a connector's form. `fields` is the session's `form`, `values` an object
 * of texts by field name. Nothing here knows how a field is drawn.
 */

/** What a form begins with. */
export function initialValues(fields) {
  return Object.fromEntries(fields.map(({ name, default: value }) => [name, value == null ? '' : String(value)]));
}

/** The fields that the choices made so far call for. */
export function visibleFields(fields, values) {
  const byName = new Map(fields.map((field) => [field.name, field]));
  const isVisible = (field, seen = new Set()) => {
    const condition = field.showIf;
    if (!condition) return true;
    const other = byName.get(condition.field);
    if (!other) return true;
    if (seen.has(field.name)) return false;
    const accepted = [condition.is].flat().map(String);
    return accepted.includes(String(values[other.name] ?? '')) && isVisible(other, seen.add(field.name));
  };
  return fields.filter((field) => isVisible(field));
}

/**
 * A value as it is meant: without the blanks that come along when copying, without the prefix and
 * suffix that stand beside the field already, and with `https://` before a bare host.
 */
export function tidy(field, value) {
  const text = String(value ?? '');
  if (field.multiline) return text;
  let tidied = text.trim();
  if (field.type === 'url' && tidied && !/^[a-z][a-z0-9+.-]*:/i.test(tidied)) tidied = `https://${tidied}`;
  if (field.prefix && tidied.toLowerCase().startsWith(field.prefix.toLowerCase())) tidied = tidied.slice(field.prefix.length);
  if (field.suffix) {
    const at = tidied.toLowerCase().lastIndexOf(field.suffix.toLowerCase());
    if (at > 0 && /^(?:[/?#].*)?$/.test(tidied.slice(at + field.suffix.length))) tidied = tidied.slice(0, at);
  }
  return tidied;
}

/** What is wrong, by field name: the key of a sentence in the strings. Empty when all is well. */
export function validate(fields, values) {
  const wrong = {};
  for (const field of visibleFields(fields, values)) {
    const problem = check(field, tidy(field, values[field.name]));
    if (problem) wrong[field.name] = problem;
  }
  return wrong;
}

function check(field, value) {
  if (value.trim() === '') return field.required ? 'form.required' : null;
  if (field.options?.length && !field.options.includes(value)) return 'form.choose.wrong';
  if (field.type === 'url' && !isWebAddress(value)) return 'form.url';
  return matches(field.pattern, value) ? null : 'form.pattern';
}

function isWebAddress(value) {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  return /^https?:$/.test(url.protocol) && url.hostname !== '';
}

/* The server checks again: a pattern that this browser cannot read is no reason to stop anybody. */
function matches(pattern, value) {
  if (!pattern) return true;
  for (const flags of ['v', 'u', '']) {
    try {
      return new RegExp(`^(?:${pattern})$`, flags).test(value);
    } catch {
      continue;
    }
  }
  return true;
}

/** What is sent: the visible fields that have a value, tidied. */
export function collect(fields, values) {
  const entries = visibleFields(fields, values).map((field) => [field.name, tidy(field, values[field.name])]);
  return Object.fromEntries(entries.filter(([, value]) => value !== ''));
}
