import { html, useEffect, useMemo, useState } from '../../vendor/preact.js';
import { Badge } from '../../kit/badge.js';
import { Section } from '../../kit/header.js';
import { Blank, Loaded } from '../../kit/load.js';
import { Pager } from '../../kit/pager.js';
import { PlatformIcon } from '../../kit/platform-icon.js';
import { SearchField } from '../../kit/search.js';
import { Select } from '../../kit/select.js';
import { SkeletonCards, SkeletonTable } from '../../kit/skeleton.js';
import { fillPath } from '../../lib/router.js';
import { search } from '../../lib/search.js';
import { useApp, useConnectors, useLater, useLoad } from '../context.js';
import { Page } from '../parts/page.js';
import { ActionList } from '../parts/tools-list.js';

const sizes = [24, 48, 96];

export default function Tools({ query }) {
  const { t, explain, can } = useApp();
  const connectors = useConnectors();
  const actions = html`
    <a class="button" href="#/playground">${t('tools.playground')}</a>
    ${can('manager') && html`<a class="button primary" href="#/tools/import">${t('tools.import')}</a>`}`;
  return html`
    <${Page} title=${t('nav.tools')} lead=${t('tools.lead')} actions=${actions}>
      <${Loaded} of=${connectors} explain=${explain} skeleton=${html`<${SkeletonCards} count=${12} />`}>${(value) => html`<${Found} ...${value} query=${query} />`}<//>
    <//>`;
}

function Found({ rows, byPlatform, query }) {
  const { t, router, format } = useApp();
  const [written, write] = useState(query.q ?? '');
  const q = useLater(written).trim();
  const { category = '', auth = '' } = query;
  const set = (changes) => router.setQuery({ skip: null, ...changes });
  useEffect(() => {
    if (q !== (query.q ?? '')) set({ q });
  }, [q]);
  const categories = useMemo(() => [...new Set(rows.map((row) => row.category).filter(Boolean))].sort(), [rows]);
  const fitting = useMemo(() => {
    const kept = rows.filter((row) => (!category || row.category === category) && (!auth || row.oauth === (auth === 'oauth')));
    return search(kept, q, (row) => [row.name, row.platform, row.category, row.description]);
  }, [rows, q, category, auth]);
  const limit = sizes.includes(Number(query.limit)) ? Number(query.limit) : sizes[0];
  const skip = Math.min(Number(query.skip) || 0, Math.max(0, fitting.length - 1));
  const few = q && !query.all ? 6 : null;
  const shown = few ? fitting.slice(0, few) : fitting.slice(skip, skip + limit);
  const clear = () => (write(''), set({ q: null, category: null, auth: null }));
  return html`
    <div class="toolbar">
      <${SearchField} label=${t('tools.search')} clearLabel=${t('search.clear')} value=${written} onValue=${write} />
      <${Select} label=${t('tools.category')} value=${category} onValue=${(value) => set({ category: value })}
        options=${[{ value: '', label: t('tools.category.all') }, ...categories]} />
      <${Select} label=${t('tools.auth')} value=${auth} onValue=${(value) => set({ auth: value })}
        options=${['', 'oauth', 'key'].map((value) => ({ value, label: t(`tools.auth.${value || 'all'}`) }))} />
    </div>
    ${(!q || fitting.length > 0) && html`<${Section} title=${q ? t('tools.connectors.found', { count: format.number(fitting.length) }) : null}>
      ${shown.length > 0
        ? html`<ul class="cards tool-cards">${shown.map((row) => html`<${Card} key=${row.platform} row=${row} />`)}</ul>`
        : !q && html`<${Blank} icon="search" title=${t('tools.none')} actions=${html`<button type="button" class="button" onClick=${clear}>${t('tools.clear')}</button>`} />`}
      ${few && fitting.length > few && html`<div><button type="button" class="button small" onClick=${() => set({ all: '1' })}>${t('tools.connectors.all', { count: format.number(fitting.length) })}</button></div>`}
      ${!few && fitting.length > 0 && html`<${Pager} skip=${skip} limit=${limit} total=${fitting.length} sizes=${sizes} onPage=${(page) => (router.setQuery({ skip: page.skip || null, limit: page.limit === sizes[0] ? null : page.limit }), window.scrollTo(0, 0))} />`}
    <//>`}
    ${q && html`<${Actions} q=${q} byPlatform=${byPlatform} wanted=${(row) => (!category || row?.category === category) && (!auth || row?.oauth === (auth === 'oauth'))} key=${`${category} ${auth}`} />`}`;
}

function Card({ row }) {
  const { t, format, root } = useApp();
  return html`
    <li><a class="tool-card" href=${`#${fillPath('/tools/:platform', row)}`}>
      <${PlatformIcon} src=${`${root}icons/${encodeURIComponent(row.platform)}.svg`} title=${row.name} />
      <span class="tool-words"><strong dir="auto">${row.name}</strong><span class="quiet small" dir="auto">${row.category}</span></span>
      <span class="tool-facts">
        <span class="quiet small">${t(row.tools === 1 ? 'tools.action' : 'tools.actions', { count: format.number(row.tools) })}</span>
        <${Badge}>${t(row.oauth ? 'tools.auth.oauth' : 'tools.auth.key')}<//>
      </span>
    </a></li>`;
}

const few = 12;

function Actions({ q, byPlatform, wanted }) {
  const { t, explain } = useApp();
  const [limit, setLimit] = useState(few);
  const found = useLoad((api, signal) => api.get('/v1/available-actions/search', { query: { query: q, limit: 100 }, signal }), [q]);
  return html`
    <${Section} title=${t('tools.found')} lead=${t('tools.found.lead')}>
      <${Loaded} of=${found} explain=${explain} skeleton=${html`<${SkeletonTable} rows=${4} />`}>${(all) => {
        const rows = all.filter(({ platform }) => wanted(byPlatform.get(platform)));
        if (rows.length === 0) return html`<p class="quiet">${t('tools.found.none', { query: q })}</p>`;
        return html`
          <${ActionList} actions=${rows.slice(0, limit)} byPlatform=${byPlatform} label=${t('tools.found')} />
          ${rows.length > limit && html`<div><button type="button" class="button small" onClick=${() => setLimit(100)}>${t('kit.more')}</button></div>`}`;
      }}<//>
    <//>`;
}
