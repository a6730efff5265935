import { parse, spans } from './markdown.js';

/**
 * Longer Markdown than a guide's: headings, blocks of code and tables besides what `parse` knows, as plain data. A block is one of
 * `parse`'s, `{type: 'h', level, text: Span[]}`, `{type: 'code', text, lang}`, or `{type: 'table', head: Span[][], rows: Span[][][]}`.
 */
export function parseDocument(source) {
  const lines = String(source ?? '').split(/\r?\n/);
  const blocks = [];
  let plain = [];
  const flush = () => {
    if (plain.length > 0) blocks.push(...parse(plain.join('\n')));
    plain = [];
  };
  for (let at = 0; at < lines.length; at += 1) {
    const fence = /^\s{0,3}(\x60{3,}|~{3,})\s*([\w+-]*)/.exec(lines[at]);
    const heading = /^\s{0,3}(#{1,6})\s+(.*?)\s*#*$/.exec(lines[at]);
    if (fence) {
      flush();
      const end = lines.findIndex((line, index) => index > at && line.trim().startsWith(fence[1]));
      const last = end < 0 ? lines.length : end;
      blocks.push({ type: 'code', lang: fence[2], text: lines.slice(at + 1, last).join('\n') });
      at = last;
    } else if (heading) {
      flush();
      blocks.push({ type: 'h', level: heading[1].length, text: spans(heading[2]) });
    } else if (lines[at].includes('|') && /^\s*\|?[\s:|-]*-{2,}[\s:|-]*$/.test(lines[at + 1] ?? '')) {
      flush();
      const end = lines.findIndex((line, index) => index > at + 1 && !line.includes('|'));
      const last = end < 0 ? lines.length : end;
      blocks.push({ type: 'table', head: cells(lines[at]), rows: lines.slice(at + 2, last).map(cells) });
      at = last - 1;
    } else {
      plain.push(lines[at]);
    }
  }
  flush();
  return blocks;
}

const cells = (line) => line.trim().replace(/^\||\|$/g, '').split('|').map((cell) => spans(cell.trim()));
