import { createContext, useContext } from '../vendor/preact.js';

/** What the components of the kit say themselves: a translator `t('kit.copy')`, and how numbers and times are written. */
export const Words = createContext({ t: (key) => key, format: null });

export const useWords = () => useContext(Words);
