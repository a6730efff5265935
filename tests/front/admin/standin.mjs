// A server for development and tests of the admin UI: the assets under the real policy, and canned answers
// in the shapes of the real API. `node tests/front/admin/standin.mjs [port]`, then http://localhost:3999/admin/.
// With MAGPIE_BEHIND=http://127.0.0.1:3005 a real server answers in place of the canned answers.
// Query parameters of /standin/set change its mood: `away`, `slow=ms`, `signedOut`, `setUp`, `mode`, `role`, `empty`, `fail=path`.
import { createServer, request as ask } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { pathToFileURL } from "node:url";
import { assets } from "../tree.js";
import { answer } from "./standin/answers.mjs";
import { makeWorld } from "./standin/world.mjs";

export const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
const kinds = { ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".json": "application/json", ".html": "text/html; charset=utf-8", ".svg": "image/svg+xml" };

export async function start(port = 0) {
  const world = await makeWorld();
  const server = createServer((request, response) => serve(world, request, response).catch((error) => {
    console.error(error);
    if (!response.headersSent) response.writeHead(500);
    response.end();
  }));
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return { world, url: `http://localhost:${server.address().port}`, stop: () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))) };
}

async function serve(world, request, response) {
  const url = new URL(request.url, "http://localhost");
  if (url.pathname === "/standin/set") {
    Object.assign(world.mood, Object.fromEntries(url.searchParams));
    for (const [name, value] of Object.entries(world.mood)) if (value === "") delete world.mood[name];
    return response.end(JSON.stringify(world.mood));
  }
  if (world.mood.away) return request.socket.destroy();
  if (url.pathname === "/admin/") return send(response, 200, await readFile(new URL("admin/index.html", assets)), kinds[".html"]);
  if (url.pathname === "/admin" || url.pathname === "/") return void response.writeHead(302, { location: "/admin/" }).end();
  if (url.pathname.startsWith("/assets/") || url.pathname.startsWith("/icons/")) return file(url.pathname.replace(/^\/assets\//, "").replace(/^\//, ""), response);
  if (behind) return pass(request, response);
  if (world.mood.slow) await new Promise((resolve) => setTimeout(resolve, Number(world.mood.slow)));
  return api(world, request, response, url);
}

const behind = process.env.MAGPIE_BEHIND;

/** Hands a request on to a real server, and its answer back. */
function pass(request, response) {
  const forward = ask(new URL(request.url, behind), { method: request.method, headers: { ...request.headers, host: new URL(behind).host } }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  forward.on("error", () => request.socket.destroy());
  request.pipe(forward);
}

async function file(path, response) {
  const safe = normalize(path);
  if (safe.startsWith("..")) return void response.writeHead(404).end();
  const text = await readFile(join(assets.pathname, safe)).catch(() => null);
  if (!text) return send(response, 404, "{}", kinds[".json"]);
  return send(response, 200, text, kinds[extname(safe)] ?? "application/octet-stream");
}

async function api(world, request, response, url) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const asked = {
    world, method: request.method, path: decodeURIComponent(url.pathname), rawPath: url.pathname, query: url.searchParams, headers: request.headers,
    body: text && request.headers["content-type"]?.includes("json") ? JSON.parse(text) : text, environment: request.headers["x-magpie-environment"], response, request,
  };
  const given = world.mood.fail && asked.path.includes(world.mood.fail) ? refuse(500, "the server ran into an error") : await answer(asked);
  if (given === undefined) return;
  const { status = 200, headers = {}, value } = given?.isAnswer ? given : { value: given };
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(status === 204 ? "" : typeof value === "string" ? value : JSON.stringify(value));
}

export function refuse(status, message, more = {}) {
  return { isAnswer: true, status, value: { type: "Error", code: 2000, status, key: more.key ?? "err::application::refused", message, requestId: "0f7d2a6c", meta: {} }, headers: more.headers };
}

function send(response, status, body, kind) {
  response.writeHead(status, { "content-type": kind, "content-security-policy": policy, "x-content-type-options": "nosniff", "cache-control": "no-cache", "referrer-policy": "no-referrer" });
  response.end(body);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { url } = await start(Number(process.argv[2] ?? 3999));
  console.log(`${url}/admin/`);
}
