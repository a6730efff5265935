/** Where an integration stands: `none` (nothing to set up), `configured`, `missing` or `refused`. */
export function standing({ oauth, missing, clientId, problem }) {
  if (missing.length > 0) return 'missing';
  if (!oauth || (!clientId && !problem)) return 'none';
  return problem ? 'refused' : 'configured';
}

/** What is missing, in the words of the form. */
export function missingWords(t, { missing, fields }) {
  return missing.map((name) => {
    const field = name.startsWith('settings.') && fields.find((each) => each.name === name.slice(9));
    return field ? field.label || field.name : t.has(`authkit.missing.${name}`) ? t(`authkit.missing.${name}`) : name;
  });
}

/** Which of the scopes that can be asked for are asked for, and what else. */
export function splitScopes({ availableScopes, scopes }) {
  const usual = availableScopes.filter((scope) => scope.default || scope.required).map(({ name }) => name);
  const known = new Set(availableScopes.map(({ name }) => name));
  const required = availableScopes.filter((scope) => scope.required).map(({ name }) => name);
  const asked = scopes ?? usual;
  return { usual, required, chosen: new Set([...required, ...asked.filter((name) => known.has(name))]), own: asked.filter((name) => !known.has(name)) };
}

/** The refusal of a form: `{field: words}` if it begins with a field that is in it, else `{'': words}`. */
export function placeError(message, names) {
  const [, name, words] = /^`?([\w.-]+)`?: ([^]+)$/.exec(message) ?? [];
  const found = names.find((each) => each.toLowerCase() === name?.toLowerCase()) ?? names.find((each) => name && each.endsWith(`.${name}`));
  return found ? { [found]: words.charAt(0).toUpperCase() + words.slice(1) } : { '': message };
}
