// A customer's application: a page with the published component, and back ends with the published
// packages on origins of their own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { AuthKitToken } from "@picahq/authkit-token";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const component = await readFile(here("../node_modules/@picahq/authkit/dist/index.esm.js"));

/** The page: it opens the modal when its button is pressed, and keeps what the component calls back with. */
const page = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Shop</title><link rel="icon" href="data:,">
<h1>Shop</h1><p>Two lines of a page that lies below.</p><button id="open">Connect your apps</button>
<script type="module">
  import { useAuthKit } from "/authkit.js";
  window.events = [];
  window.messages = [];
  const note = (type) => (value) => events.push({ type, value });
  addEventListener("message", ({ data, origin }) => messages.push({ data, origin }));
  document.getElementById("open").onclick = () =>
    useAuthKit({ ...window.options, onSuccess: note("success"), onError: note("error"), onClose: note("close") }).open();
</script></html>`;

/**
 * Starts the application. `page` is the page's address, `node` and `python` are token endpoints of
 * the two back ends, and what `faults` names are endpoints with something wrong.
 */
export async function startHost({ url, key }) {
  const tokens = [];
  const make = async (request, options = {}) => {
    const identity = request.headers.authorization.split(" ")[1].split(":")[0];
    const given = await new AuthKitToken(options.key ?? key, { baseUrl: options.url ?? url }).create({ identity });
    tokens.push(given.requestId);
    return given;
  };
  const endpoints = backEnd({ url, make });
  const front = await listen(async (request, response) => {
    const path = new URL(request.url, "http://x").pathname;
    if (path === "/authkit.js") return send(response, 200, "text/javascript", component);
    if (path.startsWith("/api/")) return endpoints(request, response);
    return send(response, 200, "text/html; charset=utf-8", path.startsWith("/other") ? "<title>Other</title>" : page);
  });
  const back = await listen(endpoints);
  const python = await startPython({ url, key });
  return {
    page: `http://app.localhost:${front.port}/`,
    api: `http://api.localhost:${back.port}/api`,
    node: `http://api.localhost:${back.port}/api/token`,
    python: `http://python.localhost:${python.port}/token`,
    ports: { front: front.port, back: back.port, python: python.port },
    tokens,
    async stop() {
      [front, back].forEach(({ server }) => (server.closeAllConnections(), server.close()));
      python.stop();
    },
  };
}

/** What the back end answers, by the last part of the path; all but `closed` allow Magpie's origin. */
function backEnd({ url, make }) {
  const json = (value) => ["application/json", JSON.stringify(value)];
  const answers = {
    token: async (request) => json(await make(request)),
    tampered: async (request) => {
      const given = await make(request);
      const at = given.requestId.length - 30;
      const other = given.requestId[at] === "A" ? "B" : "A";
      return json({ ...given, requestId: given.requestId.slice(0, at) + other + given.requestId.slice(at + 1) });
    },
    old: async (request) => {
      const { rows, requestId } = await make(request);
      const connectedPlatforms = rows.map(({ type, title, image }) => ({ type, title, image, active: true }));
      return json({ _id: "evt_tkn::1", linkSettings: { connectedPlatforms, eventIncToken: requestId }, features: [] });
    },
    few: async (request) => {
      const given = await make(request);
      const rows = given.rows.filter(({ type }) => ["gmail", "stripe"].includes(type));
      return json({ ...given, rows, total: rows.length });
    },
    closed: async (request) => json(await make(request)),
    html: async () => ["text/html", "<!doctype html><title>Sign in</title>"],
    tokenless: async () => json({ rows: [], total: 0, pages: 1, page: 1 }),
    refused: async () => json({ message: "sign in first" }),
  };
  return async (request, response) => {
    const name = new URL(request.url, "http://x").pathname.split("/").at(-1);
    if (name !== "closed") {
      response.setHeader("access-control-allow-origin", url);
      response.setHeader("access-control-allow-headers", "authorization, content-type, x-kind");
    }
    request.resume();
    if (request.method === "OPTIONS") return send(response, 204);
    if (!answers[name]) return send(response, 404, "application/json", "{}");
    const [type, body] = await answers[name](request);
    return send(response, name === "refused" ? 403 : 200, type, body);
  };
}

async function startPython({ url, key }) {
  const child = spawn(here("../../.venv/bin/python"), [here("backend.py")], {
    env: { PATH: process.env.PATH, MAGPIE_URL: url, KEY: key },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [port] = await once(createInterface(child.stdout), "line");
  return { port, stop: () => child.stdin.end() };
}

/** A server on a free port. */
export async function listen(answer) {
  const server = createServer((request, response) => {
    Promise.resolve(answer(request, response)).catch((error) => send(response, 500, "text/plain", String(error)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: server.address().port };
}

export function send(response, status, type, body = "") {
  if (response.destroyed) return;
  response.writeHead(status, type ? { "content-type": type } : {});
  response.end(body);
}
