import { html, useEffect, useRef, useState } from '../../vendor/preact.js';
import { Badge } from '../../kit/badge.js';
import { Button } from '../../kit/button.js';
import { ViewHeading } from '../../kit/heading.js';
import { useAnnounce } from '../../kit/live.js';
import { Notice } from '../../kit/notice.js';
import { PlatformIcon } from '../../kit/platform-icon.js';
import { ownConnections, toneOf } from '../catalogue.js';
import { headingId, useApp, useBack } from '../context.js';
import { reason } from '../reason.js';
import { Body } from './frame.js';
import { stateKey } from './row.js';

/** One of one's own connections: how it does, renewing it, and giving it up. */
export function Own({ id }) {
  const { t, session, connections, connectors, go } = useApp();
  const [asking, ask] = useState(null);
  const question = useRef(null);
  // Who keeps the connection is back where the question came from.
  useEffect(() => void (asking === false && question.current?.querySelector('.warns')?.focus()), [asking]);
  const [shownOnce] = useState(() => ownConnections(session, connections).find((each) => each.id === id));
  const connection = ownConnections(session, connections).find((each) => each.id === id) ?? shownOnce;
  const { connector, title, name, account, state, stateReason, createdAt } = connection;
  const canRenew = connectors.some(({ platform }) => platform === connection.platform);
  const broken = state === 'failed' || state === 'degraded';
  const renew = () => go({ name: 'connector', platform: connection.platform, connection: id });
  const footer = !asking && html`
    ${canRenew && html`<${Button} kind=${broken ? 'primary' : ''} class="wide" onClick=${renew}>${t('own.renew')}<//>`}
    <div ref=${question}><${Button} kind="quiet warns" class="wide" onClick=${() => ask(true)}>${t('own.disconnect')}<//></div>`;
  return html`
    <${Body} footer=${footer}>
      <div class="connector">
        <div class="about">
          <${PlatformIcon} src=${connector?.image} title=${title} large />
          <${ViewHeading} id=${headingId}>${title}<//>
          <${Badge} tone=${toneOf(state)}>${t(stateKey(state))}<//>
        </div>
        ${broken && html`<${Notice} tone=${toneOf(state)} title=${t(`own.${state}`)}>${stateReason}<//>`}
        <dl class="facts">
          <${Fact} name=${t('own.account')} value=${account} />
          <${Fact} name=${t('own.name')} value=${name} />
          <${Fact} name=${t('own.since')} value=${day(createdAt, t.lang)} />
        </dl>
        ${asking && html`<${Confirm} connection=${connection} keep=${() => ask(false)} />`}
      </div>
    <//>`;
}

function Fact({ name, value }) {
  return value ? html`<div><dt class="quiet">${name}</dt><dd>${value}</dd></div>` : null;
}

function day(time, lang) {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? '' : new Intl.DateTimeFormat(lang, { dateStyle: 'long' }).format(date);
}

/** Names what will be gone and what follows, before it is done. */
function Confirm({ connection, keep }) {
  const { t, company, call, refresh, home } = useApp();
  const announce = useAnnounce();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const { id, title, account, name } = connection;
  useBack(busy ? null : keep);
  const disconnect = async () => {
    setBusy(true);
    try {
      const { revocation } = (await call(`connections/${encodeURIComponent(id)}`, { method: 'DELETE' })) ?? {};
      await refresh();
      const key = revocation === 'failed' || revocation === 'unsupported' ? 'own.gone.kept' : 'own.gone';
      home({ tone: 'success', text: t(key, { title }) });
      announce(t(key, { title }));
    } catch (error) {
      setError(reason(t, error));
      setBusy(false);
    }
  };
  const actions = html`
    <${Button} kind="danger" busy=${busy} onClick=${disconnect}>${t('own.disconnect')}<//>
    <${Button} onClick=${keep}>${t('own.keep')}<//>`;
  return html`
    <div class="confirm" role="group" aria-labelledby="confirm-heading">
      <${ViewHeading} level=${2} id="confirm-heading">${t('own.ask', { what: account || name || title })}<//>
      <p>${t('own.consequence', { company, title })}</p>
      ${error && html`<${Notice} tone="danger" role="alert">${error}<//>`}
      <div class="actions">${actions}</div>
    </div>`;
}
