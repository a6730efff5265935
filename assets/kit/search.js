import { html, useEffect, useId, useRef } from '../vendor/preact.js';
import { isShortcut } from '../lib/keys.js';
import { IconButton } from './button.js';
import { Icon } from './icons.js';

/** A search field that `/` leads to from anywhere. `onLeave` is called when an arrow leads down, out of it. */
export function SearchField({ label, value, onValue, onLeave, clearLabel, ...rest }) {
  const input = useRef(null);
  const id = useId();
  useEffect(() => {
    const focus = (event) => {
      if (!isShortcut(event, '/')) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener('keydown', focus);
    return () => document.removeEventListener('keydown', focus);
  }, []);
  const leave = (event) => {
    if (event.key !== 'ArrowDown' || event.isComposing) return;
    event.preventDefault();
    onLeave?.();
  };
  const clear = () => {
    onValue('');
    input.current?.focus();
  };
  return html`
    <search class="box">
      <${Icon} name="search" class="search-mark" />
      <label for=${id} class="unseen">${label}</label>
      <input id=${id} ref=${input} type="search" placeholder=${label} value=${value} autocomplete="off" spellcheck=${false}
        aria-keyshortcuts="/" enterkeyhint="search" onInput=${(event) => onValue(event.target.value)} onKeyDown=${leave} ...${rest} />
      ${value && html`<${IconButton} icon="close" label=${clearLabel} onClick=${clear} />`}
    </search>`;
}
