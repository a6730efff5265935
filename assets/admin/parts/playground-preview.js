import { html } from '../../vendor/preact.js';
import { Snippets } from '../../kit/code.js';
import { hasBody } from './playground-send.js';
import { useApp, useKept } from '../context.js';
import { requestSnippets } from '../snippets.js';

/** The request as it would be sent now: as it is, and for programs. No secret is in it: the connection's are added on the server. */
export function Preview({ request, connectionKey, actionId }) {
  const { t, format, session, root } = useApp();
  const [shape, setShape] = useKept('playground.shape', 'http');
  const base = (session.publicUrl || root).replace(/\/$/, '');
  const own = { 'x-pica-connection-key': connectionKey ?? t('play.preview.connection'), 'x-pica-action-id': actionId };
  const headers = { 'x-pica-secret': '$MAGPIE_KEY', ...own, ...Object.fromEntries(request.headers) };
  const body = hasBody(request.method) ? request.text : undefined;
  const parts = hasBody(request.method) ? request.parts : undefined;
  const pretty = body !== undefined && typeof request.body === 'object' && /json/.test(request.kind) ? request.body : body;
  const shown = (value) => (value instanceof Blob ? `${value.name} (${format.bytes(value.size)})` : value);
  const lines = [`${request.method} ${request.path}`, ...Object.entries({ ...own, ...Object.fromEntries(request.headers) }).map(([name, value]) => `${name}: ${value}`)];
  if (parts) lines.push(`content-type: ${request.kind}`, '', ...parts.map(([name, value]) => `${name}: ${shown(value)}`));
  else if (body !== undefined) lines.push('', body instanceof Blob ? shown(body) : typeof pretty === 'string' ? pretty : JSON.stringify(pretty, null, 2));
  const snippets = [
    { key: 'http', label: t('play.preview.http'), text: lines.join('\n') },
    ...requestSnippets({ url: `${base}/v1/passthrough${request.path}`, method: request.method, headers, body: pretty, parts }),
  ];
  return html`<${Snippets} label=${t('play.preview')} snippets=${snippets} value=${shape} onValue=${setShape} />`;
}
