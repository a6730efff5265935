import { html } from '../vendor/preact.js';
import { useEffect, useState } from '../vendor/preact.js';
import { useWords } from './words.js';

/** A time as people say it, with the exact one on demand; keeps up by itself. Nothing is an em dash. */
export function Time({ value, exact = false, missing = '—' }) {
  const { format } = useWords();
  const [, tick] = useState(0);
  useEffect(() => {
    if (!value || exact) return undefined;
    const timer = setInterval(() => tick((turn) => turn + 1), 30_000);
    return () => clearInterval(timer);
  }, [value, exact]);
  if (!value) return html`<span class="quiet">${missing}</span>`;
  const moment = format.moment(value);
  return html`<time datetime=${value} title=${exact ? undefined : moment}>${exact ? moment : format.relative(value)}</time>`;
}
