// Integrations of the stand-in, in the shapes of src/api/v1/integrations, read out of the connectors' files.
import { readFile } from "node:fs/promises";
import { assets } from "../../tree.js";
import { refuse } from "../standin.mjs";

const empty = () => ({ active: false, clientId: null, hint: null, scopes: null, authorizeParams: {}, settings: {}, problem: null, updatedAt: new Date().toISOString() });
const visible = ["gmail", "slack", "github", "hubspot", "stripe", "notion", "google-calendar", "sendgrid", "openai", "airtable"];
const configured = ["gmail", "github", "google-calendar"];

/** Adds to the world what was decided about each connector, and `ready(environment)`. */
export async function addIntegrations(world) {
  world.more = new Map(await Promise.all(world.connectors.map(async ({ platform }) => [platform, await readMore(platform)])));
  world.decided = { live: new Map(), test: new Map() };
  for (const decided of Object.values(world.decided)) {
    for (const platform of visible) decided.set(platform, { ...empty(), active: true });
    for (const platform of configured) Object.assign(decided.get(platform), { clientId: `${platform}-app-4711`, hint: "GOCSP***********x7Qa" });
    Object.assign(decided.get("gmail"), { problem: "invalid_client: The OAuth client was not found." });
  }
  world.ready = (environment) => world.connectors.map((connector) => ({ ...connector, ...world.more.get(connector.platform), ...view(world, environment, connector) })).filter(({ ready }) => ready);
}

async function readMore(platform) {
  const text = await readFile(new URL(`connectors/${platform}.toml`, assets), "utf8").catch(() => "");
  const list = /^scopes = \[\n([\s\S]*?)^\]/m.exec(text.slice(Math.max(0, text.indexOf("[oauth]"))))?.[1] ?? "";
  const scopes = list.split("\n").map((line) => ({ name: /name = "([^"]*)"/.exec(line)?.[1], description: /description = "([^"]*)"/.exec(line)?.[1] ?? "", default: /default = true/.test(line), required: /required = true/.test(line) })).filter(({ name }) => name);
  const fields = [...text.matchAll(/^\[\[oauth\.app\]\]\n((?:.+\n)*)/gm)].map(([, block]) => {
    const value = (name) => new RegExp(`^${name} = "(.*)"$`, "m").exec(block)?.[1];
    const options = /^options = \[(.*)\]$/m.exec(block)?.[1].split(",").map((each) => each.trim().replaceAll('"', "")) ?? [];
    return { name: value("name"), type: value("type") ?? "text", label: value("label") ?? "", placeholder: value("placeholder") ?? "", help: value("help") ?? "", required: !/^required = false/m.test(block), default: value("default") ?? null, options };
  });
  return { guide: /^guide = '''\n?([\s\S]*?)'''/m.exec(text)?.[1] ?? "", registerUrl: /^register_url = "(.*)"/m.exec(text)?.[1] ?? null, scopes, fields };
}

function view(world, environment, { platform, name, category, image, oauth }) {
  const { hint, ...own } = world.decided[environment].get(platform) ?? empty();
  const { guide, registerUrl, scopes, fields } = world.more.get(platform);
  const missing = oauth ? [!own.clientId && "clientId", !hint && "clientSecret", ...fields.filter((field) => field.required && !own.settings[field.name] && !field.default).map((field) => `settings.${field.name}`)].filter(Boolean) : [];
  return {
    platform, title: name, category, image, oauth, activatedAt: own.active ? own.updatedAt : null, ready: own.active && missing.length === 0, missing, availableScopes: scopes, fields, guide, registerUrl,
    redirectUri: "http://localhost:3999/connections/oauth/callback", createdAt: own.updatedAt, clientSecretDisplay: hint, ...own,
  };
}

function change({ world, environment, params, body }) {
  const connector = world.connectors.find(({ platform }) => platform === params.platform);
  if (!connector) return refuse(404, "there is no such connector");
  if (world.mood.refuse) return refuse(500, "the disk is full");
  if (["manager", "admin"].indexOf(world.mood.role ?? "admin") < 0) return refuse(403, "as a Member you may not change anything; ask a Manager or an Admin");
  if (/\s/.test(body.clientId ?? "")) return refuse(400, "clientId: must not contain spaces");
  const own = world.decided[environment].get(params.platform) ?? empty();
  const { clientSecret, ...change } = body;
  if (clientSecret !== undefined) own.hint = clientSecret && `${clientSecret.slice(0, 5)}***********${clientSecret.slice(-4)}`;
  world.decided[environment].set(params.platform, Object.assign(own, change, { updatedAt: new Date().toISOString(), problem: change.clientId || clientSecret ? null : own.problem }));
  return view(world, environment, connector);
}

export const authKitRoutes = [
  ["GET", "/v1/integrations", ({ world, query, environment }) => {
    const limit = Math.min(500, Number(query.get("limit") ?? 20));
    const skip = (Number(query.get("page") ?? 1) - 1) * limit;
    const rows = world.connectors.map((connector) => view(world, environment, connector));
    return { rows: rows.slice(skip, skip + limit), total: rows.length, pages: Math.ceil(rows.length / limit), page: skip / limit + 1, limit, skip };
  }],
  ["GET", "/v1/integrations/:platform", ({ world, environment, params }) => view(world, environment, world.connectors.find(({ platform }) => platform === params.platform))],
  ["PATCH", "/v1/integrations/:platform", change],
];
