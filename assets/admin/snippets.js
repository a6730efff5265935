const json = (value) => JSON.stringify(value, null, 2);

/** The same request in several languages; `key` is a place to put one's own, never a real key. */
export function requestSnippets({ url, method = 'GET', headers = {}, body }) {
  return [
    { key: 'curl', label: 'curl', text: curl(url, method, headers, body) },
    { key: 'node', label: 'Node', text: node(url, method, headers, body) },
    { key: 'python', label: 'Python', text: python(url, method, headers, body) },
  ];
}

/* A secret comes from the environment: what is copied into a program must not hold one. */
const secret = /^\$(\w+)$/;

const quoted = (text) => `'${String(text).replaceAll("'", "'\\''")}'`;

export function curl(url, method, headers, body) {
  const lines = [`curl ${method === 'GET' ? '' : `-X ${method} `}${quoted(url)}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`-H ${secret.test(value) ? `"${name}: ${value}"` : quoted(`${name}: ${value}`)}`);
  if (body !== undefined) lines.push(`--data ${quoted(typeof body === 'string' ? body : json(body))}`);
  return lines.join(' \\\n  ');
}

function node(url, method, headers, body) {
  const values = Object.entries(headers).map(([name, value]) => `    '${name}': ${secret.test(value) ? `process.env.${secret.exec(value)[1]}` : JSON.stringify(value)},`);
  return [
    `const response = await fetch(${JSON.stringify(url)}, {`,
    ...(method === 'GET' ? [] : [`  method: '${method}',`]),
    '  headers: {', ...values, '  },',
    ...(body === undefined ? [] : [`  body: ${typeof body === 'string' ? JSON.stringify(body) : `JSON.stringify(${json(body).replaceAll('\n', '\n  ')})`},`]),
    '});', 'const answer = await response.json();',
  ].join('\n');
}

function python(url, method, headers, body) {
  const values = Object.entries(headers).map(([name, value]) => `        "${name}": ${secret.test(value) ? `os.environ["${secret.exec(value)[1]}"]` : JSON.stringify(value)},`);
  const isText = typeof body === 'string';
  return [
    'import os', 'import requests', '', 'response = requests.request(', `    "${method}",`, `    ${JSON.stringify(url)},`,
    '    headers={', ...values, '    },',
    ...(body === undefined ? [] : [`    ${isText ? 'data' : 'json'}=${isText ? JSON.stringify(body) : literal(body).replaceAll('\n', '\n    ')},`]),
    ')', 'print(response.status_code, response.json())',
  ].join('\n');
}

/* JSON is Python but for three words; those only where they are no part of a text. */
const literal = (value) => json(value).replace(/"(?:[^"\\]|\\.)*"|\b(?:true|false|null)\b/g, (found) => ({ true: 'True', false: 'False', null: 'None' })[found] ?? found);

/** How an agent's program is told of the MCP server. */
export const mcpSettings = (url, key = '<your key>') => json({ mcpServers: { magpie: { type: 'http', url, headers: { 'x-pica-secret': key } } } });
