import { html, useEffect, useId, useRef, useState } from '../vendor/preact.js';
import { Dialog } from '../kit/dialog.js';
import { Icon } from '../kit/icons.js';
import { useReturnOfFocus } from '../kit/modal.js';
import { PlatformIcon } from '../kit/platform-icon.js';
import { nextIndex } from '../lib/keys.js';
import { search } from '../lib/search.js';
import { useApp, useConnectors, useLater, useLoad } from './context.js';
import { destinations } from './pages.js';

/** One field that leads everywhere: pages, things to do, connectors, connections by their key. */
export function Palette({ onClose, onHelp }) {
  const { t, router } = useApp();
  const id = useId();
  const input = useRef(null);
  const list = useRef(null);
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  useReturnOfFocus();
  useEffect(() => input.current.focus(), []);
  const groups = useGroups(query, onHelp);
  const rows = groups.flatMap(({ rows }) => rows);
  const active = Math.min(at, rows.length - 1);
  useEffect(() => list.current.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' }), [active, query]);
  const choose = (row) => {
    onClose();
    if (row.href) router.go(row.href.slice(1).split('?')[0], Object.fromEntries(new URLSearchParams(row.href.split('?')[1] ?? '')));
    else row.act();
  };
  const press = (event) => {
    if (event.isComposing) return;
    if (event.key === 'Enter' && rows[active]) {
      event.preventDefault();
      choose(rows[active]);
    }
    const next = ['Home', 'End'].includes(event.key) ? null : nextIndex(event.key, active, rows.length);
    if (next === null) return;
    event.preventDefault();
    setAt(next);
  };
  let index = -1;
  return html`
    <${Dialog} class="palette" labelledby="${id}-label" onEscape=${onClose}>
      <div class="palette-field">
        <${Icon} name="search" />
        <label class="unseen" id="${id}-label" for=${id}>${t('palette.label')}</label>
        <input id=${id} ref=${input} role="combobox" aria-expanded="true" aria-controls="${id}-list" aria-autocomplete="list" autocomplete="off" spellcheck=${false}
          aria-activedescendant=${rows[active] ? `${id}-${active}` : undefined} placeholder=${t('palette.placeholder')} value=${query} onKeyDown=${press}
          onInput=${(event) => (setQuery(event.target.value), setAt(0))} />
        <kbd>Esc</kbd>
      </div>
      <div id="${id}-list" ref=${list} class="palette-list" role="listbox" aria-label=${t('palette.label')} tabIndex="-1">
        ${groups.map(({ name, rows }) => html`
          <div key=${name} role="group" aria-label=${t(`palette.${name}`)}>
            <p class="nav-label" aria-hidden="true">${t(`palette.${name}`)}</p>
            ${rows.map((row) => {
              index += 1;
              const own = index;
              return html`<div key=${row.key} id="${id}-${own}" role="option" aria-selected=${String(own === active)} class="palette-row"
                onPointerMove=${() => own !== active && setAt(own)} onClick=${() => choose(row)}>
                ${row.mark ?? html`<${Icon} name=${row.icon} />`}<span class="palette-words" dir="auto">${row.label}</span>${row.note && html`<span class="quiet small">${row.note}</span>`}
              </div>`;
            })}
          </div>`)}
        ${rows.length === 0 && html`<p class="palette-none quiet">${t('palette.none', { query })}</p>`}
      </div>
      <p class="unseen" role="status">${t('palette.count', { count: rows.length })}</p>
    <//>`;
}

function useGroups(query, onHelp) {
  const { t, root, environment, setEnvironment, theme, setTheme } = useApp();
  const connectors = useConnectors();
  const later = useLater(query.trim(), 180);
  const connections = useLoad(async (api, signal) => (later.length < 2 ? [] : (await api.get('/v1/vault/connections', { query: { q: later, limit: 6 }, signal })).rows), [later]);
  const icon = (platform) => html`<${PlatformIcon} src=${`${root}icons/${platform}.svg`} title=${platform} />`;
  const pages = destinations.map(({ name, path, icon, keys }) => ({ key: name, label: t(`nav.${name}`), href: `#${path}`, icon, note: keys }));
  const other = environment === 'live' ? 'test' : 'live';
  const actions = [
    { key: 'new-connection', label: t('palette.add-connection'), icon: 'plus', href: '#/connections?add=1' },
    { key: 'new-key', label: t('palette.add-key'), icon: 'key', href: '#/keys?add=1' },
    { key: 'playground', label: t('nav.playground'), icon: 'play', href: '#/playground' },
    { key: 'import', label: t('palette.import'), icon: 'upload', href: '#/tools/import' },
    { key: 'environment', label: t(`palette.to-${other}`), icon: 'bolt', act: () => setEnvironment(other) },
    { key: 'theme', label: t(theme === 'dark' ? 'palette.light' : 'palette.dark'), icon: theme === 'dark' ? 'sun' : 'moon', act: () => setTheme(theme === 'dark' ? 'light' : 'dark') },
    { key: 'account', label: t('person.account'), icon: 'person', href: '#/account' },
    { key: 'help', label: t('keys.title'), icon: 'keyboard', act: onHelp },
  ];
  const words = ({ label }) => [label];
  const found = query ? search(connectors.value?.rows ?? [], query, ({ name, platform, category }) => [name, platform, category]).slice(0, 8) : [];
  return [
    { name: 'pages', rows: search(pages, query, words) },
    { name: 'connections', rows: later.length < 2 || !query ? [] : (connections.value ?? []).map((row) => ({ key: row.id ?? row.key, label: row.key, mark: icon(row.platform), note: row.identity ?? row.name, href: `#/connections/${encodeURIComponent(row.id)}` })) },
    { name: 'connectors', rows: found.map(({ platform, name, category }) => ({ key: platform, label: name, mark: icon(platform), note: category, href: `#/tools/${encodeURIComponent(platform)}` })) },
    { name: 'actions', rows: search(actions, query, words) },
  ].filter(({ rows }) => rows.length > 0);
}
