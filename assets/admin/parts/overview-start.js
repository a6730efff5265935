import { html } from '../../vendor/preact.js';
import { Snippets } from '../../kit/code.js';
import { Section } from '../../kit/header.js';
import { useApp, useKept } from '../context.js';
import { mcpSettings, requestSnippets } from '../snippets.js';

/** Four steps from nothing to a first call, with the addresses and names of this server. */
export function QuickStart({ platform, connectionKey, path }) {
  const { t, session, environment, root } = useApp();
  const [language, setLanguage] = useKept('language', 'curl');
  const base = (session.publicUrl || root).replace(/\/$/, '');
  const headers = { 'x-pica-secret': '$MAGPIE_KEY', 'x-pica-connection-key': connectionKey ?? `${environment}::${platform}::default::…` };
  const snippets = [
    ...requestSnippets({ url: `${base}/v1/passthrough${path ?? '/…'}`, headers }),
    { key: 'mcp', label: 'MCP', text: mcpSettings(`${base}/mcp`), note: t('start.mcp') },
  ];
  return html`
    <${Section} title=${t('start.title')} lead=${t('start.lead')}>
      <div class="start panel">
        <ol class="steps">
          <li><h3><a href="#/keys?add=1">${t('start.key')}</a></h3><p class="quiet small">${t('start.key.text')}</p></li>
          <li><h3><a href="#/authkit">${t('start.authkit')}</a></h3><p class="quiet small">${t('start.authkit.text')}</p></li>
          <li><h3><a href="#/connections?add=1">${t('start.connect')}</a></h3><p class="quiet small">${t('start.connect.text')}</p></li>
          <li><h3><a href="#/playground">${t('start.try')}</a></h3><p class="quiet small">${t('start.try.text')}</p></li>
        </ol>
        <${Snippets} label=${t('start.call')} snippets=${snippets} value=${language} onValue=${setLanguage} />
      </div>
    <//>`;
}
