import { html, useEffect, useRef, useState } from '../../vendor/preact.js';
import { Badge } from '../../kit/badge.js';
import { Button } from '../../kit/button.js';
import { Code } from '../../kit/code.js';
import { Icon } from '../../kit/icons.js';
import { JsonTree } from '../../kit/json.js';
import { Notice } from '../../kit/notice.js';
import { Phases } from '../../kit/phases.js';
import { Tabs } from '../../kit/tabs.js';
import { useApp, useLoad } from '../context.js';
import { HeaderList } from './header-list.js';
import { saveBlob } from './save.js';

const cut = 200_000;
const tooLarge = 4_000_000;

/** What came back: how it ended and how long it took, the body, the headers. */
export function Answer({ answer, onFollow }) {
  const { t, format } = useApp();
  const [tab, setTab] = useState('body');
  const heading = useRef(null);
  useEffect(() => heading.current.focus(), [answer]);
  const { status, ms, headers, blob, isOurs, redirect } = answer;
  const tone = redirect ? 'warning' : status < 300 ? 'success' : status < 500 ? 'warning' : 'danger';
  const known = t.has(`play.status.${status}`) && !isOurs;
  return html`
    <section class="panel answer" aria-labelledby="answer-title">
      <div class="answer-head">
        <h2 id="answer-title" tabIndex="-1" ref=${heading}>${t('play.answer')}</h2>
        <${Badge} tone=${tone}>${redirect ? t('play.redirect') : t('play.status', { status })}<//>
        <span class="quiet small">${format.duration(ms)} · ${format.bytes(blob.size)}</span>
      </div>
      ${isOurs && html`<${Ours} blob=${blob} />`}
      ${known && html`<${Notice} tone=${status >= 500 ? 'danger' : 'warning'}>${t(`play.status.${status}`)}<//>`}
      ${redirect && html`<${Notice} tone="info" actions=${onFollow && html`<${Button} class="small" onClick=${onFollow}>${t('play.redirect.follow')}<//>`}>${t('play.redirect.text')}<//>`}
      <${PhasesOf} requestId=${answer.requestId} />
      <${Tabs} label=${t('play.answer')} value=${tab} onValue=${setTab} tabs=${[{ key: 'body', label: t('play.body') }, { key: 'headers', label: t('play.headers'), badge: headers.length }]}>
        ${(key) => (key === 'headers' ? html`<${HeaderList} headers=${headers} />` : html`<${Body} key=${answer.requestId} blob=${blob} type=${valueOf(headers, 'content-type')} />`)}
      <//>
    </section>`;
}

const valueOf = (headers, wanted) => headers.find(([name]) => name === wanted)?.[1] ?? '';

/** Our own refusal, in its words. */
function Ours({ blob }) {
  const { t } = useApp();
  const read = useLoad(async () => JSON.parse(await blob.text()), [blob]);
  const said = read.value?.message || t('play.ours.other');
  return html`<${Notice} tone="danger" title=${t('play.ours')} role="alert"><p dir="auto">${said}</p>${read.value?.requestId && html`<p class="small">${t('kit.failed.id')} <code dir="ltr">${read.value.requestId}</code></p>`}<//>`;
}

/** Where the time went: the log knows, a moment later. */
function PhasesOf({ requestId }) {
  const { t } = useApp();
  const found = useLoad(async (api, signal) => {
    for (let turn = 0; requestId && turn < 12; turn += 1) {
      const { rows } = await api.get('/admin/api/logs', { query: { q: requestId, limit: 1 }, signal });
      if (rows[0]) return api.get(`/admin/api/logs/${encodeURIComponent(rows[0].id)}`, { signal });
      await new Promise((resolve) => setTimeout(resolve, 300 * (turn + 1)));
    }
    return null;
  }, [requestId]);
  if (!found.value?.phases?.length) return null;
  return html`
    <div class="stack-small">
      <${Phases} label=${t('phase.title')} phases=${found.value.phases} nameOf=${(name) => t(`phase.${name}`)} />
      <a class="small" href=${`#/logs/${encodeURIComponent(found.value.id)}`}>${t('play.log')}</a>
    </div>`;
}

function Body({ blob, type }) {
  const { t, format } = useApp();
  const [asText, showText] = useState(false);
  const kind = type.split(';')[0].trim().toLowerCase();
  const isText = kind === '' || /^text\/|json|xml|javascript|x-www-form-urlencoded|yaml|csv/.test(kind);
  const read = useLoad(async () => {
    if (!isText) return {};
    const text = await (blob.size > tooLarge ? blob.slice(0, cut) : blob).text();
    return { text, value: blob.size <= tooLarge && /json/.test(kind || 'json') ? parsed(text) : undefined };
  }, [blob]);
  const download = html`<${Button} class="small" icon="download" onClick=${() => saveBlob(blob, `answer${ending(kind)}`)}>${t('play.download')}<//>`;
  if (blob.size === 0) return html`<p class="quiet">${t('play.body.none')}</p>`;
  if (!isText) return html`<div class="row-of"><${Icon} name="download" /><span>${t('play.body.binary', { type: kind, size: format.bytes(blob.size) })}</span>${download}</div>`;
  if (!read.value) return null;
  const { text, value } = read.value;
  const isTree = value !== undefined && typeof value === 'object' && !asText;
  const shown = value !== undefined ? JSON.stringify(value, null, 2) : text;
  return html`
    <div class="stack">
      ${isTree ? html`<${JsonTree} value=${value} label=${t('play.body')} />` : html`<${Code} text=${shown.slice(0, cut)} label=${t('play.body')} />`}
      ${!isTree && (shown.length > cut || blob.size > tooLarge) && html`<p class="quiet small">${t('play.body.cut', { size: format.bytes(blob.size) })}</p>`}
      <div class="row-of">
        ${value !== undefined && typeof value === 'object' && html`<${Button} class="small" icon="code" onClick=${() => showText(!asText)}>${t(asText ? 'play.body.tree' : 'play.body.text')}<//>`}
        ${download}
      </div>
    </div>`;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const ending = (kind) => ({ 'image/jpeg': '.jpg', 'image/png': '.png', 'image/gif': '.gif', 'image/webp': '.webp', 'image/svg+xml': '.svg', 'application/pdf': '.pdf', 'text/csv': '.csv', 'text/plain': '.txt', 'text/html': '.txt' })[kind] ?? (/json/.test(kind) ? '.json' : '.bin');
