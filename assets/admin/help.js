import { html } from '../vendor/preact.js';
import { Modal } from '../kit/modal.js';
import { useApp } from './context.js';
import { destinations } from './pages.js';

/** Every key there is. */
export function Help({ onClose }) {
  const { t } = useApp();
  const everywhere = [['Ctrl K', 'palette'], ['/', 'search'], ['?', 'help'], ['Esc', 'close']];
  const lists = [['j', 'down'], ['k', 'up'], ['Enter', 'open']];
  const group = (title, rows) => html`
    <section><h3>${title}</h3>
      <dl class="keys">${rows.map(([keys, words]) => html`<div key=${keys}><dt>${keys.split(' ').map((key) => html`<kbd>${key}</kbd>`)}</dt><dd>${words}</dd></div>`)}</dl>
    </section>`;
  const named = (rows) => rows.map(([keys, name]) => [keys, t(`keys.${name}`)]);
  return html`
    <${Modal} title=${t('keys.title')} onClose=${onClose}>
      <div class="key-groups">
        <div>${group(t('keys.everywhere'), named(everywhere))}${group(t('keys.lists'), named(lists))}</div>
        <div>${group(t('keys.go'), destinations.map(({ keys, name }) => [keys, t(`nav.${name}`)]))}</div>
      </div>
    <//>`;
}
