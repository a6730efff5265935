import { html, useEffect, useState } from '../vendor/preact.js';
import { Icon } from './icons.js';
import { useAnnounce } from './live.js';
import { useWords } from './words.js';

/** Copies `text` (or what `text()` gives) and says so. `label` names what is copied; with `children` it is a button with words. */
export function CopyButton({ text, label, children, class: extra = '', ...rest }) {
  const { t } = useWords();
  const announce = useAnnounce();
  const [state, setState] = useState('');
  useEffect(() => {
    if (!state) return undefined;
    const timer = setTimeout(() => setState(''), 2_000);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async () => {
    const done = await put(typeof text === 'function' ? await text() : text);
    setState(done ? 'done' : 'failed');
    announce(t(done ? 'kit.copied' : 'kit.copy-failed'));
  };
  const name = label ?? t('kit.copy');
  const sign = html`<${Icon} name=${state === 'done' ? 'check' : state === 'failed' ? 'warning' : 'copy'} />`;
  if (!children) {
    return html`<button type="button" class="button quiet icon-only ${extra} ${state}" aria-label=${name} title=${state === 'done' ? t('kit.copied') : name} onClick=${copy} ...${rest}>${sign}</button>`;
  }
  return html`<button type="button" class="button ${extra} ${state}" onClick=${copy} ...${rest}>${sign}<span>${children}</span></button>`;
}

/** A value in one line with its copy button: ids, addresses, keys. */
export function Copyable({ text, label }) {
  return html`<span class="copyable"><code dir="ltr" title=${text}>${text}</code><${CopyButton} text=${text} label=${label} class="small" /></span>`;
}

async function put(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return putByHand(text);
  }
}

/* Without https there is no clipboard but the old way. */
function putByHand(text) {
  const area = document.createElement('textarea');
  const before = document.activeElement;
  area.value = text;
  area.className = 'unseen';
  (document.querySelector('dialog[open]') ?? document.body).append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  before?.focus();
  return done;
}
