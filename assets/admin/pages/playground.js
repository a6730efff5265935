import { html, useState } from '../../vendor/preact.js';
import { Badge } from '../../kit/badge.js';
import { Section } from '../../kit/header.js';
import { Icon } from '../../kit/icons.js';
import { Blank, Loaded } from '../../kit/load.js';
import { Method } from '../../kit/method.js';
import { SkeletonLines } from '../../kit/skeleton.js';
import { Time } from '../../kit/time.js';
import { fillPath } from '../../lib/router.js';
import { useApp, useLoad } from '../context.js';
import { Page } from '../parts/page.js';
import { Request } from '../parts/playground-form.js';
import { PickAction, PickConnection } from '../parts/playground-pick.js';
import { forgetRequests, keepRequest, pastRequests } from '../parts/playground-send.js';

export default function Playground({ query }) {
  const { t, router, explain, environment } = useApp();
  const [past, setPast] = useState(() => pastRequests(environment));
  const [begin, setBegin] = useState(query.path ? { path: query.path } : null);
  const [turn, setTurn] = useState(0);
  const action = useLoad(async (api, signal) => {
    if (!query.action) return null;
    const found = await api.get(`/v1/actions/${encodeURIComponent(query.action)}`, { signal });
    return { ...found, id: found.id ?? found.systemId ?? query.action, params: found.params ?? [] };
  }, [query.action]);
  const connection = useLoad(async (api, signal) => {
    if (!query.connection) return null;
    const { rows } = await api.get('/v1/vault/connections', { query: { q: query.connection, limit: 20 }, signal });
    return rows.find(({ key }) => key === query.connection) ?? null;
  }, [query.connection]);
  const wanted = action.value?.id && query.action ? action.value : null;
  const whose = query.connection ? connection.value : null;
  const isOther = wanted && whose && wanted.platform !== whose.platform;
  const chooseAction = (row) => (setBegin(null), router.setQuery({ action: row?.value, path: null, ...(row && whose && row.platform !== whose.platform ? { connection: null } : {}) }));
  const repeat = (entry) => {
    setBegin({ values: entry.values, raw: entry.raw });
    setTurn(turn + 1);
    router.setQuery({ action: entry.action, connection: entry.connection, path: null });
    window.scrollTo(0, 0);
  };
  return html`
    <${Page} title=${t('nav.playground')} lead=${t('play.lead', { environment: t(`environment.${environment}`) })} back=${{ href: '#/tools', label: t('nav.tools') }}
      badges=${environment === 'live' && html`<${Badge} tone="warning">${t('play.live')}<//>`}>
      <div class="panel play-pick">
        <${PickAction} action=${wanted} platform=${whose && !wanted ? whose.platform : undefined} onChoose=${chooseAction} />
        <${PickConnection} connection=${whose} platform=${wanted?.platform} onChoose=${(row) => router.setQuery({ connection: row?.value })}
          error=${isOther ? t('play.connection.other') : query.connection && connection.state === 'ready' && !connection.busy && !whose ? t('play.connection.gone') : undefined} />
        ${wanted && html`<p class="row-of small play-about"><${Method} method=${wanted.method} /><code dir="ltr">${wanted.path}</code><a href=${`#${fillPath('/tools/:platform/:id', { platform: wanted.platform, id: wanted.id })}`}>${t('play.about')}</a></p>`}
      </div>
      <${Loaded} of=${action} explain=${explain} skeleton=${html`<${SkeletonLines} count=${6} />`}>${(value) => (value && query.action
        ? html`<${Request} key=${`${value.id} ${turn}`} action=${value} connection=${isOther ? null : whose} begin=${begin} onSent=${(entry) => setPast(keepRequest(environment, entry))} />`
        : html`<${Blank} icon="play" title=${t('play.empty')}><p>${t('play.empty.text')}</p><//>`)}<//>
      ${past.length > 0 && html`<${Past} rows=${past} repeat=${repeat} forget=${() => (forgetRequests(environment), setPast([]))} />`}
    <//>`;
}

function Past({ rows, repeat, forget }) {
  const { t, format } = useApp();
  return html`
    <${Section} title=${t('play.past')} lead=${t('play.past.lead')} actions=${html`<button type="button" class="button quiet small" onClick=${forget}>${t('play.past.forget')}</button>`}>
      <ul class="past-list">
        ${rows.map((row) => html`
          <li key=${row.at}><button type="button" onClick=${() => repeat(row)}>
            <${Method} method=${row.method} /><span class="past-words"><span dir="auto">${row.title}</span><code class="small quiet" dir="ltr">${row.path}</code></span>
            <span class="status"><span class="dot ${row.status < 300 ? 'success' : row.status < 500 ? 'warning' : 'danger'}"></span>${row.status || t('play.redirect')}</span>
            <span class="quiet small">${format.duration(row.ms)}</span><span class="quiet small"><${Time} value=${row.at} /></span><${Icon} name="refresh" />
          </button></li>`)}
      </ul>
    <//>`;
}
