// Actions and what is done with them: the lists of the real catalogue, canned answers of providers.
import { readFile } from "node:fs/promises";
import { assets } from "../../tree.js";
import { refuse } from "../standin.mjs";

const kept = new Map();
const idOf = (platform, key) => `conn_mod_def::${platform}::${key}`;
const braces = (path) => path.replace(/\{([^{}]+)\}/g, "{{$1}}");

async function actionsOf(platform) {
  if (!kept.has(platform)) {
    const text = await readFile(new URL(`actions/${platform}.jsonl`, assets), "utf8").catch(() => "");
    kept.set(platform, text.split("\n").filter(Boolean).map((line) => ({ ...JSON.parse(line), platform })));
  }
  return kept.get(platform);
}

const view = (action) => ({ systemId: idOf(action.platform, action.key), title: action.title, key: action.key, modelName: action.model ?? "", method: action.method, platform: action.platform, path: braces(action.path), tags: action.tags ?? [] });

async function find(id) {
  const [, platform, key] = id.split("::");
  const all = await actionsOf(platform);
  return all.find((each) => each.key === key) ?? all[Number(key) % all.length];
}

const odd = { key: "odd", title: "<script>alert('title')</script> שלום", model: "Odd", method: "POST", path: "/odd/{id}/parts", tags: ["write"], platform: "slack", contentType: "application/json", params: [
  { name: "id", in: "path", description: "<b>id</b>", default: "me" }, { name: "mode", in: "query", enum: ["fast", "slow"], default: "fast" }, { name: "limit", in: "query", type: "integer" }, { name: "ids", in: "query", type: "array", items: "integer" }, { name: "dry", in: "query", type: "boolean" },
  { name: "X-Trace", in: "header" }, { name: "title", in: "body", required: true, description: "What it is called." }, { name: "count", in: "body", type: "number" }, { name: "open", in: "body", type: "boolean" },
  { name: "customer", in: "body", type: "object" }, { name: "customer.email", in: "body", required: true }, { name: "customer.address", in: "body", type: "object" }, { name: "customer.address.city", in: "body" },
  { name: "lines", in: "body", type: "array", items: "object" }, { name: "lines[].price", in: "body", type: "number", required: true }, { name: "lines[].tags", in: "body", type: "array", items: "string" }, { name: "labels", in: "body", type: "array", items: "string", enum: ["red", "blue"] }, { name: "metadata", in: "body", type: "object" },
] };

const words = (text) => text.toLowerCase().split(/\W+/).filter(Boolean);
const ranked = (all, text, limit) => {
  const wanted = words(text);
  const score = (each) => wanted.filter((word) => `${each.title} ${each.platform} ${each.path}`.toLowerCase().includes(word)).length;
  return all.map((each) => [score(each), each]).filter(([points]) => points > 0 || wanted.length === 0).sort((a, b) => b[0] - a[0]).slice(0, limit).map(([, each]) => view(each));
};

const paged = (rows, query) => {
  const limit = Math.min(500, Number(query.get("limit") ?? 20));
  const skip = (Number(query.get("page") ?? 1) - 1) * limit;
  return { rows: rows.slice(skip, skip + limit), total: rows.length, pages: Math.ceil(rows.length / limit), page: skip / limit + 1, limit, skip };
};

export const routes = [
  ["GET", "/v1/available-actions/search", async ({ query }) => {
    const some = (await Promise.all(["gmail", "github", "stripe", "slack", "zendesk"].map(actionsOf))).flat();
    return ranked([odd, ...some], query.get("query") ?? "", Number(query.get("limit") ?? 5));
  }],
  ["GET", "/v1/available-actions/search/:platform", async ({ query, params }) => ranked([...(params.platform === "slack" ? [odd] : []), ...await actionsOf(params.platform)], query.get("query") ?? "", Number(query.get("limit") ?? 5))],
  ["GET", "/v1/available-actions/:platform", async ({ query, params, world }) => paged(world.mood.empty ? [] : [...(params.platform === "slack" ? [odd] : []), ...await actionsOf(params.platform)].map(view), query)],
  ["GET", "/v1/actions/:id", async ({ params }) => {
    const action = params.id.endsWith("::odd") ? odd : await find(params.id);
    if (!action) return refuse(404, "there is no such action");
    const fields = (action.params ?? []).map((param) => ({ type: "string", items: null, required: param.in === "path", enum: [], default: null, description: "", ...param }));
    const example = action.method === "GET" || action.method === "DELETE" ? null : JSON.stringify({ title: "A title" });
    return { ...view(action), params: fields, contentType: action.contentType ?? null, answer: (action.answer ?? []).map((each) => ({ type: "string", ...each })), scopes: action.scopes ?? [], example };
  }],
  ["GET", "/v1/knowledge", async ({ query }) => {
    const id = query.get("_id") ?? "";
    const action = id.endsWith("::odd") ? odd : await find(id);
    if (!action) return { rows: [], total: 0, pages: 0, page: 1 };
    const knowledge = `# ${action.title}\n\nWorks on: ${action.model}. Reads only; changes nothing. <img src=x onerror=alert(1)>\n\n\`${action.method} https://api.example.com${braces(action.path)}\`\n\n## Query parameters (go into the URL's query string)\n\n- \`limit\` (query, integer, optional): How many at the most.\n- \`cursor\` (query, string, optional)\n\n## Example request\n\n\`${action.method} https://api.example.com${action.path}\`\n\n\`\`\`json\n{\n  "title": "A title"\n}\n\`\`\`\n`;
    return { rows: [{ id, _id: id, connectionPlatform: action.platform, title: action.title, path: braces(action.path), knowledge, method: action.method, baseUrl: "https://api.example.com", tags: [] }], total: 1, pages: 1, page: 1 };
  }],
  ["POST", "/v1/connectors/import", async ({ body, world }) => {
    await new Promise((resolve) => setTimeout(resolve, 150));
    if (body.document.includes("BROKEN")) return refuse(422, "line 3, column 7: a mapping is not allowed here");
    if (body.document.includes("POINTER")) return refuse(422, "/paths/~1pets/get/parameters/0: the reference leads nowhere");
    const platform = body.platform || "petco";
    if (!body.dryRun && !body.replace && world.imported?.has(platform)) return refuse(409, `there is a connector \`${platform}\` already`);
    if (!body.dryRun) (world.imported ??= new Set()).add(platform);
    const first = Array.from({ length: 10 }, (_, at) => ({ key: `listPets${at}`, title: at ? `List pets of owner ${at}` : "<b>List pets</b>", method: at % 3 ? "GET" : "POST", path: `/owners/${at}/pets` }));
    return {
      platform, installed: !body.dryRun, descriptor: `platform = "${platform}"\nname = "Petco"\nbase_url = "${body.baseUrl || "https://api.petco.example/v1"}"\n`,
      summary: { title: "Petco <i>API</i>", version: "1.2.0", platform, base_url: body.baseUrl || "https://api.petco.example/v1", auth: "bearer", form: ["API_TOKEN"], actions: 42, deprecated: 3, first,
        skipped: [{ place: "/paths/~1stream/get", why: "the answer never ends" }, { place: "/paths/~1other~1{x}/post", why: "goes to another server" }], notes: ["no parameterless GET was found for `[test]`"] },
    };
  }],
];

/** A provider's answer by what is in the path: slow, large, a picture, a refusal. */
export async function passthrough({ method, rawPath, query, headers, body, world }) {
  const path = rawPath.slice("/v1/passthrough".length);
  const key = headers["x-pica-connection-key"];
  if (!key) return refuse(400, "send the connection's key in the `x-pica-connection-key` header");
  const requestId = crypto.randomUUID();
  const give = (status, kind, value) => ({ isAnswer: true, status, value, headers: { "content-type": kind, "x-pica-passthrough-content-type": kind, "x-request-id": requestId, "x-ratelimit-remaining": "41", "x-pica-passthrough-x-ratelimit-remaining": "41" } });
  await new Promise((resolve) => setTimeout(resolve, path.includes("slow") ? 4_000 : 60));
  const status = path.includes("missing") ? 404 : path.includes("denied") ? 401 : method === "DELETE" ? 204 : 200;
  const environment = headers["x-magpie-environment"];
  world.logs.unshift({ ...world.logs[0], id: requestId, requestId, at: new Date().toISOString(), kind: "passthrough", environment, connectionKey: key, platform: key.split("::")[1], actionId: headers["x-pica-action-id"] ?? null, actionTitle: "From the playground", method, path, status, outcome: status < 400 ? "ok" : "client_error", error: null, durationMs: 74.2 });
  if (path.includes("away")) return refuse(502, "the provider could not be reached");
  if (path.includes("picture")) return give(200, "image/png", "PNG");
  if (path.includes("plain")) return give(200, "text/plain; charset=utf-8", "<b>plain</b> words\nin two lines");
  if (path.includes("large")) return give(200, "application/json", JSON.stringify({ items: Array.from({ length: 40_000 }, (_, at) => ({ id: at, name: `item ${at}`, note: "x".repeat(40) })) }));
  if (status === 204) return give(204, "application/json", "");
  if (status >= 400) return give(status, "application/json", JSON.stringify({ error: { message: status === 404 ? "Not Found" : "Bad credentials", code: status } }));
  return give(200, "application/json", JSON.stringify({ method, path, query: Object.fromEntries(query), body: body || null, html: "<script>alert(1)</script>", list: Array.from({ length: 30 }, (_, at) => ({ id: at, ok: true, none: null })) }));
}
