// Connections and AuthKit of the stand-in, in the shapes of src/api/v1/connections.rs, src/api/admin/connections.rs and src/api/authkit.
// More moods: `changed=name` has somebody else rename a connection before the next change; `refuse=1` has a refresh fail.
import { refuse } from "../standin.mjs";

const now = () => new Date().toISOString();
const text = (value) => String(value ?? "").toLowerCase();

/** Some connections are in trouble, in both environments, and some are hard to show. */
export function addTroubles(world) {
  for (const rows of Object.values(world.connections)) {
    rows.forEach((row, at) => {
      if (at % 9 === 4) Object.assign(row, { state: "failed", reason: "The provider refused the refresh token (invalid_grant): the person has withdrawn what they allowed." });
      if (at % 11 === 6) Object.assign(row, { state: "degraded", reason: "Three of the last ten refreshes failed: the provider answered with status 503." });
      if (at % 13 === 7) Object.assign(row, { identity: null, identityType: null, name: null, account: null });
      if (at % 17 === 9) Object.assign(row, { name: "עסקים טובים בע״מ — חשבון ראשי", tags: ["pilot", "vip", "a-rather-long-tag-of-a-customer", "eu"] });
    });
  }
}

/** As callers see it. */
const view = ({ reason, status, ...row }) => ({ stateReason: reason ?? null, metadata: row.key.includes("::0000000") ? { plan: "pro", note: "<b>bold</b>" } : {}, lastRefreshedAt: row.updatedAt, active: true, ...row });
const find = ({ world, environment }, id) => world.connections[environment].find((row) => row.id === id || row.key === id);
const gone = () => refuse(404, "there is no such connection");

function select({ world, query, environment }) {
  const is = (name, value) => !query.get(name) || query.get(name) === value;
  const tags = (query.get("tags") ?? "").split(",").map((tag) => tag.trim()).filter(Boolean);
  const q = text(query.get("q"));
  const all = world.mood.empty ? [] : world.connections[environment];
  const rows = all.filter((row) => is("platform", row.platform) && is("state", row.state) && is("identity", row.identity) && is("identityType", row.identityType)
    && tags.every((tag) => row.tags.includes(tag)) && [row.key, row.name, row.identity, row.account, row.platform].some((each) => text(each).includes(q)));
  const sort = query.get("sort") ?? "-createdAt";
  const [by, turn] = sort.startsWith("-") ? [sort.slice(1), -1] : [sort, 1];
  return rows.sort((a, b) => Number(a[by] == null) - Number(b[by] == null) || text(a[by]).localeCompare(text(b[by])) * turn);
}

function page(rows, query) {
  const limit = Math.min(500, Number(query.get("limit") ?? 20));
  const skip = query.has("skip") ? Number(query.get("skip")) : (Number(query.get("page") ?? 1) - 1) * limit;
  return { rows: rows.slice(skip, skip + limit), total: rows.length, pages: Math.ceil(rows.length / limit), page: Math.floor(skip / limit) + 1, limit, skip };
}

function change(asked, row, body) {
  if (asked.world.mood.changed) {
    const name = asked.world.mood.changed;
    delete asked.world.mood.changed;
    Object.assign(row, { name, tags: ["vip", "grace"], updatedAt: new Date(Date.now() + 1).toISOString() });
  }
  const { ifUpdatedAt, ...change } = body;
  if (ifUpdatedAt && ifUpdatedAt !== row.updatedAt) return refuse(409, "this connection has changed since the `updatedAt` that was sent; look at it again, and decide again");
  if (change.tags?.some((tag) => tag.length > 64)) return refuse(400, "tags: at most 50, each of 1 to 64 bytes without commas or line breaks");
  return view(Object.assign(row, change, { updatedAt: now() }));
}

function bulk(asked) {
  const { ids, addTags = [], removeTags = [], delete: remove } = asked.body;
  const failed = [];
  for (const id of ids) {
    const row = find(asked, id);
    if (!row || row.name === "<img src=x onerror=alert(1)>" && remove) failed.push({ id, error: row ? "the provider is being asked; try again later" : "there is no such connection" });
    else if (remove) asked.world.connections[asked.environment] = asked.world.connections[asked.environment].filter((each) => each !== row);
    else row.tags = [...new Set([...row.tags, ...addTags])].filter((tag) => !removeTags.includes(tag));
  }
  return { done: ids.length - failed.length, failed };
}

const cell = (value) => `"${String(value ?? "").replace(/^(?=[=+@-])/, "'").replaceAll('"', '""')}"`;

function csv(asked) {
  const lines = select(asked).map((row) => [row.id, row.key, row.platform, row.name, row.identity, row.state, row.tags.join(",")].map(cell).join(","));
  return { isAnswer: true, headers: { "content-type": "text/csv; charset=utf-8" }, value: ["id,key,platform,name,identity,state,tags", ...lines, ""].join("\r\n") };
}

/* What a back end is answered: the list of what is visible, and a session that says whose it is. */
function begin(asked) {
  const { world, query, body, environment } = asked;
  const rows = world.ready(environment).map(({ platform, name, image }, at) => ({ id: at, type: platform, title: name, image, active: true, tags: [] }));
  const token = `akt_${environment}_${Buffer.from(JSON.stringify({ environment, ...body })).toString("base64url")}`;
  return { ...page(rows, query), requestId: token, request_id: token, expiresAt: new Date(Date.now() + 900_000).toISOString(), isWhiteLabel: true };
}

const sessionOf = ({ headers }) => JSON.parse(Buffer.from(headers.authorization.split("_").at(2) + headers.authorization.split("_").slice(3).map((more) => `_${more}`).join(""), "base64url"));
const own = ({ world }, session) => (session.identity ? world.connections[session.environment].filter(({ identity }) => identity === session.identity).slice(0, 200) : []);

function authKitSession(asked) {
  const session = sessionOf(asked);
  const field = { type: "password", placeholder: "", help: "", required: true, pattern: null, options: [], default: null, prefix: null, suffix: null, multiline: false, showIf: null };
  return {
    environment: session.environment, identity: session.identity ?? null, identityType: session.identityType ?? null, expiresAt: new Date(Date.now() + 900_000).toISOString(), kind: "modal",
    title: null, companyName: null, returnUrl: null, reconnect: null, connections: own(asked, session).map(view),
    connectors: asked.world.ready(session.environment).map(({ platform, name, category, description, image, oauth, guide }) => ({
      platform, title: name, category, description, image, tags: [], connectionDefinitionId: platform, method: oauth ? "oauth" : "form", guide: oauth ? "" : guide, docs: null,
      form: oauth ? [] : [{ ...field, name: "API_KEY", label: "API key" }], scopes: [],
    })),
  };
}

function connect(asked) {
  const { environment, identity = null, identityType = null } = sessionOf(asked);
  const list = asked.world.connections[environment];
  const id = `conn_${environment}_new_${list.length}`;
  const made = {
    id, key: `${environment}::${asked.body.platform}::default::${id}|${identity ?? "nobody"}`, platform: asked.body.platform, type: "api", environment, name: asked.body.name, identity, identityType, tags: [],
    state: "operational", reason: null, account: null, createdAt: now(), updatedAt: now(), lastUsedAt: null, expiresAt: null, active: true,
  };
  list.unshift(made);
  delete asked.world.mood.empty;
  return view(made);
}

const one = (act) => (asked) => {
  const row = find(asked, asked.params.id);
  return row ? act(asked, row) : gone();
};

const mayNot = ({ world }, least) => ["member", "manager", "admin"].indexOf(world.mood.role ?? "admin") < ["member", "manager", "admin"].indexOf(least)
  && refuse(403, `as a ${world.mood.role} you may not change anything; ask an Admin`);
const from = (least, act) => (asked) => mayNot(asked, least) || act(asked);

export const connectionRoutes = [
  ["GET", "/v1/vault/connections", (asked) => { const list = page(select(asked), asked.query); return { ...list, rows: list.rows.map(view) }; }],
  ["GET", "/v1/vault/connections/:id", one((_, row) => view(row))],
  ["PATCH", "/v1/vault/connections/:id", from("manager", one((asked, row) => change(asked, row, asked.body)))],
  ["DELETE", "/v1/vault/connections/:id", from("admin", one(({ world, environment }, row) => ((world.connections[environment] = world.connections[environment].filter((each) => each !== row)), { ...view(row), deleted: true, active: false, revocation: "revoked" })))],
  ["POST", "/v1/vault/connections/:id/refresh", from("manager", one(({ world }, row) => (world.mood.refuse ? refuse(409, "this connection has no token that can be refreshed; if it does not work any more, its owner must connect again")
    : view(Object.assign(row, { state: "operational", reason: null, updatedAt: now(), expiresAt: new Date(Date.now() + 3_600_000).toISOString() })))))],
  ["POST", "/admin/api/connections/bulk", from("manager", bulk)],
  ["GET", "/admin/api/connections.csv", csv],
  ["POST", "/v1/authkit", from("manager", begin)],
  ["POST", "/v1/authkit/links", from("manager", ({ body }) => ({ id: "link_1", url: `http://localhost:3999/connect/${"Zm9vYmFyYmF6cXV4".repeat(6)}`, expiresAt: new Date(Date.now() + (body.expiresInSeconds ?? 86_400) * 1_000).toISOString() }))],
  ["GET", "/authkit/api/session", authKitSession],
  ["GET", "/authkit/api/connections", (asked) => ({ rows: own(asked, sessionOf(asked)).map(view) })],
  ["POST", "/authkit/api/connections", (asked) => (asked.body.form?.API_KEY === "wrong" ? refuse(400, "the provider does not accept this API key") : connect(asked))],
];
