/**
 * Where in a text something is wrong, from a message that says it: “line 3, column 7: …” or a JSON pointer before a colon. Gives
 * `{line, column, pointer, why}` with what there is, the line found by the pointer's last name if that is all there is.
 */
export function placeOf(message, text) {
  const at = /\bline (\d+)(?:,? column (\d+))?/i.exec(message);
  const pointer = /^(#?\/\S*?): (.*)$/s.exec(message);
  const why = at && message.startsWith(at[0]) ? message.slice(at[0].length).replace(/^[:,\s]+/, '') : pointer ? pointer[2] : message;
  if (at) return { line: Number(at[1]), column: Number(at[2] ?? 0) || null, pointer: null, why };
  if (!pointer) return { line: null, column: null, pointer: null, why };
  return { line: lineOfPointer(pointer[1], text), column: null, pointer: pointer[1], why };
}

/* Each name is looked for behind the one before: near enough for both JSON and YAML, and never wrong by much. */
function lineOfPointer(pointer, text) {
  let from = 0;
  let found = false;
  for (const part of pointer.replace(/^#/, '').split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (/^\d+$/.test(name)) continue;
    const next = new RegExp(`(^|[\\s"'{,])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}["']?\\s*:`, 'm');
    const hit = next.exec(text.slice(from));
    if (!hit) break;
    from += hit.index + hit[0].length;
    found = true;
  }
  return found ? text.slice(0, from).split('\n').length : null;
}

/** The lines around one, `{number, text}` each. */
export function linesAround(text, line, around = 2) {
  const all = text.split('\n');
  const from = Math.max(0, line - 1 - around);
  return all.slice(from, line + around).map((each, at) => ({ number: from + at + 1, text: each.slice(0, 300) }));
}
