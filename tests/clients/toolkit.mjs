// The published toolkit, unchanged, against a running server: told where it is by `serverUrl` alone.
//
//   MAGPIE_URL=http://127.0.0.1:3005 MAGPIE_TEST_KEY=sk_test_… node toolkit.mjs
//
// Prints one line of JSON: the names of the claims that hold, and those that do not with the reason.
import assert from "node:assert/strict";
import { Pica } from "@picahq/toolkit";
import { generateText, stepCountIs } from "ai";
import { MockLanguageModelV2 } from "ai/test";

// The toolkit greets on stdout, and says on stderr what failed even where that is wanted.
console.log = console.error = () => {};

const url = process.env.MAGPIE_URL;
const key = process.env.MAGPIE_TEST_KEY;
const passthrough = `${url}/v1/passthrough`;
const echo = { "x-mock-echo": "true" };

const toolkit = (options = {}) =>
  new Pica(key, { serverUrl: url, connectors: ["*"], actions: ["*"], ...options });
const call = (pica, tool, input) => pica.tools()[tool].execute(input, { toolCallId: "1", messages: [] });

async function api(method, path, body) {
  const headers = { "x-pica-secret": key, "content-type": "application/json" };
  const answer = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) });
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
}

async function connect(platform, authFormData, more = {}) {
  const connection = await api("POST", "/v1/vault/connections", { platform, authFormData, ...more });
  return connection.key;
}

async function actionId(platform, name) {
  const actions = await toolkit().getAvailableActions(platform);
  const found = actions.find((action) => action.key === name);
  assert.ok(found, `${platform} has no action ${name}`);
  return found.systemId;
}

// Executes an action, and gives what arrived at the provider.
async function arrived(pica, params) {
  const result = await call(pica, "execute", { ...params, headers: { ...echo, ...params.headers } });
  assert.equal(result.success, true, JSON.stringify(result.error));
  assert.equal(result.requestConfig.headers["x-pica-secret"], "****REDACTED****");
  return result.responseData;
}

const token = { ACCESS_TOKEN: "token-1" };
const keys = {
  openai: await connect("openai", { OPENAI_API_KEY: "sk-1" }),
  stripe: await connect("stripe", { STRIPE_API_KEY: "sk_test_1" }),
  gmail: await connect("gmail", token, { identity: "user_1", identityType: "user" }),
  notion: await connect("notion", token, { identity: "team_1", identityType: "team", tags: ["a"] }),
  slack: await connect("slack", token),
  github: await connect("github", token),
  "google-calendar": await connect("google-calendar", token),
  supabase: await connect("supabase", token),
};

// Ids that published programs carry, with what they stand for.
const published = [
  ["gmail", "F_JeCYGuzvg::yAM6bqGdRdm91ZbYejlbEA", "GET", "/users/{{userId}}/profile"],
  ["gmail", "F_JeIVCQAiA::oD2p47ZVSHu1tF_maldXVQ", "GET", "/users/{{userId}}/messages"],
  ["gmail", "F_JeIErCKGA::Q2ivQ5-QSyGYiEIZT867Dw", "GET", "/users/{{userId}}/messages/{{id}}"],
  ["google-calendar", "F_Jdx1JeQJk::PNyVTLTJSmazFSqY24HbFQ", "GET", "/calendars/{{calendarId}}/events"],
  ["supabase", "GC40SckOddE::NFFu2-49QLyGsPBdfweitg", "POST", "/v1/projects/{{ref}}/database/query"],
  ["supabase", "GC40U5B8xKY::_N0C5lBNSoWseIxyeQs1KQ", "GET", "/v1/projects"],
  ["notion", "GCWcIDJuR4A::izAAbGNdQdKddzdP_JS4kw", "POST", "/v1/pages"],
  ["notion", "GCWcHtC65WM::b4RMZv4aTjG_ni4ayKc0GA", "POST", "/v1/databases"],
  ["notion", "GCWcIBCFd3I::0UgTnKvXR5avVymmegseFA", "PATCH", "/v1/pages/{{page_id}}"],
  ["notion", "GCWcHfwwY6Y::XqFfl-WYTguWn860w-Hnqw", "POST", "/v1/databases/{{database_id}}/query"],
];

const claims = {
  async "every connector is listed, each once"() {
    const { total } = await api("GET", "/v1/available-connectors?limit=1");
    const connectors = await toolkit().getAvailableConnectors();
    assert.equal(connectors.length, total);
    assert.equal(new Set(connectors.map((row) => row.platform)).size, total);
    for (const row of connectors) {
      assert.ok(Number.isSafeInteger(row.id) && row.id > 0, row.platform);
      assert.equal(row.key, `api::${row.platform}::${row.platformVersion}`);
      for (const field of ["name", "description", "category", "image", "status", "version"])
        assert.ok(typeof row[field] === "string" && row[field], `${row.platform}: ${field}`);
      assert.ok(Array.isArray(row.tags) && typeof row.oauth === "boolean" && typeof row.tools === "number");
    }
  },

  async "every connector's actions are listed, as many as it says"() {
    const pica = toolkit();
    for (const { platform, tools } of await pica.getAvailableConnectors()) {
      const actions = await pica.getAvailableActions(platform);
      assert.equal(actions.length, tools, platform);
      for (const action of actions) {
        assert.match(action.systemId, /^conn_mod_def::[\w-]{11}::[\w-]{22}$/);
        assert.ok(action.title && action.key && action.modelName && action.platform === platform);
      }
    }
  },

  async "connections are listed, and their keys can be taken apart"() {
    const listed = await call(toolkit(), "listPicaConnections", {});
    assert.deepEqual(new Set(listed.map((row) => row.key.fullKey)), new Set(Object.values(keys)));
    const gmail = listed.find((row) => row.platform === "gmail");
    assert.equal(gmail.key.parts.environment, "test");
    assert.equal(gmail.key.parts.namespace, "default");
    assert.equal(gmail.key.parts.identity, "user_1");
    assert.match(gmail.key.parts.id, /^[0-9a-f]{32}$/);
  },

  async "more connections than fit a page are all listed, each once"() {
    const made = await Promise.all(
      Array.from({ length: 120 }, () => connect("exa", { EXA_API_KEY: "k" }, { identity: "many" })),
    );
    const rows = await toolkit({ identity: "many" }).getConnectedIntegrations();
    assert.deepEqual(rows.map((row) => row.key).sort(), made.sort());
    for (const row of rows) await api("DELETE", `/v1/vault/connections/${row.id}`);
    assert.deepEqual(await toolkit({ identity: "many" }).getConnectedIntegrations(), []);
  },

  async "identity, its type and a list of keys narrow what is seen"() {
    const seen = async (options) =>
      (await toolkit(options).getConnectedIntegrations()).map((row) => row.platform).sort();
    assert.deepEqual(await seen({ identity: "user_1" }), ["gmail"]);
    assert.deepEqual(await seen({ identity: "user_1", identityType: "team" }), []);
    assert.deepEqual(await seen({ identityType: "team" }), ["notion"]);
    assert.deepEqual(await seen({ identity: "nobody" }), []);
    assert.deepEqual(await seen({ connectors: [keys.gmail, keys.slack] }), ["gmail", "slack"]);
    assert.deepEqual(await seen({ connectors: [keys.gmail, keys.slack], identity: "user_1" }), ["gmail"]);
    assert.deepEqual(await seen({ connectors: [] }), []);
    const other = toolkit({ identity: "user_1" });
    const execute = { actionSystemId: await actionId("slack", "listUsers"), connectionKey: keys.slack };
    await assert.rejects(call(other, "execute", execute), /does not exist or is not accessible/);
  },

  async "a search finds the action, and permissions hold"() {
    const search = (options, platform, query) =>
      call(toolkit(options), "searchPlatformActions", { platform, query });
    const found = await search({}, "gmail", "send an email message");
    assert.equal(found[0].path, "/users/{{userId}}/messages/send");
    assert.equal(found[0].method, "POST");
    assert.equal(found[0].systemId.parts.prefix, "conn_mod_def");
    assert.ok(found.length <= 5);
    for (const [permissions, methods] of [
      ["read", ["GET"]],
      ["write", ["POST", "PUT", "PATCH"]],
      ["admin", ["GET", "POST", "PUT", "PATCH", "DELETE"]],
    ]) {
      const rows = await search({ permissions }, "github", "issue");
      assert.ok(rows.length > 0, permissions);
      assert.ok(rows.every((row) => methods.includes(row.method)), permissions);
    }
    assert.deepEqual(await search({}, "gmail", "xyzzy plugh"), []);
  },

  async "a toolkit with chosen actions finds these alone"() {
    const chosen = await actionId("gmail", "listLabels");
    const only = toolkit({ actions: [chosen] });
    for (const query of ["list labels", "xyzzy plugh"]) {
      const rows = await call(only, "searchPlatformActions", { platform: "gmail", query });
      assert.deepEqual(rows.map((row) => row.systemId.fullId), [chosen]);
    }
    const other = await call(only, "searchPlatformActions", { platform: "slack", query: "users" });
    assert.deepEqual(other, []);
  },

  async "knowledge comes with the passthrough's address in the place of the provider's"() {
    const pica = toolkit();
    // A look at each of hundreds would take minutes; what is told of every action, unit tests hold.
    const some = (await pica.getAvailableConnectors()).filter((_, at) => at % 15 === 0);
    for (const { platform } of some) {
      const actions = await pica.getAvailableActions(platform);
      if (actions.length === 0 || actions.length > 400) continue;
      const systemIds = actions.map((action) => action.systemId);
      const knowledge = await call(pica, "getActionsKnowledge", { systemIds });
      const { rows } = await api("GET", `/v1/knowledge?connectionPlatform=${platform}&supported=true&limit=500`);
      for (const action of actions) {
        const { title, knowledge: text, platform: of } = knowledge[action.systemId];
        const row = rows.find((row) => row._id === action.systemId);
        assert.deepEqual([title, of], [action.title, platform]);
        assert.ok(text.includes(`${action.method} ${passthrough}${row.path}`), `${platform} ${title}: ${text}`);
        assert.ok(!text.includes(row.baseUrl), `${platform} ${title}: ${text}`);
        assert.deepEqual([row.method, row.title, row.id], [action.method, title, row._id]);
      }
    }
  },

  async "a knowledge agent lists the integrations, and searches without connections"() {
    const agent = new Pica(key, { serverUrl: url, knowledgeAgent: true });
    const integrations = await call(agent, "listPicaIntegrations", {});
    assert.ok(integrations.some((row) => row.platform === "gmail" && row.name === "Gmail"));
    const found = await call(agent, "searchPlatformActions", { platform: "stripe", query: "create a customer" });
    assert.equal(found[0].path, "/v1/customers");
    assert.equal(agent.tools().execute, undefined);
  },

  async "a GET is executed with query parameters and variables of the path"() {
    const got = await arrived(toolkit(), {
      actionSystemId: await actionId("gmail", "listMessages"),
      connectionKey: keys.gmail,
      pathVariables: { userId: "me" },
      queryParams: { q: "is:unread {{x}}", maxResults: 5, labelIds: ["A", "B"] },
    });
    assert.equal(got.method, "GET");
    assert.equal(got.path, "/users/me/messages");
    assert.deepEqual([...new URLSearchParams(got.query)], [
      ["q", "is:unread {{x}}"],
      ["maxResults", "5"],
      ["labelIds[]", "A"],
      ["labelIds[]", "B"],
    ]);
    assert.equal(got.action, "listMessages");
    assert.deepEqual(got.headers.authorization, ["Bearer •••"]);
    assert.equal(got.headers["content-type"], undefined);
    assert.equal(got.body.length, 0);
    assert.ok(Object.keys(got.headers).every((name) => !name.startsWith("x-pica")), JSON.stringify(got.headers));
  },

  async "JSON is posted as it is"() {
    const data = { channel: "C1", text: "{{not a variable}} ä 🧀", blocks: [{ a: null, b: [1.5, true] }] };
    const got = await arrived(toolkit(), {
      actionSystemId: await actionId("slack", "postMessage"),
      connectionKey: keys.slack,
      data,
    });
    assert.equal(got.method, "POST");
    assert.equal(got.path, "/chat.postMessage");
    assert.deepEqual(got.headers["content-type"], ["application/json"]);
    assert.equal(got.body.text, JSON.stringify(data));
  },

  async "a form is posted as a form"() {
    const got = await arrived(toolkit(), {
      actionSystemId: await actionId("stripe", "createCustomer"),
      connectionKey: keys.stripe,
      data: { email: "a+b@example.com", description: "ä & {{x}}=1", metadata: { a: 1 } },
      isFormUrlEncoded: true,
      headers: { "Idempotency-Key": "k-1" },
    });
    assert.deepEqual(got.headers["content-type"], ["application/x-www-form-urlencoded"]);
    assert.deepEqual(got.headers["idempotency-key"], ["k-1"]);
    assert.deepEqual([...new URLSearchParams(got.body.text)], [
      ["email", "a+b@example.com"],
      ["description", "ä & {{x}}=1"],
      ["metadata", '{"a":1}'],
    ]);
  },

  async "a multipart form is posted as one"() {
    const got = await arrived(toolkit(), {
      actionSystemId: await actionId("openai", "uploadFile"),
      connectionKey: keys.openai,
      data: { purpose: "batch", file: "{\"line\": 1}\n", more: { a: 1 } },
      isFormData: true,
    });
    const [type] = got.headers["content-type"];
    assert.match(type, /^multipart\/form-data; ?boundary=/);
    const form = await new Response(got.body.text, { headers: { "content-type": type } }).formData();
    assert.deepEqual([...form], [["purpose", "batch"], ["file", "{\"line\": 1}\n"], ["more", '{"a":1}']]);
  },

  async "variables of the path may come with the data, and leave it"() {
    const notion = await arrived(toolkit(), {
      actionSystemId: await actionId("notion", "updatePage"),
      connectionKey: keys.notion,
      data: { page_id: "59833787-2cf9-4fdf-8782-e53db20768a5", archived: true },
    });
    assert.equal(notion.method, "PATCH");
    assert.equal(notion.path, "/v1/pages/59833787-2cf9-4fdf-8782-e53db20768a5");
    assert.deepEqual(JSON.parse(notion.body.text), { archived: true });
    assert.deepEqual(notion.headers["notion-version"], ["2022-06-28"]);
    const github = await arrived(toolkit(), {
      actionSystemId: await actionId("github", "getIssue"),
      connectionKey: keys.github,
      pathVariables: { owner: "o", repo: "r", issue_number: 7 },
    });
    assert.equal(github.path, "/repos/o/r/issues/7");
    const missing = { actionSystemId: await actionId("github", "getIssue"), connectionKey: keys.github, data: {} };
    await assert.rejects(call(toolkit(), "execute", missing), /Missing required path variables: owner, repo/);
  },

  async "without the echo the provider answers"() {
    const result = await call(toolkit(), "execute", {
      actionSystemId: await actionId("openai", "listModels"),
      connectionKey: keys.openai,
    });
    assert.equal(result.success, true);
    assert.equal(result.responseData.object, "list");
    assert.deepEqual([result.platform, result.action], ["openai", "List models"]);
    assert.equal(result.requestConfig.url, `${passthrough}/models`);
  },

  async "published action ids lead to their actions, with and without the prefix"() {
    for (const [platform, id, method, path] of published) {
      const variables = Object.fromEntries([...path.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => [name, "v-1"]));
      for (const actionSystemId of [id, `conn_mod_def::${id}`]) {
        const got = await arrived(toolkit(), {
          actionSystemId,
          connectionKey: keys[platform],
          pathVariables: variables,
          data: method === "GET" ? undefined : { a: 1 },
        });
        assert.deepEqual([got.method, got.path], [method, path.replace(/\{\{\w+\}\}/g, "v-1")], id);
        assert.ok(got.action, id);
      }
    }
  },

  async "one published id is sent with several paths of its platform"() {
    for (const id of ["F_JeJ3qaLEg::v9ICSQZxR0un5_ketxbCAQ", "conn_mod_def::F_JeJ3qaLEg::v9ICSQZxR0un5_ketxbCAQ"])
      for (const [method, path, action] of [
        ["GET", "/users/me/messages", "listMessages"],
        ["GET", "/users/me/messages/1", "getMessage"],
        ["POST", "/users/me/messages", "insertMessage"],
        ["POST", "/users/me/messages/send", "sendMessage"],
      ]) {
        const headers = { ...echo, "x-pica-secret": key, "x-pica-connection-key": keys.gmail, "x-pica-action-id": id };
        const answer = await fetch(passthrough + path, { method, headers });
        assert.equal(answer.status, 200, path);
        assert.equal((await answer.json()).action, action);
      }
  },

  async "a provider's refusal and our own reach the caller as they are"() {
    const actionSystemId = await actionId("openai", "listModels");
    const refused = await call(toolkit(), "execute", {
      actionSystemId,
      connectionKey: keys.openai,
      headers: { "x-mock-status": "429", "x-mock-retry-after": "3" },
    });
    assert.deepEqual([refused.success, refused.error.status], [false, 429]);
    const other = await call(toolkit(), "execute", { actionSystemId, connectionKey: keys.stripe });
    assert.deepEqual([other.success, other.error.status, other.error.data.type], [false, 400, "BadRequest"]);
    const nowhere = { actionSystemId: `${actionSystemId.slice(0, -3)}AAA`, connectionKey: keys.openai };
    await assert.rejects(call(toolkit(), "execute", nowhere), /Could not fetch knowledge/);
    const unknown = { actionSystemId, connectionKey: keys.openai.replace(/.{4}$/, "0000") };
    await assert.rejects(call(toolkit(), "execute", unknown), /does not exist or is not accessible/);
    const keyless = new Pica("sk_test_wrong", { serverUrl: url, connectors: ["*"], actions: ["*"] });
    await assert.rejects(keyless.getConnectedIntegrations(), (error) => error.response.status === 401);
  },

  async "headers of the toolkit's own options go on to the provider"() {
    const got = await arrived(toolkit({ headers: { "X-Trace": "t-1" } }), {
      actionSystemId: await actionId("openai", "listModels"),
      connectionKey: keys.openai,
    });
    assert.deepEqual(got.headers["x-trace"], ["t-1"]);
  },

  async "a model uses the tools by itself"() {
    const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 };
    const use = (toolName, input) => ({
      finishReason: "tool-calls",
      usage,
      warnings: [],
      content: [{ type: "tool-call", toolCallId: toolName, toolName, input: JSON.stringify(input) }],
    });
    const execute = { actionSystemId: await actionId("openai", "listModels"), connectionKey: keys.openai, data: {} };
    const steps = [
      use("listPicaConnections", {}),
      use("searchPlatformActions", { platform: "openai", query: "list models" }),
      use("getActionsKnowledge", { systemIds: [execute.actionSystemId] }),
      use("execute", execute),
      { finishReason: "stop", usage, warnings: [], content: [{ type: "text", text: "done" }] },
    ];
    const pica = toolkit();
    const { text, steps: taken } = await generateText({
      model: new MockLanguageModelV2({ doGenerate: async () => steps.shift() }),
      tools: pica.tools(),
      system: pica.systemPrompt,
      prompt: "Which models are there?",
      stopWhen: stepCountIs(9),
    });
    assert.equal(text, "done");
    const results = taken.flatMap((step) => step.content).filter((part) => part.type.startsWith("tool-"));
    assert.deepEqual(results.filter((part) => part.type === "tool-error"), []);
    const last = results.findLast((part) => part.type === "tool-result");
    assert.equal(last.output.responseData.data[0].object, "model");
  },
};

const report = { passed: [], failed: {} };
for (const [name, claim] of Object.entries(claims)) {
  try {
    await claim();
    report.passed.push(name);
  } catch (error) {
    report.failed[name] = String(error.stack ?? error);
  }
}
process.stdout.write(`${JSON.stringify(report)}\n`);
process.exitCode = Object.keys(report.failed).length === 0 ? 0 : 1;
