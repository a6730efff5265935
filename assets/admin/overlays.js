import { html, useEffect, useRef } from '../vendor/preact.js';
import { isTyping } from '../lib/keys.js';
import { useApp } from './context.js';
import { Help } from './help.js';
import { Palette } from './palette.js';
import { destinations } from './pages.js';

/** What comes over a page by a key: the palette by Ctrl or Command and K, the help by `?`; and `g` with a letter goes. */
export function Overlays({ shown, show }) {
  const { router } = useApp();
  const first = useRef(null);
  useEffect(() => {
    const press = (event) => {
      if (event.isComposing || event.defaultPrevented) return;
      if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        show((now) => (now === 'palette' ? null : 'palette'));
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector('dialog[open]')) return;
      if (event.key === '?') return show('help');
      const wanted = first.current && destinations.find(({ keys }) => keys === `g ${event.key}`);
      first.current = null;
      if (wanted) {
        event.preventDefault();
        router.go(wanted.path);
      } else if (event.key === 'g') {
        const pressed = (first.current = {});
        setTimeout(() => first.current === pressed && (first.current = null), 1_500);
      }
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
  if (shown === 'palette') return html`<${Palette} onClose=${() => show(null)} onHelp=${() => show('help')} />`;
  if (shown === 'help') return html`<${Help} onClose=${() => show(null)} />`;
  return null;
}
