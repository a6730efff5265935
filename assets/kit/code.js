import { html, useState } from '../vendor/preact.js';
import { CopyButton } from './copy.js';
import { Tabs } from './tabs.js';
import { useWords } from './words.js';

/** A text to be copied as it is. It scrolls by itself, so it can be reached by the keyboard. */
export function Code({ text, label, class: extra = '' }) {
  const { t } = useWords();
  return html`
    <div class="code ${extra}">
      <pre dir="ltr" tabIndex="0" role="region" aria-label=${label ?? t('kit.code')}><code>${text}</code></pre>
      <${CopyButton} text=${text} label=${label ? t('kit.copy-this', { what: label }) : t('kit.copy')} />
    </div>`;
}

/** The same in several languages: `{key, label, text}` each. The choice is kept by whoever gives `value`. */
export function Snippets({ label, snippets, value, onValue }) {
  const [own, setOwn] = useState(snippets[0].key);
  const active = value ?? own;
  return html`
    <${Tabs} class="snippets" label=${label} tabs=${snippets} value=${active} onValue=${onValue ?? setOwn}>
      ${(key) => {
        const { text, label: name, note } = snippets.find((each) => each.key === key);
        return html`${note && html`<p class="quiet small snippet-note">${note}</p>`}<${Code} key=${key} text=${text} label=${`${label}: ${name}`} />`;
      }}
    <//>`;
}
