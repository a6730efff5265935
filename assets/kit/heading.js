import { h, useEffect, useRef } from '../vendor/preact.js';

/** The heading of a view. It takes the focus when the view opens, so that a screen reader begins there. */
export function ViewHeading({ children, focus = true, level = 1, ...rest }) {
  const heading = useRef(null);
  useEffect(() => {
    if (focus) heading.current?.focus();
  }, []);
  return h(`h${level}`, { ref: heading, tabIndex: -1, ...rest }, children);
}
