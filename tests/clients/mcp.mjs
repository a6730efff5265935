// The published MCP client, unchanged, against a running server: over HTTP, and through `magpie mcp`.
//
//   MAGPIE_URL=http://127.0.0.1:3005 MAGPIE_TEST_KEY=sk_test_… MAGPIE_LIVE_KEY=sk_live_… MAGPIE_BIN=… node mcp.mjs
//
// Prints one line of JSON: the names of the claims that hold, and those that do not with the reason.
import assert from "node:assert/strict";
import { tryClaims } from "./lib/claims.mjs";
import { api, call, connect, key, overHttp, overStdio, refused, url } from "./lib/mcp.mjs";

const names = [
  "list_connections",
  "list_connectors",
  "search_actions",
  "get_action_knowledge",
  "execute_action",
  "get_connect_link",
  "get_approval",
];
const token = { ACCESS_TOKEN: "token-1" };
const keys = {
  gmail: await connect("gmail", token, { identity: "user_1", identityType: "user" }),
  github: await connect("github", token, { identity: "user_2" }),
  stripe: await connect("stripe", { STRIPE_API_KEY: "sk_test_hunter2" }),
};
const client = await overHttp();

async function actionId(platform, query) {
  const { actions } = await call(client, "search_actions", { platform, query });
  return actions[0].action_id;
}

/** What both ways of connecting have in common. */
async function works(client) {
  assert.equal(client.getServerVersion().name, "magpie");
  assert.match(client.getInstructions(), /search_actions[^]*get_action_knowledge[^]*execute_action/);
  const { tools } = await client.listTools();
  assert.deepEqual(tools.map((tool) => tool.name), names);
  const { connections } = await call(client, "list_connections", { platform: "stripe" });
  assert.deepEqual(connections.map((row) => row.connection_key), [keys.stripe]);
  const { actions } = await call(client, "search_actions", { platform: "stripe", query: "create a customer" });
  assert.equal(actions[0].path, "/v1/customers");
  const done = await call(client, "execute_action", {
    action_id: actions[0].action_id,
    connection_key: keys.stripe,
    body: { email: "ada@example.com" },
  });
  assert.equal(done.status, 200);
  assert.equal(done.body.email, "ada@example.com");
  const { contents } = await client.readResource({ uri: "magpie://connectors/stripe" });
  assert.match(contents[0].text, /^# Stripe\n/);
}

const claims = {
  async "the client works over HTTP"() {
    await works(client);
  },

  async "the client works through magpie mcp, which says nothing else on stdout"() {
    const piped = await overStdio();
    piped.onerror = (error) => assert.fail(error);
    await works(piped);
    await piped.close();
  },

  async "every tool says what it may do"() {
    const { tools } = await client.listTools();
    for (const { name, annotations, inputSchema } of tools) {
      const changes = ["execute_action", "get_connect_link"].includes(name);
      assert.equal(annotations.readOnlyHint, !changes, name);
      assert.equal(annotations.destructiveHint, name === "execute_action", name);
      assert.equal(inputSchema.type, "object");
    }
  },

  async "connections are listed, latest first, and platform and identity narrow them"() {
    const seen = async (args) =>
      (await call(client, "list_connections", args)).connections.map((row) => row.connection_key);
    assert.deepEqual(await seen({}), [keys.stripe, keys.github, keys.gmail]);
    assert.deepEqual(await seen({ identity: "user_1" }), [keys.gmail]);
    assert.deepEqual(await seen({ platform: "github", identity: "user_1" }), []);
    const { connections } = await call(client, "list_connections", { platform: "gmail" });
    assert.equal(connections[0].state, "operational");
    assert.equal(connections[0].identity, "user_1");
    const { hint } = await call(client, "list_connections", { identity: "nobody" });
    assert.match(hint, /get_connect_link/);
  },

  async "connectors are found by what they are for"() {
    const { connectors, total } = await call(client, "list_connectors", { query: "stripe" });
    assert.equal(connectors[0].platform, "stripe");
    assert.equal(connectors[0].connections, 1);
    assert.ok(connectors[0].actions > 0 && total >= 1);
    const all = await call(client, "list_connectors", { limit: 3 });
    assert.equal(all.connectors.length, 3);
    assert.equal(all.total, (await api("GET", "/v1/available-connectors?limit=1")).total);
  },

  async "a search may go across platforms, and finds no more than it is asked for"() {
    const { actions } = await call(client, "search_actions", { query: "create a customer", limit: 8 });
    assert.equal(actions.length, 8);
    assert.ok(new Set(actions.map((row) => row.platform)).size > 1);
    const none = await call(client, "search_actions", { platform: "gmail", query: "xyzzy plugh" });
    assert.deepEqual(none.actions, []);
    assert.match(none.hint, /other words/);
  },

  async "knowledge says where everything goes"() {
    const id = await actionId("github", "create an issue");
    const knowledge = await call(client, "get_action_knowledge", { action_id: id });
    for (const word of ["# Create an issue", "`owner`", "`title` (body, string, required)", "Path variables", "Body fields"])
      assert.ok(knowledge.includes(word), word);
  },

  async "a dry run shows the request, and no secret"() {
    const shown = await call(client, "execute_action", {
      action_id: await actionId("stripe", "create a customer"),
      connection_key: keys.stripe,
      body: { email: "ada@example.com" },
      dry_run: true,
    });
    assert.match(shown.dry_run, /nothing was sent/);
    assert.equal(shown.method, "POST");
    assert.match(shown.url, /\/v1\/customers$/);
    assert.ok(shown.headers.authorization, JSON.stringify(shown));
    assert.ok(!JSON.stringify(shown).includes("hunter2"), JSON.stringify(shown));
  },

  async "only the fields that are wanted come back"() {
    const done = await call(client, "execute_action", {
      action_id: await actionId("stripe", "create a customer"),
      connection_key: keys.stripe,
      body: { email: "ada@example.com", name: "Ada" },
      fields: ["email"],
    });
    assert.deepEqual(done.body, { email: "ada@example.com" });
  },

  async "an error of the service is told with what to do about it"() {
    const told = await refused(client, "execute_action", {
      action_id: await actionId("stripe", "create a customer"),
      connection_key: keys.stripe,
      body: { email: "ada@example.com" },
      headers: { "x-mock-status": "429", "x-mock-retry-after": "7" },
    });
    assert.equal(told.status, 429);
    assert.equal(told["retry-after"], "7");
    assert.match(told.hint, /wait/);
  },

  async "what is wrong with a call is told in words that say what to change"() {
    const id = await actionId("github", "create an issue");
    const tries = [
      ["search_actions", {}, /`query` is missing/],
      ["search_actions", { query: "x", top: 3 }, /no argument `top`; there are `query`/],
      ["search_actions", { query: "x", platform: "git hub" }, /git hub/],
      ["get_action_knowledge", { actionId: id }, /it is called `action_id`/],
      ["get_action_knowledge", { action_id: "nope" }, /no action|no such action/],
      ["execute_action", { action_id: id }, /connection/],
      ["execute_action", { action_id: id, connection_key: "test::github::default::0" }, /test::github::default::/],
      ["execute_action", { action_id: id, connection_key: keys.stripe }, /github/],
      ["execute_action", { action_id: id, connection_key: keys.github, body: { title: "x" } }, /`owner`/],
      ["execute_action", { action_id: id, connection_key: keys.github, query: "x" }, /`query` must be an object/],
      ["get_approval", { id: "nope" }, /approval/],
      ["get_connect_link", { platform: "nope" }, /nope/],
      ["list_connections", { identity: "x".repeat(200) }, /identity/],
    ];
    for (const [tool, args, wanted] of tries) assert.match(await refused(client, tool, args), wanted);
    await assert.rejects(client.callTool({ name: "nope", arguments: {} }), /no such tool; there are list_connections/);
  },

  async "a connect link leads to a page for that person"() {
    const link = await call(client, "get_connect_link", { platform: "slack", identity: "user_3" });
    assert.ok(link.url.startsWith(`${url}/connect/`), link.url);
    assert.equal((await fetch(link.url)).status, 200);
    const token = new URL(link.url).pathname.split("/").at(-1);
    const body = JSON.stringify({ token });
    const headers = { "content-type": "application/json" };
    const opened = await fetch(`${url}/authkit/api/links/open`, { method: "POST", headers, body });
    const { session } = await opened.json();
    const bearer = { authorization: `Bearer ${session}`, "x-authkit-origin": url };
    const shown = await (await fetch(`${url}/authkit/api/session`, { headers: bearer })).json();
    assert.equal(shown.identity, "user_3");
    assert.deepEqual(shown.connectors.map((row) => row.platform), ["slack"]);
  },

  async "connectors are resources, page by page, and so are actions by their id"() {
    const uris = [];
    let cursor;
    do {
      const page = await client.listResources({ cursor });
      uris.push(...page.resources.map((row) => row.uri));
      cursor = page.nextCursor;
    } while (cursor);
    const { total } = await api("GET", "/v1/available-connectors?limit=1");
    assert.equal(new Set(uris).size, total);
    assert.equal(uris.length, total);
    const { resourceTemplates } = await client.listResourceTemplates();
    assert.deepEqual(
      resourceTemplates.map((row) => row.uriTemplate),
      ["magpie://connectors/{platform}", "magpie://actions/{id}"],
    );
    const id = await actionId("gmail", "send a message");
    const { contents } = await client.readResource({ uri: `magpie://actions/${encodeURIComponent(id)}` });
    assert.equal(contents[0].mimeType, "text/markdown");
    assert.equal(contents[0].text, await call(client, "get_action_knowledge", { action_id: id }));
    for (const uri of ["magpie://connectors/nope", "magpie://actions/nope", "file:///etc/passwd"])
      await assert.rejects(client.readResource({ uri }), /no /);
    await assert.rejects(client.listResources({ cursor: "nope" }), /cursor/);
  },

  async "either header is a key, and without a good one nobody comes in"() {
    const other = await overHttp({ headers: { "x-pica-secret": key } });
    await call(other, "list_connections");
    await other.close();
    for (const headers of [{}, { authorization: "Bearer sk_test_nope" }, { "x-pica-secret": "nope" }])
      await assert.rejects(overHttp({ headers }), /401|Unauthorized|API key/);
  },

  async "magpie mcp tells a client what is wrong with the key, or with the server"() {
    const wrong = { MAGPIE_API_KEY: "sk_test_nope" };
    await assert.rejects(overStdio({ env: wrong }), /API key is not valid/);
    await assert.rejects(overStdio({ args: ["--toolset", "nope"] }), /toolset/);
    await assert.rejects(overStdio({ at: "http://127.0.0.1:1" }), /is Magpie running/);
  },

  async "a key sees its own environment, and its own identity alone"() {
    const live = await overHttp({ headers: { authorization: `Bearer ${process.env.MAGPIE_LIVE_KEY}` } });
    assert.deepEqual((await call(live, "list_connections")).connections, []);
    await live.close();
    const bound = await overHttp({ headers: { authorization: `Bearer ${process.env.MAGPIE_BOUND_KEY}` } });
    const { connections } = await call(bound, "list_connections");
    assert.deepEqual(connections.map((row) => row.connection_key), [keys.gmail]);
    const id = await actionId("github", "create an issue");
    const args = { action_id: id, connection_key: keys.github, path_variables: { owner: "a", repo: "b" }, body: { title: "x" } };
    assert.match(await refused(bound, "execute_action", args), /connect/);
    assert.match(await refused(bound, "get_connect_link", { identity: "user_2" }), /identity/);
    await bound.close();
  },

  async "a key that reads may look, and may not change anything"() {
    const reader = await overHttp({ headers: { authorization: `Bearer ${process.env.MAGPIE_READ_KEY}` } });
    await call(reader, "list_connections");
    const looking = await call(reader, "search_actions", { platform: "stripe", query: "list customers" });
    const listed = { action_id: looking.actions[0].action_id, connection_key: keys.stripe };
    assert.equal((await call(reader, "execute_action", listed)).status, 200);
    const id = await actionId("stripe", "create a customer");
    const args = { action_id: id, connection_key: keys.stripe, body: {} };
    assert.match(await refused(reader, "execute_action", args), /permission|`read`/);
    assert.match(await refused(reader, "get_connect_link", {}), /`write`/);
    await reader.close();
  },

  async "a toolset shows what is in it and nothing else"() {
    await api("POST", "/v1/toolsets", {
      name: "support",
      description: "Reading issues",
      platforms: ["github"],
      access: "read",
    });
    for (const within of [
      await overHttp({ path: "/mcp/support" }),
      await overStdio({ args: ["--toolset", "support"] }),
    ]) {
      const { connections } = await call(within, "list_connections");
      assert.deepEqual(connections.map((row) => row.connection_key), [keys.github]);
      const { connectors } = await call(within, "list_connectors");
      assert.deepEqual(connectors.map((row) => row.platform), ["github"]);
      const { resources } = await within.listResources();
      assert.deepEqual(resources.map((row) => row.name), ["github"]);
      await assert.rejects(within.readResource({ uri: "magpie://connectors/stripe" }), /no such/);
      const { actions } = await call(within, "search_actions", { query: "issue" });
      assert.ok(actions.length > 0 && actions.every((row) => row.platform === "github" && row.method === "GET"));
      const outside = await actionId("stripe", "create a customer");
      await refused(within, "get_action_knowledge", { action_id: outside });
      const writing = await actionId("github", "create an issue");
      const args = { action_id: writing, connection_key: keys.github, path_variables: { owner: "a", repo: "b" }, body: { title: "x" } };
      assert.match(await refused(within, "execute_action", args), /support/);
      await within.close();
    }
    await assert.rejects(overHttp({ path: "/mcp/nope" }), /404|no toolset/);
  },

  async "an action that waits for a yes is told of, and later what became of it"() {
    await api("POST", "/v1/toolsets", { name: "careful", description: "", access: "admin", approval: ["write"] });
    const careful = await overHttp({ path: "/mcp/careful" });
    const waiting = await call(careful, "execute_action", {
      action_id: await actionId("stripe", "create a customer"),
      connection_key: keys.stripe,
      body: { email: "ada@example.com" },
    });
    assert.match(waiting.waiting, /get_approval/);
    const looked = await call(careful, "get_approval", { id: waiting.approval_id });
    assert.equal(looked.state, "pending");
    await api("POST", `/v1/approvals/${waiting.approval_id}/approve`, {});
    const ended = await call(careful, "get_approval", { id: waiting.approval_id });
    assert.equal(ended.state, "executed");
    assert.equal(ended.answer.body.email, "ada@example.com");
    await careful.close();
  },

  async "the newest protocol works as well, without any handshake"() {
    const version = "2026-07-28";
    const _meta = {
      "io.modelcontextprotocol/protocolVersion": version,
      "io.modelcontextprotocol/clientInfo": { name: "tests", version: "1" },
      "io.modelcontextprotocol/clientCapabilities": {},
    };
    const ask = async (method, params, more = {}) => {
      const headers = {
        authorization: `Bearer ${key}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-protocol-version": version,
        "mcp-method": method,
        ...more,
      };
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: { ...params, _meta } });
      return (await fetch(`${url}/mcp`, { method: "POST", headers, body })).json();
    };
    const { result } = await ask("server/discover", {});
    assert.ok(result.supportedVersions.includes(version), JSON.stringify(result));
    const named = { name: "list_connections", arguments: { platform: "gmail" } };
    const called = await ask("tools/call", named, { "mcp-name": "list_connections" });
    assert.equal(called.result.structuredContent.connections[0].connection_key, keys.gmail);
  },
};

await tryClaims(claims);
await client.close();
