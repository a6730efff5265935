import { createContext, useContext, useEffect, useRef } from '../vendor/preact.js';

/** What every view needs: the words `t`, who asks `company`, the `session`, `call`, and ways to go on. */
export const Context = createContext(null);

export const useApp = () => useContext(Context);

/**
 * While `handler` is given, one step back (Escape and the arrow) is this instead of leaving the view.
 */
export function useBack(handler) {
  const { onBack } = useApp();
  const latest = useRef(handler);
  latest.current = handler;
  const given = Boolean(handler);
  // Told once and not at every drawing: what is told draws everything again.
  useEffect(() => (given ? onBack(() => latest.current?.()) : undefined), [given]);
}

/** The id of a view's heading, which names the dialog. */
export const headingId = 'view-heading';
