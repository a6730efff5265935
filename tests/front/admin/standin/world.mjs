// What there is in the stand-in's world: the same each time it starts.
import { readFile, readdir } from "node:fs/promises";
import { assets } from "../../tree.js";

export async function makeWorld() {
  const random = lcg(7);
  const connectors = await readConnectors();
  const now = Date.now();
  const world = { mood: {}, connectors, now, random, connections: { live: [], test: [] } };
  world.connections.live = Array.from({ length: 10_000 }, (_, at) => connection(world, at, "live"));
  world.connections.test = Array.from({ length: 37 }, (_, at) => connection(world, at, "test"));
  world.logs = Array.from({ length: 600 }, (_, at) => entry(world, at));
  world.members = members(now);
  world.keys = keys(now, connectors);
  world.toolsets = toolsets(now);
  world.approvals = approvals(world);
  world.audit = audit(world);
  world.webhooks = webhooks(now);
  world.settings = settings(now);
  world.sessions = sessions(now);
  world.integrations = new Map();
  return world;
}

/* Always the same numbers, so that pictures can be compared. */
function lcg(seed) {
  let state = seed;
  const next = () => (state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296) / 4_294_967_296;
  return Object.assign(next, { of: (list) => list[Math.floor(next() * list.length)], upTo: (n) => Math.floor(next() * n) });
}

const ago = (now, seconds) => new Date(now - seconds * 1_000).toISOString();
const id = (at, kind = "0000") => `${(0x10000000 + at * 7919).toString(16).padStart(8, "0")}-${kind}-4000-8000-${String(at).padStart(12, "0")}`;

async function readConnectors() {
  const folder = new URL("connectors/", assets);
  const names = (await readdir(folder)).filter((name) => name.endsWith(".toml")).sort();
  return Promise.all(names.map(async (name, at) => {
    const text = await readFile(new URL(name, folder), "utf8");
    const field = (key) => new RegExp(`^${key} = "(.*)"$`, "m").exec(text)?.[1] ?? "";
    const platform = field("platform") || name.replace(".toml", "");
    return {
      id: at + 1, name: field("name"), key: `api::${platform}::v1`, platform, platformVersion: "v1", status: "stable", description: field("description"), category: field("category"),
      image: `/icons/${platform}.svg`, tags: [], oauth: /type = "oauth2/.test(text), tools: (text.match(/^\[\[actions\]\]/gm) ?? []).length, version: "1.0.0", active: true, deprecated: false, deleted: false,
    };
  }));
}

const popular = ["gmail", "slack", "github", "stripe", "hubspot", "notion", "google-calendar", "salesforce", "zendesk", "shopify", "jira", "linear"];
const people = ["ada@lovelace.example", "grace@navy.example", "org_4711", "user_0815", "team-berlin", "שלום-עולם", "<script>alert(1)</script>", "a-very-long-identity-".repeat(8)];

function connection(world, at, environment) {
  const { random, connectors, now } = world;
  const known = popular.filter((name) => connectors.some(({ platform }) => platform === name));
  const platform = random() < 0.8 ? random.of(known) : random.of(connectors).platform;
  const state = random() < 0.9 ? "operational" : random() < 0.6 ? "degraded" : "failed";
  const identity = at < 8 ? people[at] : `user_${random.upTo(4_000)}`;
  const created = random.upTo(300 * 86_400);
  return {
    id: `conn_${environment}_${at}`, key: `${environment}::${platform}::default::${at.toString(16).padStart(8, "0")}|${identity}`, platform, type: "api", environment,
    name: at === 0 ? "<img src=x onerror=alert(1)>" : `${platform} of ${identity}`, identity, identityType: random.of(["user", "team", "organization", "project"]), tags: random() < 0.4 ? [random.of(["pilot", "vip", "eu", "us"])] : [],
    state, status: state, reason: state === "failed" ? "The provider refused the refresh token (invalid_grant)." : state === "degraded" ? "Three of the last ten calls failed." : null,
    account: `account-${at}@example.com`, createdAt: ago(now, created), updatedAt: ago(now, created / 2), lastUsedAt: random() < 0.85 ? ago(now, random.upTo(created)) : null,
    expiresAt: new Date(now + random.upTo(7_200) * 1_000).toISOString(), active: true,
  };
}

function entry(world, at) {
  const { random, now } = world;
  const environment = at % 3 ? "live" : "test";
  const where = random.of(world.connections[environment]);
  const kind = random() < 0.85 ? "passthrough" : random() < 0.6 ? "refresh" : "authkit";
  const outcome = random() < 0.92 ? "ok" : random.of(["client_error", "provider_error", "failed"]);
  return {
    id: id(at, "1099"), at: ago(now, at * 41), kind, environment, platform: where.platform, connectionKey: where.key, identity: where.identity,
    actionId: kind === "passthrough" ? `conn_mod_def::${where.platform}::${at}` : null, actionTitle: kind === "passthrough" ? random.of(["List messages", "Create an issue", "Get a customer", "Search"]) : null,
    method: kind === "passthrough" ? random.of(["GET", "GET", "POST", "PATCH", "DELETE"]) : null, path: kind === "passthrough" ? random.of(["/v1/messages?limit=10&key=•••", "/repos/acme/site/issues", "/v3/customers/42"]) : null,
    status: outcome === "ok" ? 200 : outcome === "client_error" ? 404 : outcome === "provider_error" ? 502 : null, outcome, error: outcome === "ok" ? null : "the provider answered with an error",
    durationMs: 20 + random() * 800, apiKey: { id: id(1, "4e75"), name: "backend" }, member: null, requestId: id(at, "5e9d"), requestBytes: random.upTo(2_000), responseBytes: random.upTo(40_000),
  };
}

const members = (now) => [
  { id: id(1, "3e3b"), email: "ada@acme.example", name: "Ada Lovelace", role: "admin", isOwner: true, totp: true, state: "active", createdAt: ago(now, 200 * 86_400), lastSignedInAt: ago(now, 120) },
  { id: id(2, "3e3b"), email: "grace@acme.example", name: "Grace Hopper", role: "manager", isOwner: false, totp: false, state: "active", createdAt: ago(now, 90 * 86_400), lastSignedInAt: ago(now, 86_400 * 2) },
  { id: id(3, "3e3b"), email: "long@acme.example", name: "Wolfeschlegelsteinhausenbergerdorff ".repeat(4).trim(), role: "member", isOwner: false, totp: true, state: "active", createdAt: ago(now, 30 * 86_400), lastSignedInAt: ago(now, 3_600) },
  { id: id(4, "3e3b"), email: "omar@acme.example", name: "عمر الخيّام", role: "member", isOwner: false, totp: false, state: "locked", createdAt: ago(now, 20 * 86_400), lastSignedInAt: ago(now, 864_000) },
  { id: id(5, "3e3b"), email: "new@acme.example", name: "", role: "manager", isOwner: false, totp: false, state: "invited", createdAt: ago(now, 3_600), lastSignedInAt: null },
  { id: id(6, "3e3b"), email: "mallory@acme.example", name: "<script>alert('x')</script>", role: "member", isOwner: false, totp: false, state: "active", createdAt: ago(now, 864_000), lastSignedInAt: ago(now, 864_000) },
];

const key = (now, at, more) => ({
  id: id(at, "4e75"), name: `key ${at}`, environment: "test", hint: "x7Qa", permission: "admin", platforms: [], actions: [], methods: [], approval: [], identity: null,
  createdAt: ago(now, at * 86_400), lastUsedAt: ago(now, at * 500), expiresAt: null, revokedAt: null, ...more,
});

function keys(now) {
  const both = ["live", "test"].flatMap((environment, turn) => [
    key(now, 1 + turn * 10, { environment, name: "backend" }),
    key(now, 2 + turn * 10, { environment, name: "support agent", permission: "write", platforms: ["zendesk", "slack", "gmail", "notion", "github"], approval: ["delete"], hint: "p2Lk", expiresAt: new Date(now + 3 * 86_400_000).toISOString() }),
    key(now, 3 + turn * 10, { environment, name: "<b>reports</b>", permission: "read", identity: "user_1", lastUsedAt: null, hint: "99dd" }),
    key(now, 4 + turn * 10, { environment, name: "old laptop", hint: "aa0c", revokedAt: ago(now, 86_400 * 9) }),
    key(now, 5 + turn * 10, { environment, name: "trial", hint: "b31f", expiresAt: ago(now, 86_400) }),
  ]);
  return both;
}

const toolsets = (now) => [
  { name: "support", description: "For the help desk", platforms: ["zendesk", "slack"], actions: [], access: "write", identity: null, approval: ["delete", "slack/*"], validate: "strict", answerBytes: null, createdAt: ago(now, 864_000), updatedAt: ago(now, 86_400) },
  { name: "reporting", description: "Reads everything, changes nothing", platforms: [], actions: [], access: "read", identity: "org_4711", approval: [], validate: "warn", answerBytes: 16_384, createdAt: ago(now, 164_000), updatedAt: ago(now, 6_400) },
];

function approvals({ connections, now }) {
  const row = (environment) => (state, at) => ({
    id: id(at, "a993"), environment, state, action: { id: `conn_mod_def::github::${at}`, title: at ? "Delete a repository" : "Send a message <b>now</b>", method: at ? "DELETE" : "POST", platform: at ? "github" : "slack" },
    connectionKey: connections[environment][at].key, identity: connections[environment][at].identity, apiKey: id(environment === "live" ? 2 : 12, "4e75"), toolset: at % 2 ? "support" : null,
    createdAt: ago(now, at * 4_000 + 90), expiresAt: new Date(now + 3_600_000 * (at + 1)).toISOString(), decidedAt: state === "pending" || state === "expired" ? null : ago(now, 60),
    decidedBy: { executed: "Grace Hopper", denied: "webhook", failed: id(11, "4e75") }[state] ?? null, note: state === "denied" ? "Not on a Friday." : null, reason: state === "failed" ? "the provider answered with status 502" : null, endedAt: null,
    request: { outcome: "dryRun", method: at ? "DELETE" : "POST", url: at ? "https://api.github.com/repos/acme/site" : "https://slack.com/api/chat.postMessage", headers: { accept: "application/json", authorization: "Bearer •••" }, body: at ? null : { channel: "C01", text: "Hello\nthere <script>alert(1)</script>" }, notes: at ? [] : ["`mood` is not known of this action"] },
    answer: state === "executed" ? { outcome: "answered", status: 200, headers: { "content-type": "application/json" }, body: { ok: true }, truncated: false, notes: [] } : null,
  });
  return ["live", "test"].flatMap((environment) => ["pending", "pending", "executed", "denied", "expired", "failed"].map(row(environment)));
}

function audit({ now, random }) {
  const what = ["connection.created", "connection.deleted", "key.created", "key.revoked", "member.invited", "member.role_changed", "integration.configured", "settings.changed", "member.signed_in", "toolset.updated"];
  const actors = [{ kind: "member", id: id(1, "3e3b"), name: "Ada Lovelace" }, { kind: "member", id: id(2, "3e3b"), name: "Grace Hopper" }, { kind: "key", id: id(1, "4e75"), name: "backend" }, { kind: "operator", id: null, name: "command line" }, { kind: "system", id: null, name: "Magpie" }];
  return Array.from({ length: 130 }, (_, at) => {
    const did = random.of(what);
    return {
      id: id(at, "a0d1"), at: ago(now, at * 3_333), actor: random.of(actors), what: did, object: { kind: did.split(".")[0], id: id(at, "0b1e"), name: at === 2 ? "<i>odd</i> name" : `${did.split(".")[0]} ${at}` },
      environment: random.of(["live", "test", null]), detail: { before: { role: "member" }, after: { role: "manager" }, address: "203.0.113.7" }, hash: `${id(at, "4a54")}${id(at + 1, "4a54")}`.replaceAll("-", ""),
    };
  });
}

const webhooks = (now) => [
  { id: id(1, "3e80"), environment: "test", url: "https://api.acme.example/hooks/magpie", events: ["connection.failed", "connection.created"], active: true, description: "Tells our back end", createdAt: ago(now, 864_000), updatedAt: ago(now, 864_000), failingSince: null, disabledReason: null },
  { id: id(2, "3e80"), environment: "live", url: `https://hooks.acme.example/${"very-long-path/".repeat(12)}`, events: ["approval.requested"], active: false, description: "", createdAt: ago(now, 64_000), updatedAt: ago(now, 64_000), failingSince: ago(now, 9_000), disabledReason: null },
];

const settings = (now) => ({
  publicUrl: "https://magpie.acme.example", dataDir: "/var/lib/magpie", version: "0.1.0", commit: "8e1d8370", retention: { days: 30, megabytes: 512 }, rateLimit: { requestsPerMinute: 600 }, fixed: ["rateLimit.requestsPerMinute"],
  authkit: { allowedOrigins: ["https://app.acme.example"], companyName: "Acme" }, store: { bytes: 73_400_320, lastSnapshotAt: ago(now, 5_000), commits: 184_223 },
  encryption: { keys: [{ id: "k2", createdAt: ago(now, 86_400 * 3), isCurrent: true, uses: 8_214 }, { id: "k1", createdAt: ago(now, 86_400 * 200), isCurrent: false, uses: 1_786 }] }, uptimeSeconds: 363_722,
});

const sessions = (now) => [
  { id: id(1, "5e55"), createdAt: ago(now, 7_200), lastUsedAt: ago(now, 20), address: "203.0.113.7", browser: "Firefox on Linux", isThis: true },
  { id: id(2, "5e55"), createdAt: ago(now, 864_000), lastUsedAt: ago(now, 86_400), address: "2001:db8::17", browser: "Safari on iPhone", isThis: false },
];
