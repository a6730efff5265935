// Who asks for what: the API in the shapes of the real one.
import { refuse } from "../standin.mjs";
import { authKitRoutes } from "./authkit.mjs";
import { connectionRoutes } from "./connections.mjs";
import { passthrough, routes as tools } from "./tools.mjs";

const empty = { isAnswer: true, status: 204, value: "" };
const page = (rows, query) => {
  const limit = Math.min(1_000, Number(query.get("limit") ?? 100));
  const skip = query.has("skip") ? Number(query.get("skip")) : (Number(query.get("page") ?? 1) - 1) * limit;
  return { rows: rows.slice(skip, skip + limit), total: rows.length, pages: Math.ceil(rows.length / limit), page: Math.floor(skip / limit) + 1, limit, skip };
};
const cursor = (rows, query) => {
  const limit = Number(query.get("limit") ?? 50);
  const start = query.has("before") ? rows.findIndex(({ id }) => id === query.get("before")) + 1 : 0;
  const some = rows.slice(start, start + limit);
  return { rows: some, next: start + limit < rows.length ? some.at(-1).id : null };
};
const has = (text, q) => !q || String(text ?? "").toLowerCase().includes(q.toLowerCase());

function session({ mood, members }) {
  const signedIn = !mood.signedOut && !mood.setUp;
  const dev = mood.mode === "dev";
  const { id, email, name, isOwner, totp, role } = members[0];
  return {
    signedIn, mode: dev ? "dev" : "serve", needsSetUp: Boolean(mood.setUp), oidc: mood.oidc ? { name: "Acme SSO" } : null,
    member: signedIn ? (dev ? { id: "dev", email: "", name: "dev", role: "admin", isOwner: true, totp: false } : { id, email, name, role: mood.role ?? role, isOwner, totp }) : null,
    csrf: signedIn ? (dev ? "dev" : "csrf-1") : null, version: "0.1.0", publicUrl: "http://localhost:3999",
  };
}

const routes = [
  ...connectionRoutes,
  ...authKitRoutes,
  ["GET", "/admin/api/session", ({ world }) => session(world)],
  ["POST", "/admin/api/session", ({ world, body }) => {
    if (body.password === "locked") return refuse(429, "too many attempts", { headers: { "retry-after": "90" } });
    if (body.password === "code" && !body.code) return refuse(401, "a code is needed", { key: "err::application::code_required" });
    if (body.password === "wrong") return refuse(401, "email or password is wrong", { key: "err::application::unauthorized" });
    delete world.mood.signedOut;
    return session(world);
  }],
  ["DELETE", "/admin/api/session", ({ world }) => ((world.mood.signedOut = "1"), empty)],
  ["POST", "/admin/api/setup", ({ world }) => (delete world.mood.setUp, session(world))],
  ["POST", "/admin/api/invitations/accept", ({ world }) => (delete world.mood.signedOut, session(world))],
  ["PATCH", "/admin/api/me", ({ world, body }) => (Object.assign(world.members[0], body), world.members[0])],
  ["PUT", "/admin/api/me/password", ({ body }) => (body.current === "wrong" ? refuse(400, "the current password is wrong") : empty)],
  ["POST", "/admin/api/me/totp", () => ({ secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", uri: "otpauth://totp/Magpie:ada%40acme.example?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Magpie" })],
  ["PUT", "/admin/api/me/totp", ({ world, body }) => (body.code === "000000" ? refuse(400, "the code is wrong or too old") : ((world.members[0].totp = true), { recoveryCodes: Array.from({ length: 10 }, (_, at) => `k${at}f2-9x${at}q-71ab`) }))],
  ["DELETE", "/admin/api/me/totp", ({ world }) => ((world.members[0].totp = false), empty)],
  ["GET", "/admin/api/me/sessions", ({ world }) => ({ rows: world.sessions })],
  ["DELETE", "/admin/api/me/sessions/:id", ({ world, params }) => ((world.sessions = world.sessions.filter(({ id }) => id !== params.id)), empty)],
  ["GET", "/admin/api/members", ({ world }) => ({ rows: world.members })],
  ["POST", "/admin/api/members", ({ world, body }) => {
    if (world.members.some(({ email }) => email === body.email)) return refuse(409, "there is somebody with this email already");
    const member = { id: `m${world.members.length}`, name: "", isOwner: false, totp: false, state: "invited", createdAt: new Date().toISOString(), lastSignedInAt: null, ...body };
    world.members.push(member);
    return { member, link: "http://localhost:3999/admin/#/join?token=Zm9vYmFyYmF6", expiresAt: new Date(Date.now() + 259_200_000).toISOString() };
  }],
  ["PATCH", "/admin/api/members/:id", ({ world, params, body }) => Object.assign(world.members.find(({ id }) => id === params.id), body)],
  ["POST", "/admin/api/members/:id/link", () => ({ link: "http://localhost:3999/admin/#/join?token=cmVzZXQ", expiresAt: new Date(Date.now() + 259_200_000).toISOString() })],
  ["DELETE", "/admin/api/members/:id", ({ world, params }) => ((world.members = world.members.filter(({ id }) => id !== params.id)), empty)],
  ["GET", "/admin/api/keys", ({ world, query }) => ({ rows: world.mood.empty ? [] : world.keys.filter(({ environment }) => !query.get("environment") || environment === query.get("environment")) })],
  ["POST", "/admin/api/keys", ({ world, body }) => {
    if (!body.name.trim()) return refuse(400, "name: must not be empty");
    const made = { ...world.keys[0], hint: "new1", lastUsedAt: null, revokedAt: null, createdAt: new Date().toISOString(), expiresAt: body.expiresInSeconds ? new Date(Date.now() + body.expiresInSeconds * 1_000).toISOString() : null, platforms: [], identity: null, ...body, id: `k${world.keys.length}` };
    world.keys.unshift(made);
    return { id: made.id, key: `sk_${body.environment}_1_TvVb7pUqkJx0o3yQd5n8sWfLzE2rXcG6hAmNtYiKjP0`, name: made.name, environment: made.environment };
  }],
  ["DELETE", "/admin/api/keys/:id", ({ world, params }) => Object.assign(world.keys.find(({ id }) => id === params.id), { revokedAt: new Date().toISOString() })],
  ["GET", "/v1/available-connectors", ({ world, query }) => page(world.connectors.filter(({ name, platform }) => has(name + platform, query.get("q"))), query)],
  ["GET", "/admin/api/logs", ({ world, query, environment }) => cursor(world.mood.empty ? [] : world.logs.filter((row) => row.environment === environment && (!query.get("outcome") || row.outcome === query.get("outcome")) && (!query.get("kind") || row.kind === query.get("kind")) && (!query.get("platform") || row.platform === query.get("platform")) && (!query.get("connection") || row.connectionKey === query.get("connection")) && has(`${row.path} ${row.connectionKey} ${row.requestId}`, query.get("q"))), query)],
  ["GET", "/admin/api/logs/stream", ({ world, response, environment }) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const timer = setInterval(() => {
      const row = { ...world.random.of(world.logs), environment, id: crypto.randomUUID(), at: new Date().toISOString() };
      world.logs.unshift(row);
      response.write(`data: ${JSON.stringify(row)}\n\n`);
    }, 900);
    response.on("close", () => clearInterval(timer));
  }],
  ["GET", "/admin/api/logs/:id", ({ world, params }) => {
    const row = world.logs.find(({ id }) => id === params.id);
    if (!row) return refuse(404, "there is no such entry");
    return { ...row, phases: [["token", 0.4], ["connect", 12], ["send", 1.2], ["wait", row.durationMs * 0.8], ["receive", 4]].map(([name, ms]) => ({ name, ms })), requestHeaders: [["accept", "application/json"], ["authorization", "•••"]], responseHeaders: [["content-type", "application/json"], ["set-cookie", "•••"]] };
  }],
  ["GET", "/admin/api/overview", ({ world, query, environment }) => overview(world, query.get("range") ?? "24h", environment)],
  ["GET", "/v1/toolsets", ({ world, query }) => page(world.mood.empty ? [] : world.toolsets, query)],
  ["POST", "/v1/toolsets", ({ world, body }) => {
    if (world.toolsets.some(({ name }) => name === body.name)) return refuse(409, "there is a toolset with this name already");
    const made = { description: "", platforms: [], actions: [], access: "read", identity: null, approval: [], validate: "strict", answerBytes: null, createdAt: new Date().toISOString(), updatedAt: new Date().toISOString(), ...body };
    world.toolsets.push(made);
    return made;
  }],
  ["GET", "/v1/toolsets/:name", ({ world, params }) => world.toolsets.find(({ name }) => name === params.name) ?? refuse(404, "there is no such toolset")],
  ["PATCH", "/v1/toolsets/:name", ({ world, params, body }) => Object.assign(world.toolsets.find(({ name }) => name === params.name), body)],
  ["DELETE", "/v1/toolsets/:name", ({ world, params }) => ((world.toolsets = world.toolsets.filter(({ name }) => name !== params.name)), { deleted: true })],
  ["GET", "/v1/approvals", ({ world, query, environment }) => page(world.mood.empty ? [] : world.approvals.filter((row) => row.environment === environment && (!query.get("state") || row.state === query.get("state"))).map(({ request, answer, ...row }) => row), query)],
  ["GET", "/v1/approvals/:id", ({ world, params, environment }) => world.approvals.find((row) => row.id === params.id && row.environment === environment) ?? refuse(404, "there is no such approval")],
  ["POST", "/v1/approvals/:id/:how", ({ world, params, body, environment }) => {
    const row = world.approvals.find((each) => each.id === params.id && each.environment === environment);
    if (row.state !== "pending") return refuse(409, "it has been decided already");
    return Object.assign(row, { state: params.how === "approve" ? "executed" : "denied", decidedAt: new Date().toISOString(), decidedBy: "Ada Lovelace", note: body?.note ?? null, answer: params.how === "approve" ? { outcome: "answered", status: 200, headers: {}, body: { ok: true }, truncated: false, notes: [] } : null });
  }],
  ["GET", "/admin/api/audit", ({ world, query }) => cursor(world.mood.empty ? [] : world.audit.filter((row) => (!query.get("what") || row.what === query.get("what")) && has(`${row.what} ${row.object.name} ${row.actor.name}`, query.get("q")) && (!query.get("actor") || row.actor.kind === query.get("actor") || row.actor.id === query.get("actor"))), query)],
  ["GET", "/admin/api/webhooks", ({ world, environment }) => ({ rows: world.mood.empty ? [] : world.webhooks.filter((row) => row.environment === environment) })],
  ["POST", "/admin/api/webhooks", ({ world, body, environment }) => {
    const made = { id: `w${world.webhooks.length}`, environment, active: true, description: "", createdAt: new Date().toISOString(), updatedAt: new Date().toISOString(), failingSince: null, disabledReason: null, ...body };
    world.webhooks.push(made);
    return { ...made, secret: "whs_3fLq0gWcY9kTz7BvR1nXs5Jd" };
  }],
  ["GET", "/admin/api/webhooks/:id", ({ world, params }) => world.webhooks.find(({ id }) => id === params.id) ?? refuse(404, "there is no such webhook")],
  ["PATCH", "/admin/api/webhooks/:id", ({ world, params, body }) => Object.assign(world.webhooks.find(({ id }) => id === params.id), body)],
  ["POST", "/admin/api/webhooks/:id/secret", ({ world, params }) => ({ ...world.webhooks.find(({ id }) => id === params.id), secret: "whs_8Kd2mPq4Xv6Zb1Nn3Rt5Wy7" })],
  ["DELETE", "/admin/api/webhooks/:id", ({ world, params }) => ((world.webhooks = world.webhooks.filter(({ id }) => id !== params.id)), empty)],
  ["GET", "/admin/api/webhooks/:id/deliveries", ({ world }) => ({ rows: Array.from({ length: 12 }, (_, at) => ({ id: `d${at}`, createdAt: new Date(world.now - at * 400_000).toISOString(), event: "connection.failed", status: at % 4 ? 200 : 500, state: at % 4 ? "delivered" : "pending", attempts: at % 4 ? 1 : 3, nextAttemptAt: at % 4 ? null : new Date(world.now + 60_000).toISOString(), error: at % 4 ? null : "the receiver answered with status 500" })), next: null })],
  ["POST", "/admin/api/webhooks/:id/test", () => ({ state: "delivered", status: 200, attempts: 1, error: null })],
  ["GET", "/admin/api/settings", ({ world }) => world.settings],
  ["PATCH", "/admin/api/settings", ({ world, body }) => {
    for (const [name, value] of Object.entries(body)) world.settings[name] = typeof value === "object" ? { ...world.settings[name], ...value } : value;
    return world.settings;
  }],
];

function overview({ random, mood, connections, connectors }, range, environment) {
  const [span, step] = { "1h": [3_600, 60], "24h": [86_400, 1_800], "7d": [604_800, 14_400], "30d": [2_592_000, 86_400] }[range];
  const to = Math.floor(Date.now() / 1_000 / step) * step;
  const series = Array.from({ length: span / step }, (_, at) => {
    const calls = mood.empty ? 0 : Math.round(200 + 160 * Math.sin(at / 5) + random() * 60);
    return { at: new Date((to - span + at * step) * 1_000).toISOString(), calls, errors: Math.round(calls * random() * 0.05), p50Ms: calls ? 90 + random() * 30 : null, p95Ms: calls ? 340 + random() * 200 : null };
  });
  const calls = series.reduce((sum, each) => sum + each.calls, 0);
  const errors = series.reduce((sum, each) => sum + each.errors, 0);
  const failed = connections[environment].find(({ state }) => state === "failed");
  const platforms = ["gmail", "slack", "github", "stripe", "hubspot", "notion", "zendesk"].filter((name) => connectors.some(({ platform }) => platform === name));
  return {
    range, step, from: series[0].at, to: new Date(to * 1_000).toISOString(), series, totals: { calls, errors, p50Ms: mood.empty ? null : 104, p95Ms: mood.empty ? null : 431 },
    platforms: mood.empty ? [] : platforms.map((platform, at) => ({ platform, calls: Math.round(calls / (at + 2)), errors: Math.round(errors / (at + 1.5)), p50Ms: 80 + at * 20, p95Ms: 300 + at * 70 })),
    refreshes: mood.empty ? { ok: 0, failed: 0 } : { ok: 1_284, failed: 6 }, connections: mood.empty ? { operational: 0, degraded: 0, failed: 0 } : { operational: 9_020, degraded: 601, failed: 379 },
    attention: mood.empty ? [] : [
      { kind: "connection_failed", text: `${failed?.key}: the provider refused the refresh token.`, platform: failed?.platform, connectionId: failed?.id, keyId: null },
      { kind: "app_without_credentials", text: "HubSpot is visible in AuthKit, but has no client id and secret.", platform: "hubspot", connectionId: null, keyId: null },
      { kind: "key_expiring", text: "The API key “support agent” expires in 3 days.", platform: null, connectionId: null, keyId: "k" },
    ],
  };
}

export function answer(asked) {
  if (asked.rawPath.startsWith("/v1/passthrough/")) return passthrough(asked);
  for (const [method, pattern, act] of [...routes, ...tools]) {
    const params = fits(pattern, asked.rawPath);
    if (method === asked.method && params) {
      if (!pattern.startsWith("/admin/api/session") && asked.world.mood.signedOut && !/setup|invitations/.test(pattern)) return refuse(401, "sign in", { key: "err::application::unauthorized" });
      return act({ ...asked, params });
    }
  }
  return refuse(404, `the stand-in does not know ${asked.method} ${asked.path}`);
}

function fits(pattern, path) {
  const [wanted, parts] = [pattern.split("/"), path.split("/")];
  if (wanted.length !== parts.length) return null;
  const params = {};
  for (const [at, piece] of wanted.entries()) {
    if (piece.startsWith(":")) params[piece.slice(1)] = decodeURIComponent(parts[at]);
    else if (piece !== parts[at]) return null;
  }
  return params;
}
