import { direction, loadTranslator, makeTranslator, pickLanguage } from '../lib/i18n.js';

/** The languages there are words for; the first lends its words to the others. */
export const languages = ['en'];

const base = new URL('strings/', import.meta.url);

const fetching = new Map();

/** The words of a page alone; fetched once, unless that fails. */
export function fetchWords(name) {
  if (!fetching.has(name)) {
    const words = fetchAnew(name);
    fetching.set(name, words);
    words.catch(() => fetching.delete(name));
  }
  return fetching.get(name);
}

async function fetchAnew(name) {
  const lang = pickLanguage(navigator.languages, languages);
  const answer = await fetch(new URL(`${lang}/${name}.json`, base), { credentials: 'omit' });
  if (!answer.ok) throw new TypeError(`no words for ${name}`);
  return answer.json();
}

/** The words that are everywhere as `t`, and `of(name)` for those of a page with the former behind them. */
export async function speak() {
  const t = await loadTranslator({ base, available: languages, preferred: navigator.languages });
  document.documentElement.lang = t.lang;
  document.documentElement.dir = direction(t.lang);
  return { t, of: async (name) => pageWords(await fetchWords(name), t) };
}

function pageWords(words, common) {
  const own = makeTranslator(common.lang, words);
  const t = (key, values) => (own.has(key) ? own(key, values) : common(key, values));
  return Object.assign(t, { has: (key) => own.has(key) || common.has(key), lang: common.lang });
}
