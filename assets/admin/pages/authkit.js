import { html, useCallback, useEffect, useMemo, useRef, useState } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { useAnnounce } from '../../kit/live.js';
import { Blank, Loaded } from '../../kit/load.js';
import { More } from '../../kit/pager.js';
import { SearchField } from '../../kit/search.js';
import { Select } from '../../kit/select.js';
import { SkeletonCards } from '../../kit/skeleton.js';
import { Segments } from '../../kit/tabs.js';
import { useToast } from '../../kit/toast.js';
import { search } from '../../lib/search.js';
import { useApp, useLater, useLoad } from '../context.js';
import { Card } from '../parts/authkit-card.js';
import { Configure } from '../parts/authkit-configure.js';
import { Install } from '../parts/authkit-install.js';
import { Preview } from '../parts/authkit-preview.js';
import { GuideDialog, Scopes } from '../parts/authkit-scopes.js';
import { Page } from '../parts/page.js';
import { useReason } from '../parts/role.js';
import { everyPage } from '../shared.js';

export default function AuthKit({ query }) {
  const { t, explain, environment, router } = useApp();
  const list = useLoad((api, signal) => allIntegrations(api, signal));
  const [turn, setTurn] = useState(0);
  const install = html`<${Button} kind="primary" icon="code" onClick=${() => router.setQuery({ install: '1' })}>${t('authkit.install')}<//>`;
  return html`
    <${Page} title=${t('nav.authkit')} lead=${t('authkit.lead', { environment: t(`environment.${environment}`) })} actions=${install}>
      <div class="authkit-page">
        <div class="authkit-list"><${Loaded} of=${list} explain=${explain} skeleton=${html`<${SkeletonCards} count=${8} />`}>${(rows) => html`<${Integrations} rows=${rows} set=${list.set} query=${query} onChanged=${() => setTurn((now) => now + 1)} />`}<//></div>
        <${Preview} turn=${turn} />
      </div>
      ${query.install && html`<${Install} onClose=${() => router.setQuery({ install: null })} />`}
    <//>`;
}

async function allIntegrations(api, signal) {
  const rows = await everyPage(api, '/v1/integrations', { signal });
  return rows.sort((a, b) => a.title.localeCompare(b.title));
}

const shows = {
  all: () => true,
  visible: ({ active }) => active,
  hidden: ({ active }) => !active,
  missing: ({ active, missing, problem }) => (active && missing.length > 0) || Boolean(problem),
};

function Integrations({ rows, set, query, onChanged }) {
  const { t, router, format } = useApp();
  const announce = useAnnounce();
  const [written, write] = useState(query.q ?? '');
  const later = useLater(written, 150);
  useEffect(() => {
    if (later !== (query.q ?? '')) router.setQuery({ q: later || null });
  }, [later]);
  const show = query.show in shows ? query.show : 'all';
  const categories = useMemo(() => [...new Set(rows.map(({ category }) => category))].sort((a, b) => a.localeCompare(b)), [rows.length]);
  const counts = useMemo(() => Object.fromEntries(Object.entries(shows).map(([name, is]) => [name, rows.filter(is).length])), [rows]);
  // What was just switched stays where it is, although it does not fit any more: else it would vanish under the finger.
  const fitting = useMemo(() => new Set(rows.filter(shows[show]).map(({ platform }) => platform)), [show, rows.length]);
  const found = useMemo(() => search(rows.filter(({ platform, category }) => fitting.has(platform) && (!query.category || category === query.category)), later, ({ title, platform, category }) => [title, platform, category]), [rows, later, fitting, query.category]);
  useEffect(() => announce(t('authkit.found', { count: format.number(found.length) })), [later, show, query.category]);
  const update = useCallback((platform, change) => set((now) => now.map((row) => (row.platform === platform ? { ...row, ...change } : row))), []);
  const dialog = query.configure ? ['configure', query.configure] : query.scopes ? ['scopes', query.scopes] : query.guide ? ['guide', query.guide] : [];
  const open = useCallback((platform, what) => router.setQuery({ [what]: platform }), []);
  const opened = rows.find(({ platform }) => platform === dialog[1]);
  const Opened = { configure: Configure, scopes: Scopes, guide: GuideDialog }[dialog[0]];
  const close = () => router.setQuery({ configure: null, scopes: null, guide: null });
  return html`
    <div class="stack">
      <div class="toolbar">
        <${SearchField} label=${t('authkit.search')} value=${written} onValue=${write} clearLabel=${t('search.clear')} />
        <${Select} label=${t('authkit.category')} value=${query.category ?? ''} onValue=${(value) => router.setQuery({ category: value || null })} options=${[{ value: '', label: t('authkit.category.all') }, ...categories]} />
        <${Segments} label=${t('authkit.show')} value=${show} onValue=${(value) => router.setQuery({ show: value === 'all' ? null : value })}
          options=${Object.keys(shows).map((value) => ({ value, label: t(`authkit.show.${value}`, { count: format.number(counts[value]) }) }))} />
      </div>
      ${found.length > 0
        ? html`<${Cards} key=${`${show} ${query.category ?? ''}`} rows=${found} update=${update} open=${open} onChanged=${onChanged} />`
        : html`<${Blank} icon="puzzle" title=${t('authkit.none.title')}><p>${t(`authkit.none.${later || query.category || show === 'all' ? 'search' : show}`)}</p><//>`}
      ${opened && html`<${Opened} key=${dialog.join(' ')} row=${opened} onClose=${close} onSaved=${(row) => (update(row.platform, row), close(), onChanged())} />`}
    </div>`;
}

/* Some at once, and more when the end comes near: hundreds of cards that nobody looks at cost nothing. */
function Cards({ rows, update, open, onChanged }) {
  const { t, api, explain } = useApp();
  const toast = useToast();
  const reason = useReason('manager');
  const [limit, setLimit] = useState(step);
  const end = useNear(() => setLimit((now) => now + step), limit < rows.length);
  const [busy, setBusy] = useState(new Set());
  const going = useRef(new Map());
  // Who presses twice means the last: one request after the other, and only the last one's answer is shown.
  const toggle = async (platform, active) => {
    const before = going.current.get(platform);
    const turn = {};
    const state = { turn, was: before ? before.was : !active };
    going.current.set(platform, state);
    update(platform, { active });
    setBusy((now) => new Set(now).add(platform));
    state.done = (before?.done ?? Promise.resolve()).then(() => going.current.get(platform) === state && api.patch(`/v1/integrations/${encodeURIComponent(platform)}`, { active })).then(
      (row) => {
        if (going.current.get(platform) !== state || !row) return;
        update(platform, row);
        onChanged();
      },
      (error) => {
        if (going.current.get(platform) !== state) return;
        update(platform, { active: state.was });
        toast(t(active ? 'authkit.not-shown' : 'authkit.not-hidden', { name: rows.find((row) => row.platform === platform)?.title ?? platform, error: explain(error) }), { tone: 'danger' });
      },
    ).finally(() => {
      if (going.current.get(platform) !== state) return;
      going.current.delete(platform);
      setBusy((now) => new Set([...now].filter((each) => each !== platform)));
    });
  };
  return html`
    <div class="integrations">${rows.slice(0, limit).map((row) => html`<${Card} key=${row.platform} row=${row} busy=${busy.has(row.platform)} reason=${reason} onOpen=${open} onSwitch=${toggle} />`)}</div>
    <div ref=${end}><${More} hasMore=${limit < rows.length} onMore=${() => setLimit(limit + step)} count=${Math.min(limit, rows.length)} /></div>`;
}

const step = 36;

/* Calls `act` when the element comes near to what is seen, for as long as `wanted`. */
function useNear(act, wanted) {
  const element = useRef(null);
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    if (!wanted) return undefined;
    const watcher = new IntersectionObserver((seen) => seen.some(({ isIntersecting }) => isIntersecting) && latest.current(), { rootMargin: '600px' });
    watcher.observe(element.current);
    return () => watcher.disconnect();
  }, [wanted]);
  return element;
}
