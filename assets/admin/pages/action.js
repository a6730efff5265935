import { html } from '../../vendor/preact.js';
import { Copyable } from '../../kit/copy.js';
import { Document } from '../../kit/document.js';
import { Facts, Section } from '../../kit/header.js';
import { Icon } from '../../kit/icons.js';
import { Loaded } from '../../kit/load.js';
import { Method } from '../../kit/method.js';
import { PlatformIcon } from '../../kit/platform-icon.js';
import { SkeletonLines } from '../../kit/skeleton.js';
import { Chips } from '../../kit/tags.js';
import { fillPath, writeHash } from '../../lib/router.js';
import { useApp, useConnectors, useLoad } from '../context.js';
import { Page } from '../parts/page.js';
import { Params } from '../parts/tools-params.js';
import { ActionSnippets } from '../parts/tools-snippets.js';

export default function Action({ params }) {
  const { t, explain, root } = useApp();
  const { platform, actionId } = params;
  const connector = useConnectors().value?.byPlatform.get(platform);
  const loaded = useLoad(async (api, signal) => {
    const [action, { rows }] = await Promise.all([
      api.get(`/v1/actions/${encodeURIComponent(actionId)}`, { signal }),
      api.get('/v1/knowledge', { query: { _id: actionId, limit: 1 }, signal }),
    ]);
    return { action: { ...action, id: action.id ?? action.systemId ?? actionId, params: action.params ?? [] }, knowledge: rows[0]?.knowledge ?? '' };
  }, [actionId]);
  const name = connector?.name ?? platform;
  const back = { href: `#${fillPath('/tools/:platform', { platform })}`, label: name };
  const mark = html`<${PlatformIcon} large src=${`${root}icons/${encodeURIComponent(platform)}.svg`} title=${name} />`;
  const go = html`<a class="button primary" href=${writeHash('/playground', { action: actionId })}><${Icon} name="play" />${t('action.try')}</a>`;
  return html`
    <${Page} title=${loaded.value?.action.title ?? t('action.loading')} key=${loaded.value ? 'full' : 'empty'} back=${back} mark=${mark} actions=${loaded.value && go}>
      <${Loaded} of=${loaded} explain=${explain} skeleton=${html`<${SkeletonLines} count=${8} />`}>${(value) => html`<${Full} ...${value} />`}<//>
    <//>`;
}

function Full({ action, knowledge }) {
  const { t } = useApp();
  const facts = [
    [t('action.request'), html`<span class="row-of"><${Method} method=${action.method} /><code dir="ltr">${action.path}</code></span>`],
    [t('action.id'), html`<${Copyable} text=${action.id} label=${t('action.id.copy')} />`],
    [t('action.tags'), action.tags?.length > 0 && html`<${Chips} values=${action.tags} />`],
    [t('action.scopes'), action.scopes?.length > 0 && html`<span class="stack-small">${action.scopes.map((scope) => html`<code key=${scope} dir="ltr">${scope}</code>`)}</span>`],
    [t('action.kind'), action.contentType && html`<code dir="ltr">${action.contentType}</code>`],
  ].filter(([, value]) => value);
  return html`
    <div class="action-page">
      <div class="stack action-main">
        <div class="panel"><${Facts} facts=${facts} /></div>
        <${Section} title=${t('action.params')}>
          ${action.params.length > 0 ? html`<${Params} params=${action.params} />` : html`<p class="quiet">${t('action.params.none')}</p>`}
        <//>
        ${action.answer?.length > 0 && html`<${Answer} fields=${action.answer} />`}
      </div>
      <div class="action-side">
        <${Section} title=${t('action.call')} lead=${t('action.call.lead')}><${ActionSnippets} action=${action} /><//>
      </div>
    </div>
    ${knowledge && html`<${Section} title=${t('action.knowledge')} lead=${t('action.knowledge.lead')}><div class="panel"><${Document} text=${knowledge} title=${action.title} /></div><//>`}`;
}

function Answer({ fields }) {
  const { t } = useApp();
  return html`
    <${Section} title=${t('action.answer')}>
      <details class="panel more-fields"><summary>${t('action.answer.fields', { count: fields.length })}</summary>
        <ul class="answer-fields">${fields.map(({ name, type }) => html`<li key=${name}><code dir="ltr">${name}</code> <span class="quiet small">${type ?? 'string'}</span></li>`)}</ul>
      </details>
    <//>`;
}
