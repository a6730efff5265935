import { h, html } from '../vendor/preact.js';
import { parseDocument } from '../lib/document.js';
import { Code } from './code.js';
import { block, span } from './markdown.js';

/** A longer text with headings, code and tables. Its headings begin at `level`; a first one that is the page's `title` is left out. */
export function Document({ text, level = 3, title }) {
  const blocks = parseDocument(text);
  const isTitle = blocks[0]?.type === 'h' && blocks[0].text.map(({ text }) => text).join('') === title;
  const shown = isTitle ? blocks.slice(1) : blocks;
  const top = Math.min(...shown.filter(({ type }) => type === 'h').map((each) => each.level));
  return html`<div class="prose document">${shown.map((each) => draw(each, level, top))}</div>`;
}

function draw(each, level, top) {
  if (each.type === 'h') return h(`h${Math.min(6, level + each.level - top)}`, { dir: 'auto' }, each.text.map(span));
  if (each.type === 'code') return html`<${Code} text=${each.text} />`;
  if (each.type !== 'table') return block(each);
  return html`
    <div class="chart-scroll" tabIndex="0" role="region"><table class="table">
      <thead><tr>${each.head.map((cell) => html`<th scope="col">${cell.map(span)}</th>`)}</tr></thead>
      <tbody>${each.rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell.map(span)}</td>`)}</tr>`)}</tbody>
    </table></div>`;
}
