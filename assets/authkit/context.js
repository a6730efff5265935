import { createContext, useContext, useEffect } from '../vendor/preact.js';

/** What every view needs: the words `t`, who asks `company`, the `session`, `call`, and ways to go on. */
export const Context = createContext(null);

export const useApp = () => useContext(Context);

/**
 * While `handler` is given, one step back (Escape and the arrow) is this instead of leaving the view.
 */
export function useBack(handler) {
  const { onBack } = useApp();
  useEffect(() => onBack(handler), [handler]);
}

/** The id of a view's heading, which names the dialog. */
export const headingId = 'view-heading';
