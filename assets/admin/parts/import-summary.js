import { html } from '../../vendor/preact.js';
import { Badge } from '../../kit/badge.js';
import { Code } from '../../kit/code.js';
import { Facts, Section } from '../../kit/header.js';
import { Method } from '../../kit/method.js';
import { Notice } from '../../kit/notice.js';
import { linesAround, placeOf } from '../../lib/place.js';
import { useApp } from '../context.js';

const first = 20;

/** What would come of a document, or what came of it. */
export function Summary({ result }) {
  const { t, format } = useApp();
  const { platform, descriptor } = result;
  const all = result.summary;
  const facts = [
    [t('import.name'), html`<span dir="auto">${all.title} <span class="quiet">${all.version}</span></span>`],
    [t('import.platform'), html`<code dir="ltr">${platform}</code>`],
    [t('import.base'), html`<code dir="ltr">${all.base_url ?? all.baseUrl}</code>`],
    [t('import.auth'), t.has(`import.auth.${all.auth}`) ? t(`import.auth.${all.auth}`) : all.auth],
    [t('import.form'), all.form?.length > 0 && html`<span class="row-of">${all.form.map((name) => html`<code key=${name} dir="ltr">${name}</code>`)}</span>`],
    [t('import.actions'), t(all.deprecated > 0 ? 'import.actions.deprecated' : 'import.actions.count', { count: format.number(all.actions), deprecated: format.number(all.deprecated) })],
  ].filter(([, value]) => value);
  return html`
    <div class="stack">
      <div class="panel"><${Facts} facts=${facts} /></div>
      ${all.notes?.length > 0 && html`<${Notice} tone="info" title=${t('import.notes')}><ul class="plain-list">${all.notes.map((note, at) => html`<li key=${at} dir="auto">${note}</li>`)}</ul><//>`}
      ${all.first?.length > 0 && html`
        <${Section} title=${t('import.first')} lead=${all.actions > all.first.length ? t('import.first.of', { count: all.first.length, all: format.number(all.actions) }) : null}>
          <ul class="action-list">${all.first.map((each) => html`<li key=${each.key} class="import-action"><span class="action-words"><span dir="auto">${each.title}</span></span><code class="action-path" dir="ltr">${each.path}</code>${each.method && html`<${Method} method=${each.method} />`}</li>`)}</ul>
        <//>`}
      ${all.skipped?.length > 0 && html`<${Skipped} rows=${all.skipped} />`}
      ${descriptor && html`<details class="more-fields"><summary>${t('import.descriptor')}</summary><${Code} text=${descriptor} label=${t('import.descriptor')} /></details>`}
    </div>`;
}

function Skipped({ rows }) {
  const { t, format } = useApp();
  const line = (row, at) => html`<li key=${at}><code dir="ltr">${row.place}</code> <span dir="auto">${row.why}</span></li>`;
  return html`
    <${Section} title=${html`${t('import.skipped')} <${Badge} tone="warning">${format.number(rows.length)}<//>`} lead=${t('import.skipped.lead')}>
      <ul class="plain-list panel">${rows.slice(0, first).map(line)}</ul>
      ${rows.length > first && html`<details><summary class="quiet small">${t('more', { count: format.number(rows.length - first) })}</summary><ul class="plain-list panel">${rows.slice(first, 1_000).map(line)}</ul></details>`}
    <//>`;
}

/** What is wrong with a document, and the lines where. */
export function Trouble({ message, text }) {
  const { t } = useApp();
  const { line, column, pointer, why } = placeOf(message, text);
  const where = line ? t(column ? 'import.wrong.line-column' : 'import.wrong.line', { line, column }) : pointer;
  return html`
    <${Notice} tone="danger" role="alert" title=${t('import.wrong')}>
      <p dir="auto">${why}</p>
      ${where && html`<p class="small">${pointer ? html`<code dir="ltr">${pointer}</code>` : null} ${line && html`<strong>${where}</strong>`}</p>`}
      ${line && html`<pre class="excerpt" dir="ltr" tabIndex="0" role="region" aria-label=${t('import.excerpt')}>${linesAround(text, line).map((each) => html`<span key=${each.number} class="line ${each.number === line ? 'hit' : ''}"><span class="number">${each.number}</span>${each.text}</span>`)}</pre>`}
    <//>`;
}
