import { html, useEffect, useMemo, useRef, useState } from '../../vendor/preact.js';
import { Button, IconButton } from '../../kit/button.js';
import { Icon } from '../../kit/icons.js';
import { Blank, Failed, Loaded } from '../../kit/load.js';
import { More } from '../../kit/pager.js';
import { SkeletonLines, SkeletonTable } from '../../kit/skeleton.js';
import { Table } from '../../kit/table.js';
import { fillPath, writeHash } from '../../lib/router.js';
import { useApp } from '../context.js';
import { Entry, titleOf, useEntry } from '../parts/logs-entry.js';
import { useFeed } from '../parts/logs-feed.js';
import { Filters, isFiltered, queryOf } from '../parts/logs-filters.js';
import { columnsOf } from '../parts/logs-row.js';
import { Page } from '../parts/page.js';
import { ChangeRetention } from '../parts/settings-change.js';

export default function Logs({ query }) {
  const { t, explain, router, environment } = useApp();
  const isWide = useWide('(min-width: 72rem)');
  const [isPaused, pause] = useState(false);
  const [isKeeping, keep] = useState(false);
  // An end in the past means that nothing new can fit.
  const mayBeLive = !(query.range === 'own' && query.to);
  const { open: wanted, ...filters } = query;
  // “The last hour” is that of when it was chosen: otherwise the list would begin anew each minute.
  const asked = useMemo(() => queryOf(filters), [JSON.stringify(filters)]);
  const feed = useFeed({ query: asked, isLive: mayBeLive && !isPaused });
  const open = isWide ? wanted : null;
  useEffect(() => {
    if (wanted && !isWide) router.go(fillPath('/logs/:id', { id: wanted }));
  }, [wanted, isWide]);
  const close = () => router.setQuery({ open: null });
  const href = ({ id }) => (isWide ? writeHash('/logs', { ...filters, open: id }) : `#${fillPath('/logs/:id', { id })}`);
  const live = mayBeLive && html`
    <${Line} line=${isPaused ? 'paused' : feed.line} />
    <${Button} icon=${isPaused ? 'play' : 'stop'} onClick=${() => (isPaused && feed.again(), pause(!isPaused))}>${t(isPaused ? 'logs.resume' : 'logs.pause')}<//>`;
  return html`
    <${Page} wide title=${t('nav.logs')} lead=${t('logs.lead', { environment: t(`environment.${environment}`) })} actions=${html`<div class="row-of">${live}<${IconButton} icon="refresh" label=${t('logs.refresh')} class="bordered" onClick=${feed.again} /><${IconButton} icon="clock" label=${t('change.retention')} class="bordered" onClick=${() => keep(true)} /></div>`}>
      <${Filters} query=${query} />
      ${isKeeping && html`<${ChangeRetention} onClose=${() => keep(false)} />`}
      <div class="log-split ${open ? 'open' : ''}">
        <div class="stack log-list">
          ${feed.waiting > 0 && html`<div class="log-new"><button type="button" class="button primary small" onClick=${feed.show}><${Icon} name="arrow-up" />${t('logs.new', { count: feed.waiting })}</button></div>`}
          <${List} feed=${feed} query=${query} href=${href} open=${open} explain=${explain} />
        </div>
        ${open && html`<${Side} id=${open} onClose=${close} />`}
      </div>
    <//>`;
}

function List({ feed, query, href, open, explain }) {
  const { t, format, router } = useApp();
  if (feed.state === 'loading') return html`<${SkeletonTable} rows=${10} />`;
  if (feed.state === 'failed' && feed.rows.length === 0) return html`<${Failed} error=${feed.error} explain=${explain} again=${feed.again} />`;
  if (feed.rows.length === 0 && !feed.next) {
    return isFiltered(query)
      ? html`<${Blank} icon="search" title=${t('logs.none')} actions=${html`<button type="button" class="button" onClick=${() => router.go('/logs')}>${t('logs.clear')}</button>`}><p>${t('logs.none.text')}</p><//>`
      : html`<${Blank} icon="pulse" title=${t('logs.empty')} actions=${html`<a class="button" href="#/playground">${t('nav.playground')}</a>`}><p>${t('logs.empty.text')}</p><//>`;
  }
  const columns = columnsOf(t, format, open).filter(({ key }) => !open || !['platform', 'identity', 'duration'].includes(key));
  return html`
    ${feed.error && html`<div class="stale" role="status"><${Icon} name="warning" /><span>${t('kit.stale')} ${explain(feed.error)}</span><button type="button" class="button quiet small" onClick=${feed.again}>${t('kit.again')}</button></div>`}
    <${Table} class="log-table" label=${t('nav.logs')} columns=${columns} rows=${feed.rows} rowName=${(row) => titleOf(t, row)} href=${href} />
    <${More} hasMore=${Boolean(feed.next)} busy=${feed.busy} onMore=${feed.older} count=${feed.rows.length} />`;
}

/** Whether what happens is told: the state of the line, in words. */
function Line({ line }) {
  const { t } = useApp();
  const tone = { open: 'success', waiting: 'warning', refused: 'danger' }[line] ?? '';
  return html`<span class="status small" role="status"><span class="dot ${tone} ${line === 'open' ? 'beats' : ''}"></span>${t(`logs.line.${line}`)}</span>`;
}

function Side({ id, onClose }) {
  const { t, explain } = useApp();
  const entry = useEntry(id);
  const heading = useRef(null);
  const isThere = Boolean(entry.value);
  useEffect(() => heading.current?.focus(), [id, isThere]);
  const press = (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    onClose();
    setTimeout(() => document.querySelector(`.log-table a[href*="${CSS.escape(encodeURIComponent(id))}"], .log-table .row-link`)?.focus());
  };
  return html`
    <aside class="panel log-side" aria-label=${t('logs.entry')} onKeyDown=${press}>
      <div class="log-side-head"><h2 tabIndex="-1" ref=${heading} dir="auto">${entry.value ? titleOf(t, entry.value) : t('logs.entry')}</h2>
        <${IconButton} icon="close" label=${t('close')} onClick=${onClose} /></div>
      <${Loaded} of=${entry} explain=${explain} skeleton=${html`<${SkeletonLines} count=${8} />`}>${(value) => html`<${Entry} key=${value.id} entry=${value} level=${3} />`}<//>
    </aside>`;
}

function useWide(condition) {
  const [is, set] = useState(() => matchMedia(condition).matches);
  useEffect(() => {
    const media = matchMedia(condition);
    const hear = () => set(media.matches);
    media.addEventListener('change', hear);
    return () => media.removeEventListener('change', hear);
  }, [condition]);
  return is;
}
