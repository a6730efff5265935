// An agent whose model is a few rules: it turns a task into a search, takes the best hit, reads how it
// is called, puts what it knows where the knowledge says, looks at the request, and sends it.
//
//   MAGPIE_URL=http://127.0.0.1:3005 MAGPIE_TEST_KEY=sk_test_… node mcp-agent.mjs
//
// Each task is a claim: the right action, the right request, and no call that went wrong.
import assert from "node:assert/strict";
import { tryClaims } from "./lib/claims.mjs";
import { call, connect, overHttp } from "./lib/mcp.mjs";

const token = { ACCESS_TOKEN: "token-1" };

// What people have connected.
const accounts = {
  gmail: token,
  "google-calendar": token,
  "google-drive": token,
  slack: token,
  github: token,
  gitlab: token,
  notion: token,
  hubspot: token,
  airtable: token,
  asana: token,
  todoist: token,
  clickup: token,
  stripe: { STRIPE_API_KEY: "sk_test_1" },
  sendgrid: { SENDGRID_API_KEY: "SG.1" },
  resend: { RESEND_API_KEY: "re_1" },
  openai: { OPENAI_API_KEY: "sk-1" },
  exa: { EXA_API_KEY: "exa-1" },
  discord: { DISCORD_BOT_TOKEN: "bot-1" },
};

// A task: the platform, what is wanted in a person's words, what the person has told besides by the
// names they would be known by, and the request that is right.
const tasks = [
  {
    platform: "gmail",
    words: "List the messages in my mailbox, at most five of them",
    facts: { userId: "me", maxResults: 5 },
    request: ["GET", "/users/me/messages", { maxResults: "5" }],
  },
  {
    platform: "gmail",
    words: "Send a message",
    facts: { userId: "me", raw: "VG86IGdyYWNlQGV4YW1wbGUuY29tDQoNCkhp" },
    request: ["POST", "/users/me/messages/send", {}, { raw: "VG86IGdyYWNlQGV4YW1wbGUuY29tDQoNCkhp" }],
  },
  {
    platform: "google-calendar",
    words: "Create an event in the calendar",
    facts: {
      calendarId: "primary",
      summary: "Tea",
      start: { dateTime: "2026-01-02T15:00:00Z" },
      end: { dateTime: "2026-01-02T16:00:00Z" },
    },
    request: ["POST", "/calendars/primary/events", {}, { summary: "Tea" }],
  },
  {
    platform: "google-drive",
    words: "List files",
    facts: { pageSize: 10 },
    request: ["GET", "/files", { pageSize: "10" }],
  },
  {
    platform: "slack",
    words: "Post a message to a channel",
    facts: { channel: "C123", text: "Lunch is ready" },
    request: ["POST", "/chat.postMessage", {}, { channel: "C123", text: "Lunch is ready" }],
  },
  {
    platform: "slack",
    words: "List the messages of a channel",
    facts: { channel: "C123", limit: 3 },
    request: ["GET", "/conversations.history", { channel: "C123", limit: "3" }],
  },
  {
    platform: "github",
    words: "Create an issue",
    facts: { owner: "ada", repo: "engine", title: "It stalls", labels: ["bug"] },
    request: ["POST", "/repos/ada/engine/issues", {}, { title: "It stalls", labels: ["bug"] }],
  },
  {
    platform: "github",
    words: "List the open pull requests of a repository",
    facts: { owner: "ada", repo: "engine", state: "open" },
    request: ["GET", "/repos/ada/engine/pulls", { state: "open" }],
  },
  {
    platform: "gitlab",
    words: "List the issues of a project",
    facts: { id: "ada/engine", state: "opened" },
    request: ["GET", "/projects/ada%2Fengine/issues", { state: "opened" }],
  },
  {
    platform: "stripe",
    words: "Create a customer",
    facts: { email: "ada@example.com", name: "Ada Lovelace" },
    request: ["POST", "/v1/customers", {}, { email: "ada@example.com", name: "Ada Lovelace" }],
  },
  {
    platform: "stripe",
    words: "Refund a payment",
    facts: { payment_intent: "pi_1", amount: 500 },
    request: ["POST", "/v1/refunds", {}, { payment_intent: "pi_1", amount: 500 }],
  },
  {
    platform: "notion",
    words: "Query a database",
    facts: { database_id: "d9824bdc84454327be8b5b47500af6ce", page_size: 10 },
    request: ["POST", "/v1/databases/d9824bdc84454327be8b5b47500af6ce/query", {}, { page_size: 10 }],
  },
  {
    platform: "notion",
    words: "Create a page",
    facts: {
      parent: { database_id: "d9824bdc84454327be8b5b47500af6ce" },
      properties: { Name: { title: [{ text: { content: "Minutes" } }] } },
    },
    request: ["POST", "/v1/pages", {}, { parent: { database_id: "d9824bdc84454327be8b5b47500af6ce" } }],
  },
  {
    platform: "hubspot",
    words: "Create a contact",
    facts: { properties: { email: "ada@example.com", firstname: "Ada" } },
    request: ["POST", "/crm/v3/objects/contacts", {}, { properties: { email: "ada@example.com", firstname: "Ada" } }],
  },
  {
    platform: "airtable",
    words: "List the records of a table",
    facts: { baseId: "app1", tableIdOrName: "To do", pageSize: 5 },
    request: ["GET", "/v0/app1/To%20do", { pageSize: "5" }],
  },
  {
    platform: "asana",
    words: "Create a task",
    facts: { data: { name: "Call Grace", workspace: "1200" } },
    request: ["POST", "/tasks", {}, { data: { name: "Call Grace", workspace: "1200" } }],
  },
  {
    platform: "todoist",
    words: "Create a task",
    facts: { content: "Water the plants", due_string: "tomorrow" },
    request: ["POST", "/tasks", {}, { content: "Water the plants", due_string: "tomorrow" }],
  },
  {
    platform: "clickup",
    words: "Create a task in a list",
    facts: { list_id: "901", name: "Review" },
    request: ["POST", "/list/901/task", {}, { name: "Review" }],
  },
  {
    platform: "sendgrid",
    words: "Send an email",
    facts: {
      personalizations: [{ to: [{ email: "ada@example.com" }] }],
      from: { email: "bot@example.com" },
      subject: "Hello",
      content: [{ type: "text/plain", value: "Hi" }],
    },
    request: ["POST", "/mail/send", {}, { subject: "Hello" }],
  },
  {
    platform: "resend",
    words: "Send an email",
    facts: { from: "bot@example.com", to: ["ada@example.com"], subject: "Hello", text: "Hi" },
    request: ["POST", "/emails", {}, { subject: "Hello", text: "Hi" }],
  },
  {
    platform: "openai",
    words: "Create a chat completion",
    facts: { model: "gpt-4o-mini", messages: [{ role: "user", content: "Hello" }] },
    request: ["POST", "/chat/completions", {}, { model: "gpt-4o-mini" }],
  },
  {
    platform: "exa",
    words: "Search the web",
    facts: { query: "analytical engines", numResults: 3 },
    request: ["POST", "/search", {}, { query: "analytical engines", numResults: 3 }],
  },
  {
    platform: "discord",
    words: "Send a message to a channel",
    facts: { channel_id: "42", content: "Hello" },
    request: ["POST", "/channels/42/messages", {}, { content: "Hello" }],
  },
];

const client = await overHttp();
for (const [platform, form] of Object.entries(accounts)) await connect(platform, form, { identity: "agent" });
const { connections } = await call(client, "list_connections", { identity: "agent" });

/** What the knowledge says there is: by place, the names, and which are required. */
function parameters(knowledge) {
  const places = { "Path variables": "path_variables", "Query parameters": "query", Headers: "headers", "Body fields": "body" };
  const found = [];
  let place;
  for (const line of knowledge.split("\n")) {
    const heading = /^## (.+)/.exec(line)?.[1];
    if (heading) place = Object.entries(places).find(([title]) => heading.startsWith(title))?.[1];
    const row = place && /^- `([^`]+)` \(([^)]*)\)/.exec(line);
    if (row) found.push({ place, name: row[1], required: /\brequired\b/.test(row[2]) });
  }
  return found;
}

/** Puts every fact where the knowledge has a parameter of its name. */
function filled(knowledge, facts) {
  const args = {};
  const left = { ...facts };
  for (const { place, name, required } of parameters(knowledge)) {
    if (name in left) {
      (args[place] ??= {})[name] = left[name];
      delete left[name];
    } else {
      assert.ok(!required || name in facts, `the knowledge wants ${name}, of which nothing was said`);
    }
  }
  assert.deepEqual(left, {}, "the knowledge has no place for this");
  return args;
}

async function work({ platform, words, facts, request: [method, path, query = {}, body] }) {
  const { actions } = await call(client, "search_actions", { platform, query: words });
  const knowledge = await call(client, "get_action_knowledge", { action_id: actions[0].action_id });
  const { connection_key } = connections.find((connection) => connection.platform === platform);
  const args = { action_id: actions[0].action_id, connection_key, ...filled(knowledge, facts) };

  const shown = await call(client, "execute_action", { ...args, dry_run: true });
  const url = new URL(shown.url);
  assert.equal(shown.method, method, actions[0].title);
  assert.ok(url.pathname.endsWith(path), `${url.pathname} is not ${path}`);
  assert.deepEqual(Object.fromEntries(url.searchParams), query);
  if (body) assert.deepEqual(only(fields(shown.body), Object.keys(body)), body);

  const done = await call(client, "execute_action", args);
  assert.ok(done.status >= 200 && done.status < 300, JSON.stringify(done));
}

/** A body as it goes out: JSON, or a form. */
function fields(body) {
  if (typeof body !== "string") return body;
  const number = (value) => (/^\d+$/.test(value) ? Number(value) : value);
  return Object.fromEntries([...new URLSearchParams(body)].map(([name, value]) => [name, number(value)]));
}

const only = (object, names) => Object.fromEntries(names.map((name) => [name, object[name]]));

const claims = Object.fromEntries(tasks.map((task) => [`${task.platform}: ${task.words}`, () => work(task)]));
await tryClaims(claims, { more: () => ({ platforms: new Set(tasks.map((task) => task.platform)).size }) });
await client.close();
