import { html } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { Icon } from '../../kit/icons.js';
import { Notice } from '../../kit/notice.js';
import { PlatformIcon } from '../../kit/platform-icon.js';
import { Spinner } from '../../kit/spinner.js';
import { State } from '../../kit/empty.js';
import { headingId, useApp } from '../context.js';

/* The sign that sits on the platform's icon; while waiting it turns. */
const signs = {
  blocked: ['window', 'warning'],
  closed: ['window', 'warning'],
  denied: ['close', 'warning'],
  failed: ['warning', 'danger'],
  expired: ['clock', 'warning'],
};

/** While the person is at the provider, and how that ended if it did not end well. */
export function Waiting({ connector, flow }) {
  const { t } = useApp();
  const { state, message } = flow;
  const shown = state === 'starting' || state === 'offline' ? 'waiting' : state;
  const { title } = connector;
  return html`
    <div class="view">
      <${State} headingId=${headingId} title=${t(`flow.${shown}.title`, { title })} actions=${html`<${Actions} shown=${shown} flow=${flow} title=${title} />`}
        figure=${html`<${Figure} connector=${connector} sign=${signs[shown]} />`}>
        <p>${t(`flow.${shown}.text`, { title })}</p>
        ${message && html`<p class="said">${t('trouble.said', { message })}</p>`}
        ${state === 'offline' && html`<${Notice} tone="warning">${t('flow.offline')}<//>`}
      <//>
    </div>`;
}

function Figure({ connector, sign }) {
  return html`
    <div class="figure-pair">
      <${PlatformIcon} src=${connector.image} title=${connector.title} large />
      <span class="sign ${sign?.[1] ?? ''}">${sign ? html`<${Icon} name=${sign[0]} />` : html`<${Spinner} />`}</span>
    </div>`;
}

function Actions({ shown, flow, title }) {
  const { t } = useApp();
  if (shown === 'waiting') {
    return html`
      <${Button} icon="window" onClick=${flow.focus}>${t('flow.show')}<//>
      <${Button} kind="quiet" onClick=${flow.cancel}>${t('flow.cancel')}<//>`;
  }
  return html`
    <${Button} kind="primary" icon="outside" onClick=${flow.start}>${t(shown === 'blocked' ? 'flow.open' : 'again', { title })}<//>
    <${Button} kind="quiet" onClick=${flow.cancel}>${t('back')}<//>`;
}
