import { html, useEffect, useMemo, useRef, useState } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { ViewHeading } from '../../kit/heading.js';
import { useAnnounce } from '../../kit/live.js';
import { Notice } from '../../kit/notice.js';
import { useRoving } from '../../kit/roving.js';
import { SearchField } from '../../kit/search.js';
import { State } from '../../kit/empty.js';
import { byCategory, find, ownConnections } from '../catalogue.js';
import { headingId, useApp } from '../context.js';
import { Body } from './frame.js';
import { ConnectorRow, OwnRow } from './row.js';
import { CategoryPicker, categoryName } from './category.js';

/** What is connected already, and what can be: by search, by category, by keyboard. */
export function List({ missing }) {
  const app = useApp();
  const { t, connectors, connections, session, params, memory, go, notice } = app;
  const [query, setQuery] = useState(memory.list.query ?? '');
  const [category, setCategory] = useState(memory.list.category ?? '');
  const own = useMemo(() => ownConnections(session, connections), [session, connections]);
  const found = useMemo(() => find(connectors, { query, category }), [connectors, query, category]);
  const ownShown = query || category ? [] : own;
  const groups = query ? [['', found]] : byCategory(found, (name) => categoryName(t, name));
  const keys = [...ownShown.map(({ id }) => `own:${id}`), ...groups.flatMap(([, items]) => items.map(({ platform }) => platform))];
  const search = useRef(null);
  const roving = useRoving(keys, {
    initial: memory.list.active,
    onActive: (key) => (memory.list.active = key),
    onLeaveUp: () => search.current?.querySelector('input')?.focus(),
  });
  const came = memory.list.left && keys.includes(memory.list.active);
  useEffect(() => {
    memory.list.left = false;
    if (came) roving.focus(memory.list.active);
  }, []);
  useEffect(() => Object.assign(memory.list, { query, category }) && undefined, [query, category]);
  useCount(t, query || category, found.length);
  const open = (key, view) => {
    Object.assign(memory.list, { left: true, active: key });
    go(view);
  };
  const openConnector = ({ platform }) => open(platform, { name: 'connector', platform, connection: null });
  if (connectors.length === 0 && own.length === 0) return html`<${Nothing} />`;
  const connected = new Set(connections.map(({ platform }) => platform));
  return html`
    <${Body} class="list">
      <div class="intro">
        <${ViewHeading} id=${headingId} focus=${!came}>${session.title || params.title || t('list.title')}<//>
        <p class="quiet">${t('list.text', { company: app.company })}</p>
      </div>
      ${missing && html`<${Notice} tone="warning">${t('list.missing', { name: missing })}<//>`}
      ${notice && html`<${Notice} tone=${notice.tone}>${notice.text}<//>`}
      ${connectors.length > 6 && html`
        <div class="tools" ref=${search}>
          <${SearchField} label=${t('list.search')} clearLabel=${t('list.clear')} value=${query} onValue=${setQuery} onLeave=${roving.first}
            onEnter=${() => found[0] && openConnector(found[0])} />
          <${CategoryPicker} connectors=${connectors} value=${category} onValue=${setCategory} />
        </div>`}
      <div ...${roving.list}>
        <${Section} title=${t('list.own')} items=${ownShown} draw=${(each) => html`
          <${OwnRow} key=${each.id} connection=${each} row=${roving.row(`own:${each.id}`)}
            onOpen=${() => open(`own:${each.id}`, { name: 'own', id: each.id })} />`} />
        ${groups.map(([name, items]) => html`
          <${Section} key=${name} title=${query ? t('list.found') : categoryName(t, name)} unseen=${Boolean(query)} items=${items} draw=${(each) => html`
            <${ConnectorRow} key=${each.platform} connector=${each} connected=${connected.has(each.platform)} row=${roving.row(each.platform)} onOpen=${() => openConnector(each)} />`} />`)}
        ${found.length === 0 && html`<${NotFound} query=${query} clear=${() => (setQuery(''), setCategory(''))} />`}
      </div>
    <//>`;
}

function Section({ title, unseen, items, draw }) {
  if (items.length === 0) return null;
  return html`
    <section aria-label=${title}>
      <h2 class=${unseen ? 'unseen' : 'group'}>${title}</h2>
      <ul class="rows">${items.map(draw)}</ul>
    </section>`;
}

/** Says how much was found, once the typing rests. */
function useCount(t, searching, count) {
  const announce = useAnnounce();
  useEffect(() => {
    if (!searching) return undefined;
    const timer = setTimeout(() => announce(t('list.count', { count })), 600);
    return () => clearTimeout(timer);
  }, [searching, count]);
}

function NotFound({ query, clear }) {
  const { t } = useApp();
  return html`
    <div class="not-found">
      <p><strong>${t('list.nothing.title', { query })}</strong></p>
      <p class="quiet">${t('list.nothing.text')}</p>
      <${Button} onClick=${clear}>${t('list.nothing.clear')}<//>
    </div>`;
}

function Nothing() {
  const { t, company, host, restart } = useApp();
  const actions = html`
    <${Button} kind="primary" onClick=${restart}>${t('again')}<//>
    ${host.closed && html`<${Button} onClick=${host.closed}>${t('close')}<//>`}`;
  return html`
    <div class="view">
      <${State} headingId=${headingId} icon="unplugged" title=${t('empty.title')} actions=${actions}>
        <p>${t('empty.text', { company })}</p>
        <details class="builder"><summary>${t('trouble.builder')}</summary><p>${t('empty.builder')}</p></details>
      <//>
    </div>`;
}
