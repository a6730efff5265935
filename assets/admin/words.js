import { direction, loadTranslator, makeTranslator } from '../lib/i18n.js';

/** The languages there are words for; the first lends its words to the others. */
export const languages = ['en'];

/* As index.html asks for them ahead: other options would ask again. */
const asPreloaded = (url) => fetch(url);

const base = new URL('strings/', import.meta.url);

/** The words that are everywhere as `t`, and `of(name)` for those of a page with the former behind them. */
export async function speak() {
  const t = await loadTranslator({ base, available: languages, preferred: navigator.languages, fetch: asPreloaded });
  document.documentElement.lang = t.lang;
  document.documentElement.dir = direction(t.lang);
  const pages = new Map();
  const of = (name) => {
    if (!pages.has(name)) {
      const loading = pageWords(name, t);
      pages.set(name, loading);
      loading.catch(() => pages.delete(name));
    }
    return pages.get(name);
  };
  return { t, of };
}

async function pageWords(name, common) {
  const answer = await fetch(new URL(`${common.lang}/${name}.json`, base), { credentials: 'omit' });
  if (!answer.ok) throw new TypeError(`no words for ${name}`);
  const own = makeTranslator(common.lang, await answer.json());
  const t = (key, values) => (own.has(key) ? own(key, values) : common(key, values));
  return Object.assign(t, { has: (key) => own.has(key) || common.has(key), lang: common.lang });
}
