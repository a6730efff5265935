/**
 * The little Markdown that guides are written in, as plain data: paragraphs, lists, `*emphasis*`,
 * `**strong**`, code in backticks and links. Nothing here makes HTML, so nothing can be smuggled
 * into it; whoever draws it makes nodes of the data.
 *
 * A block is `{type: 'p', text: Span[]}` or `{type: 'ol' | 'ul', start, items: Span[][]}`,
 * a span `{type: 'text' | 'code' | 'em' | 'strong', text}` or `{type: 'link', text, href}`.
 */
export function parse(source) {
  const blocks = [];
  let block = null;
  for (const line of String(source ?? '').split(/\r?\n/)) {
    const item = /^\s{0,3}(?:(\d{1,4})[.)]|[-*+])\s+(.*)$/.exec(line);
    if (line.trim() === '') {
      block = null;
    } else if (item) {
      const type = item[1] ? 'ol' : 'ul';
      const before = block ?? blocks.at(-1);
      if (before?.type === type) block = before;
      else blocks.push((block = { type, start: Number(item[1] ?? 1), items: [] }));
      block.items.push(item[2]);
    } else if (block?.items) {
      block.items.push(`${block.items.pop()} ${line.trim()}`);
    } else if (block) {
      block.text += ` ${line.trim()}`;
    } else {
      blocks.push((block = { type: 'p', text: line.trim().replace(/^#{1,6}\s+/, '') }));
    }
  }
  return blocks.map(finish);
}

function finish({ type, start, text, items }) {
  return type === 'p' ? { type, text: spans(text) } : { type, start, items: items.map(spans) };
}

const marks = [
  ['code', /\x60([^\x60]+)\x60/],
  ['link', /\[([^\]]+)\]\(([^()\s]+(?:\([^()\s]*\)[^()\s]*)*)\)/],
  ['link', /<?(https:\/\/[^\s<>()*\x60]*[^\s<>()*\x60.,;:!?])>?/],
  ['strong', /\*\*(\S(?:.*?\S)?)\*\*/],
  ['em', /\*(\S(?:.*?\S)?)\*/],
  ['em', /(?<![\p{L}\p{N}_])_(\S(?:.*?\S)?)_(?![\p{L}\p{N}_])/u],
];

/** Nobody writes so long a paragraph; looking for marks in it takes time with the square of its length. */
export const LONGEST = 5_000;

/** The spans of one paragraph: the earliest mark, what was before it, and so on with the rest. */
export function spans(text) {
  if (text.length > LONGEST) return [{ type: 'text', text }];
  const found = [];
  let rest = text;
  while (rest) {
    const [type, match] = earliest(rest);
    if (!match) {
      found.push({ type: 'text', text: rest });
      break;
    }
    if (match.index > 0) found.push({ type: 'text', text: rest.slice(0, match.index) });
    found.push(span(type, match));
    rest = rest.slice(match.index + match[0].length);
  }
  return found;
}

function earliest(text) {
  let best = [null, null];
  for (const [type, pattern] of marks) {
    const match = pattern.exec(text);
    if (match && (!best[1] || match.index < best[1].index)) best = [type, match];
  }
  return best;
}

function span(type, match) {
  if (type !== 'link') return { type, text: match[1] };
  const href = safeLink(match[2] ?? match[1]);
  return href ? { type, text: match[1], href } : { type: 'text', text: match[1] };
}

/** An https address as the browser reads it, or `null`: no other scheme is ever followed. */
export function safeLink(address) {
  try {
    const url = new URL(address);
    return url.protocol === 'https:' && !url.username && !url.password ? url.href : null;
  } catch {
    return null;
  }
}
