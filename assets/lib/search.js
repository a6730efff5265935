/** Lower case without accents, so that "société" is found by "societe". */
export function fold(text) {
  return String(text ?? '').normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/**
 * What a query finds, best first. Every word must occur somewhere; a title that begins with the
 * query is better than one with a word that does, and that better than other fields.
 * `fields(item)` gives the texts, the title first.
 */
export function search(items, query, fields) {
  const words = fold(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...items];
  return items
    .map((item, order) => ({ item, order, score: score(fields(item).map(fold), words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.order - b.order)
    .map(({ item }) => item);
}

function score(texts, words) {
  let total = 0;
  for (const word of words) {
    const best = Math.max(...texts.map((text, position) => worth(text, word, position === 0)));
    if (best === 0) return 0;
    total += best;
  }
  return total;
}

function worth(text, word, isTitle) {
  if (isTitle && text.startsWith(word)) return 8;
  const starts = text.split(/[^\p{L}\p{N}]+/u).some((part) => part.startsWith(word));
  if (starts) return isTitle ? 4 : 2;
  return text.includes(word) ? 1 : 0;
}

/** Groups by a key, in the order in which keys first occur. */
export function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}
