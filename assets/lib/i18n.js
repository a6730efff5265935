/** The best of `available` for what a person prefers: the same tag, or the same language, or the first of all. */
export function pickLanguage(preferred, available) {
  const base = (tag) => String(tag).toLowerCase().split('-')[0];
  for (const tag of preferred ?? []) {
    const exact = available.find((each) => each.toLowerCase() === String(tag).toLowerCase());
    const found = exact ?? available.find((each) => base(each) === base(tag));
    if (found) return found;
  }
  return available[0];
}

/** Puts values into `{name}` places. A place without a value stays, so that the mistake is seen. */
export function fill(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (place, name) => (values[name] === undefined ? place : String(values[name])));
}

/**
 * Makes `t(key, values)`. A key that the language lacks is taken from `fallback`, key by key;
 * `t.has` says whether there are words at all, `t.lang` which language is spoken.
 */
export function makeTranslator(lang, strings, fallback = {}) {
  const has = (key) => Object.hasOwn(strings, key) || Object.hasOwn(fallback, key);
  const words = (key) => (Object.hasOwn(strings, key) ? strings[key] : Object.hasOwn(fallback, key) ? fallback[key] : key);
  return Object.assign((key, values) => fill(words(key), values), { has, lang });
}

/** Loads the words of the best language from `base/<lang>.json`; the first of `available` is the fallback. */
export async function loadTranslator({ base, available, preferred, fetch = globalThis.fetch }) {
  const load = async (lang) => {
    try {
      const answer = await fetch(new URL(`${lang}.json`, base), { credentials: 'omit' });
      return answer.ok ? await answer.json() : {};
    } catch {
      return {};
    }
  };
  const lang = pickLanguage(preferred, available);
  const [fallback, strings] = await Promise.all([load(available[0]), lang === available[0] ? {} : load(lang)]);
  return makeTranslator(lang, strings, fallback);
}

const rightToLeft = new Set(['ar', 'dv', 'fa', 'he', 'ps', 'ur', 'yi']);

/** `rtl` or `ltr`, for the `dir` attribute. */
export function direction(lang) {
  return rightToLeft.has(String(lang).toLowerCase().split('-')[0]) ? 'rtl' : 'ltr';
}
