import { direction, loadTranslator } from '../lib/i18n.js';

/** The server's own root, wherever below a host it lives; ends with a slash. */
export const root = new URL('../../', import.meta.url).href;

/** The languages there are words for; the first lends its words to the others. */
export const languages = ['en', 'de', 'es', 'fr', 'ja'];

/** Loads the words of the person's language and tells the document which it is. */
export async function speak() {
  const base = new URL('strings/', import.meta.url);
  const t = await loadTranslator({ base, available: languages, preferred: navigator.languages });
  document.documentElement.lang = t.lang;
  document.documentElement.dir = direction(t.lang);
  document.title = t('page.title');
  return t;
}
