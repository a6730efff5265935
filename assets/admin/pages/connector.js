import { html, useEffect, useMemo, useState } from '../../vendor/preact.js';
import { Badge } from '../../kit/badge.js';
import { Blank, Loaded } from '../../kit/load.js';
import { Pager } from '../../kit/pager.js';
import { PlatformIcon } from '../../kit/platform-icon.js';
import { SearchField } from '../../kit/search.js';
import { Select } from '../../kit/select.js';
import { writeHash } from '../../lib/router.js';
import { useApp, useConnectors, useLater, useLoad } from '../context.js';
import { Page } from '../parts/page.js';
import { ActionList } from '../parts/tools-list.js';

const most = 500;

/** All that a platform can do: the list comes in pages, the filters are ours. */
async function everyAction(api, platform, signal) {
  const path = `/v1/available-actions/${encodeURIComponent(platform)}`;
  const first = await api.get(path, { query: { limit: most }, signal });
  const total = first.total ?? first.rows.length;
  const others = Array.from({ length: Math.max(0, Math.ceil(total / most) - 1) }, (_, at) => api.get(path, { query: { limit: most, page: at + 2 }, signal }));
  return [first, ...(await Promise.all(others))].flatMap(({ rows }) => rows);
}

export default function Connector({ params, query }) {
  const { t, explain, root } = useApp();
  const { platform } = params;
  const row = useConnectors().value?.byPlatform.get(platform);
  const actions = useLoad((api, signal) => everyAction(api, platform, signal), [platform]);
  const name = row?.name ?? platform;
  const mark = html`<${PlatformIcon} large src=${`${root}icons/${encodeURIComponent(platform)}.svg`} title=${name} />`;
  const badges = row && html`<${Badge}>${row.category}<//><${Badge}>${t(row.oauth ? 'tools.auth.oauth' : 'tools.auth.key')}<//>`;
  const buttons = html`
    <a class="button" href=${writeHash('/connections', { platform })}>${t('tools.connections')}</a>
    <a class="button" href=${writeHash('/authkit', { q: platform })}>${t('tools.settings')}</a>`;
  return html`
    <${Page} title=${name} lead=${row?.description} mark=${mark} badges=${badges} back=${{ href: '#/tools', label: t('nav.tools') }} actions=${buttons}>
      <${Loaded} of=${actions} explain=${explain}>${(rows) => (rows.length === 0
        ? html`<${Blank} icon="wrench" title=${t('tools.empty')}><p>${t('tools.empty.text')}</p><//>`
        : html`<${Found} platform=${platform} rows=${rows} query=${query} />`)}<//>
    <//>`;
}

function Found({ platform, rows, query }) {
  const { t, router, explain, format } = useApp();
  const [written, write] = useState(query.q ?? '');
  const q = useLater(written).trim();
  const { tag = '', method = '' } = query;
  const set = (changes) => router.setQuery({ skip: null, ...changes });
  useEffect(() => {
    if (q !== (query.q ?? '')) set({ q });
  }, [q]);
  const tags = useMemo(() => counted(rows.flatMap((row) => row.tags ?? [])), [rows]);
  const methods = useMemo(() => counted(rows.map((row) => row.method)), [rows]);
  // The server knows what stands for a word; the filters are applied to what it finds.
  const found = useLoad((api, signal) => (q ? api.get(`/v1/available-actions/search/${encodeURIComponent(platform)}`, { query: { query: q, limit: most }, signal }) : rows), [q, rows]);
  const option = ([value, count]) => ({ value, label: t('tools.counted', { name: value, count: format.number(count) }) });
  const clear = () => (write(''), set({ q: null, tag: null, method: null }));
  return html`
    <div class="toolbar">
      <${SearchField} label=${t('tools.search.actions')} clearLabel=${t('search.clear')} value=${written} onValue=${write} />
      <${Select} label=${t('tools.tag')} value=${tag} onValue=${(value) => set({ tag: value })} options=${[{ value: '', label: t('tools.tag.all') }, ...tags.map(option)]} />
      <${Select} label=${t('tools.method')} value=${method} onValue=${(value) => set({ method: value })} options=${[{ value: '', label: t('tools.method.all') }, ...methods.map(option)]} />
    </div>
    <${Loaded} of=${found} explain=${explain}>${(all) => {
      const fitting = all.filter((row) => (!tag || row.tags?.includes(tag)) && (!method || row.method === method));
      const limit = [25, 50, 100].includes(Number(query.limit)) ? Number(query.limit) : 50;
      const skip = Math.min(Number(query.skip) || 0, Math.max(0, fitting.length - 1));
      if (fitting.length === 0) return html`<${Blank} icon="search" title=${t('tools.actions.none')} actions=${html`<button type="button" class="button" onClick=${clear}>${t('tools.clear')}</button>`} />`;
      return html`
        <${ActionList} actions=${fitting.slice(skip, skip + limit)} label=${t('tools.list')} />
        <${Pager} skip=${skip} limit=${limit} total=${fitting.length} onPage=${(page) => (router.setQuery({ skip: page.skip || null, limit: page.limit === 50 ? null : page.limit }), window.scrollTo(0, 0))} />`;
    }}<//>`;
}

/** How often each occurs, the most frequent first. */
function counted(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}
