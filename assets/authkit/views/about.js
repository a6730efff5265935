import { html } from '../../vendor/preact.js';
import { ViewHeading } from '../../kit/heading.js';
import { Icon } from '../../kit/icons.js';
import { Markdown } from '../../kit/markdown.js';
import { PlatformIcon } from '../../kit/platform-icon.js';
import { safeLink } from '../../lib/markdown.js';
import { useApp } from '../context.js';

/** What a connector is, and who will be able to use it. */
export function About({ connector, headingId, connection, own }) {
  const { t, company } = useApp();
  const { title, description, image } = connector;
  const account = own?.account || own?.name;
  return html`
    <div class="about">
      <${PlatformIcon} src=${image} title=${title} large />
      <${ViewHeading} id=${headingId}>${t(connection ? 'connect.again' : 'connect.title', { title })}<//>
      ${connection
        ? html`<p class="quiet">${account ? t('connect.account', { account }) : t('connect.renew')}</p>`
        : description && html`<p class="quiet">${description}</p>`}
      <p class="quiet">${t('connect.who', { company, title })}</p>
    </div>`;
}

/** What access will be asked for, in words; the provider's own name beside them for those who know it. */
export function Scopes({ scopes }) {
  const { t } = useApp();
  if (scopes.length === 0) return null;
  const first = scopes.length > 5 ? scopes.slice(0, 4) : scopes;
  const rest = scopes.slice(first.length);
  return html`
    <section class="scopes">
      <h2>${t('connect.scopes')}</h2>
      <ul>${first.map(scope)}</ul>
      ${rest.length > 0 && html`<details><summary>${t('connect.scopes.more', { count: rest.length })}</summary><ul>${rest.map(scope)}</ul></details>`}
    </section>`;
}

function scope({ name, description }) {
  return html`
    <li key=${name}>
      <${Icon} name="check" />
      <div>
        <span>${description || name}</span>
        ${description && html`<span class="quiet small" dir="ltr">${name}</span>`}
      </div>
    </li>`;
}

/** How a person gets a key. */
export function Guide({ connector }) {
  const { t } = useApp();
  const docs = connector.docs && safeLink(connector.docs);
  if (!connector.guide?.trim()) return null;
  return html`
    <details class="guide">
      <summary>${t('connect.guide', { title: connector.title })}</summary>
      <${Markdown} text=${connector.guide} />
      ${docs && html`<p><a class="small" href=${docs} target="_blank" rel="noopener noreferrer">${t('connect.docs', { title: connector.title })}</a></p>`}
    </details>`;
}
