import { createContext, html, useCallback, useContext, useEffect, useRef, useState } from '../vendor/preact.js';
import { IconButton } from './button.js';
import { Icon } from './icons.js';
import { useWords } from './words.js';

const Toasts = createContext(() => {});

/** `toast(words, {tone, action: {label, onSelect}})` says what was done, and goes after a while; errors stay. */
export const useToast = () => useContext(Toasts);

const signs = { success: 'check', danger: 'warning', info: 'info' };

/** Shows at most three, the newest last, over everything, dialogs as well. */
export function ToastProvider({ children }) {
  const [shown, show] = useState([]);
  const turn = useRef(0);
  const box = useRef(null);
  const { t } = useWords();
  const toast = useCallback((words, { tone = 'success', action } = {}) => {
    const id = (turn.current += 1);
    show((all) => [...all.slice(-2), { id, words, tone, action }]);
  }, []);
  const drop = useCallback((id) => show((all) => all.filter((each) => each.id !== id)), []);
  useEffect(() => {
    // Shown anew each time, to be above a dialog that was opened in between.
    if (box.current.matches(':popover-open')) box.current.hidePopover();
    if (shown.length > 0) box.current.showPopover();
  }, [shown]);
  return html`
    <${Toasts.Provider} value=${toast}>
      ${children}
      <div class="toasts" popover="manual" ref=${box} role="region" aria-label=${t('kit.toasts')}>
        <div role="status" aria-live="polite">
          ${shown.map((each) => html`<${Toast} key=${each.id} ...${each} drop=${() => drop(each.id)} />`)}
        </div>
      </div>
    <//>`;
}

function Toast({ words, tone, action, drop }) {
  const { t } = useWords();
  const [held, hold] = useState(false);
  useEffect(() => {
    if (held || tone === 'danger') return undefined;
    const timer = setTimeout(drop, action ? 10_000 : 5_000);
    return () => clearTimeout(timer);
  }, [held]);
  const stay = { onMouseEnter: () => hold(true), onMouseLeave: () => hold(false), onFocusIn: () => hold(true), onFocusOut: () => hold(false) };
  const act = () => {
    drop();
    action.onSelect();
  };
  return html`
    <div class="toast ${tone}" ...${stay}>
      <${Icon} name=${signs[tone] ?? 'info'} />
      <p>${words}</p>
      ${action && html`<button type="button" class="button small" onClick=${act}>${action.label}</button>`}
      <${IconButton} icon="close" label=${t('kit.close')} onClick=${drop} />
    </div>`;
}
