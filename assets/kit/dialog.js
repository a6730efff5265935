import { html, useLayoutEffect, useRef } from '../vendor/preact.js';

/**
 * A modal dialog on the browser's own element. Escape calls `onEscape` and closes nothing by itself,
 * the Tab key goes round inside, and a press beside the dialog does nothing: people lose work by that.
 */
export function Dialog({ labelledby, onEscape, class: extra = '', children }) {
  const dialog = useRef(null);
  const escape = useRef(onEscape);
  escape.current = onEscape;
  // Before the views within take the focus: nothing in a closed dialog can have it.
  useLayoutEffect(() => {
    const element = dialog.current;
    const reopen = () => element.isConnected && !element.open && element.showModal();
    const cancel = (event) => {
      if (event.target !== element) return;
      event.preventDefault();
      escape.current();
    };
    element.addEventListener('cancel', cancel);
    element.addEventListener('close', reopen);
    reopen();
    return () => {
      element.removeEventListener('cancel', cancel);
      element.removeEventListener('close', reopen);
    };
  }, []);
  const keys = (event) => {
    if (event.key === 'Escape' && !event.isComposing) {
      event.preventDefault();
      escape.current();
    }
    if (event.key === 'Tab') keepInside(event, dialog.current);
  };
  return html`<dialog ref=${dialog} class="dialog ${extra}" aria-labelledby=${labelledby} onKeyDown=${keys}>${children}</dialog>`;
}

const stops = 'a[href], button, input, select, textarea, summary, [tabindex]';

function keepInside(event, dialog) {
  const all = [...dialog.querySelectorAll(stops)].filter((each) => each.tabIndex >= 0 && !each.disabled && each.checkVisibility());
  const edge = event.shiftKey ? all.at(0) : all.at(-1);
  const inside = all.includes(document.activeElement);
  if (all.length === 0 || (document.activeElement !== edge && (inside || !event.shiftKey))) return;
  event.preventDefault();
  (event.shiftKey ? all.at(-1) : all.at(0)).focus();
}
