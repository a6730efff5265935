import { html, useEffect, useId, useRef } from '../vendor/preact.js';
import { isShortcut } from '../lib/keys.js';
import { IconButton } from './button.js';
import { Icon } from './icons.js';

/**
 * A search field that `/` leads to from anywhere. `onLeave` is called when an arrow leads down, out of
 * it, `onEnter` when the best result is wanted; Escape empties it before it does anything else.
 */
export function SearchField({ label, value, onValue, onLeave, onEnter, clearLabel, ...rest }) {
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
  const keys = { ArrowDown: onLeave, Enter: value && onEnter, Escape: value && (() => onValue('')) };
  const press = (event) => {
    if (event.isComposing || !keys[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
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
        aria-keyshortcuts="/" enterkeyhint="search" onInput=${(event) => onValue(event.target.value)} onKeyDown=${press} ...${rest} />
      ${value && html`<${IconButton} icon="close" label=${clearLabel} onClick=${clear} />`}
    </search>`;
}
