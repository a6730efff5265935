import { createContext, html, useCallback, useContext, useRef, useState } from '../vendor/preact.js';

const Announce = createContext(() => {});

/** Gives `useAnnounce` to what is inside: words put there are read out when the reader is idle. */
export function LiveRegion({ children }) {
  const [said, say] = useState('');
  const turn = useRef(0);
  const announce = useCallback((words) => {
    turn.current += 1;
    // The same words twice would be no change, and so be silent: a space that nobody hears makes one.
    say(words && words + (turn.current % 2 ? '' : '\u00a0'));
  }, []);
  return html`
    <${Announce.Provider} value=${announce}>
      ${children}
      <div class="unseen" role="status" aria-live="polite">${said}</div>
    <//>`;
}

/** `announce(words)` for a change that the focus does not follow. */
export const useAnnounce = () => useContext(Announce);
