// The published MCP client against a running server, and what tests of it share.
import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

export const url = process.env.MAGPIE_URL;
export const key = process.env.MAGPIE_TEST_KEY;

/** A client over HTTP; `headers` say who it is, `path` which toolset. */
export async function overHttp({ path = "/mcp", headers = { authorization: `Bearer ${key}` } } = {}) {
  const transport = new StreamableHTTPClientTransport(new URL(url + path), { requestInit: { headers } });
  return connected(transport);
}

/** A client of `magpie mcp`, with what the program says on stderr in `said`. */
export async function overStdio({ at = url, args = [], env = { MAGPIE_API_KEY: key } } = {}) {
  const command = process.env.MAGPIE_BIN;
  const transport = new StdioClientTransport({ command, args: ["mcp", "--url", at, ...args], env, stderr: "pipe" });
  transport.stderr.on("data", (data) => (transport.said = (transport.said ?? "") + data));
  return connected(transport);
}

async function connected(transport) {
  const client = new Client({ name: "tests", version: "1.0.0" });
  try {
    await client.connect(transport);
  } catch (error) {
    error.said = transport.said;
    throw error;
  }
  return client;
}

/** Calls a tool that has to work, and gives its structured content, or its text. */
export async function call(client, name, args = {}) {
  const result = await client.callTool({ name, arguments: args });
  assert.equal(result.isError ?? false, false, JSON.stringify(result.content));
  return told(result);
}

/** Calls a tool that has to fail, and gives what the model is told. */
export async function refused(client, name, args = {}) {
  const result = await client.callTool({ name, arguments: args });
  assert.equal(result.isError, true, JSON.stringify(result.content));
  return told(result);
}

function told(result) {
  const text = result.content.map((block) => block.text).join("\n");
  if (result.structuredContent === undefined) return text;
  // Whoever reads only text reads the same.
  assert.deepEqual(JSON.parse(text), result.structuredContent);
  return result.structuredContent;
}

/** A call of the server's own API. */
export async function api(method, path, body, as = key) {
  const headers = { "x-pica-secret": as, "content-type": "application/json" };
  const answer = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) });
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
}

/** Makes a connection, and gives its key. */
export async function connect(platform, authFormData, more = {}) {
  const connection = await api("POST", "/v1/vault/connections", { platform, authFormData, ...more });
  return connection.key;
}
