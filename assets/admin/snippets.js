const json = (value) => JSON.stringify(value, null, 2);

/**
 * The same request in several languages; `key` is a place to put one's own, never a real key. `parts` are pairs of a name and a text
 * or file, in the place of a body; a body may be a file too. Of a file only the name is said.
 */
export function requestSnippets({ url, method = 'GET', headers = {}, body, parts }) {
  return [
    { key: 'curl', label: 'curl', text: curl(url, method, headers, body, parts) },
    { key: 'node', label: 'Node', text: node(url, method, headers, body, parts) },
    { key: 'python', label: 'Python', text: python(url, method, headers, body, parts) },
  ];
}

const isFile = (value) => value instanceof Blob;

/* A secret comes from the environment: what is copied into a program must not hold one. */
const secret = /^\$(\w+)$/;

const quoted = (text) => `'${String(text).replaceAll("'", "'\\''")}'`;

export function curl(url, method, headers, body, parts) {
  const lines = [`curl ${method === 'GET' ? '' : `-X ${method} `}${quoted(url)}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`-H ${secret.test(value) ? `"${name}: ${value}"` : quoted(`${name}: ${value}`)}`);
  // curl itself quotes a name that is between double quotes, and reads a text that begins with @ as one.
  for (const [name, value] of parts ?? []) lines.push(isFile(value) ? `-F ${quoted(`${name}=@"${value.name.replace(/["\\]/g, '\\$&')}"`)}` : `--form-string ${quoted(`${name}=${value}`)}`);
  if (isFile(body)) lines.push(`--data-binary ${quoted(`@${body.name}`)}`);
  else if (body !== undefined) lines.push(`--data-raw ${quoted(typeof body === 'string' ? body : json(body))}`);
  return lines.join(' \\\n  ');
}

function node(url, method, headers, body, parts) {
  const values = Object.entries(headers).map(([name, value]) => `    '${name}': ${secret.test(value) ? `process.env.${secret.exec(value)[1]}` : JSON.stringify(value)},`);
  const opened = (file) => `await openAsBlob(${JSON.stringify(file.name)})`;
  const part = ([name, value]) => `form.append(${JSON.stringify(name)}, ${isFile(value) ? `${opened(value)}, ${JSON.stringify(value.name)}` : JSON.stringify(value)});`;
  const said = parts ? 'form' : isFile(body) ? opened(body) : typeof body === 'string' ? JSON.stringify(body) : `JSON.stringify(${json(body)?.replaceAll('\n', '\n  ')})`;
  return [
    ...([body, ...(parts ?? []).map(([, value]) => value)].some(isFile) ? ["import { openAsBlob } from 'node:fs';", ''] : []),
    ...(parts ? ['const form = new FormData();', ...parts.map(part)] : []),
    `const response = await fetch(${JSON.stringify(url)}, {`,
    ...(method === 'GET' ? [] : [`  method: '${method}',`]),
    '  headers: {', ...values, '  },',
    ...(body === undefined && !parts ? [] : [`  body: ${said},`]),
    '});', 'const answer = await response.json();',
  ].join('\n');
}

function python(url, method, headers, body, parts) {
  const values = Object.entries(headers).map(([name, value]) => `        "${name}": ${secret.test(value) ? `os.environ["${secret.exec(value)[1]}"]` : JSON.stringify(value)},`);
  const opened = (file) => `open(${JSON.stringify(file.name)}, "rb")`;
  const part = ([name, value]) => `        (${JSON.stringify(name)}, ${isFile(value) ? opened(value) : `(None, ${JSON.stringify(value)})`}),`;
  const said = isFile(body) ? `data=${opened(body)}` : typeof body === 'string' ? `data=${JSON.stringify(body)}` : `json=${literal(body)?.replaceAll('\n', '\n    ')}`;
  return [
    'import os', 'import requests', '', 'response = requests.request(', `    "${method}",`, `    ${JSON.stringify(url)},`,
    '    headers={', ...values, '    },',
    ...(parts ? ['    files=[', ...parts.map(part), '    ],'] : body === undefined ? [] : [`    ${said},`]),
    ')', 'print(response.status_code, response.json())',
  ].join('\n');
}

/* JSON is Python but for three words; those only where they are no part of a text. */
const literal = (value) => json(value)?.replace(/"(?:[^"\\]|\\.)*"|\b(?:true|false|null)\b/g, (found) => ({ true: 'True', false: 'False', null: 'None' })[found] ?? found);

/** How an agent's program is told of the MCP server. */
export const mcpSettings = (url, key = '<your key>') => json({ mcpServers: { magpie: { type: 'http', url, headers: { 'x-pica-secret': key } } } });
