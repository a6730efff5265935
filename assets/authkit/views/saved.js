import { html } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { PlatformIcon } from '../../kit/platform-icon.js';
import { Icon } from '../../kit/icons.js';
import { State } from '../../kit/empty.js';
import { headingId, useApp } from '../context.js';

/** It worked: what is connected now, and the way out. */
export function Saved({ record, platform }) {
  const { t, session, connections, company, host, home, canGoHome, modal } = useApp();
  const connector = session.connectors.find((each) => each.platform === platform);
  const own = connections.find(({ id, key }) => id === (record?._id ?? record?.id) || (key && key === record?.key));
  const named = record?.account || own?.account || record?.name || own?.name;
  const back = modal ? null : webAddress(session.returnUrl);
  const figure = html`
    <div class="figure-pair">
      <${PlatformIcon} src=${connector.image} title=${connector.title} large />
      <span class="sign success"><${Icon} name="check" /></span>
    </div>`;
  const actions = html`
    ${host.closed && html`<${Button} kind="primary" onClick=${host.closed}>${t('done')}<//>`}
    ${back && html`<a class="button primary" href=${back} rel="noopener noreferrer">${t('saved.return', { company })}</a>`}
    ${canGoHome && html`<${Button} kind="quiet" onClick=${() => home()}>${t('saved.more')}<//>`}`;
  return html`
    <div class="view">
      <${State} headingId=${headingId} figure=${figure} title=${t('saved.title', { title: connector.title })} actions=${actions}>
        ${named && html`<p class="account">${named}</p>`}
        <p>${t(modal ? 'saved.text' : 'saved.once', { company, title: connector.title })}</p>
        ${!modal && !back && html`<p>${t('saved.close')}</p>`}
      <//>
    </div>`;
}

/** Where the customer wants the person back: the web, and nothing else. */
function webAddress(address) {
  if (!address || !URL.canParse(address)) return null;
  return /^https?:$/.test(new URL(address).protocol) ? address : null;
}
