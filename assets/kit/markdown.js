import { html } from '../vendor/preact.js';
import { parse, spans } from '../lib/markdown.js';

/** A guide as nodes. What is not understood is shown as it was written. */
export function Markdown({ text }) {
  return html`<div class="prose">${parse(text).map(block)}</div>`;
}

/** One line of it, for help beside a field. */
export function InlineMarkdown({ text }) {
  return spans(String(text ?? '')).map(span);
}

export function block({ type, text, items, start }) {
  if (type === 'p') return html`<p>${text.map(span)}</p>`;
  const lines = items.map((item) => html`<li>${item.map(span)}</li>`);
  return type === 'ol' ? html`<ol start=${start}>${lines}</ol>` : html`<ul>${lines}</ul>`;
}

export function span({ type, text, href }) {
  switch (type) {
    case 'code':
      return html`<code dir="ltr">${text}</code>`;
    case 'em':
      return html`<em>${text}</em>`;
    case 'strong':
      return html`<strong>${text}</strong>`;
    case 'link':
      return html`<a href=${href} target="_blank" rel="noopener noreferrer">${text}</a>`;
    default:
      return text;
  }
}
