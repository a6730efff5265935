// Somebody else's server: a provider's API, and a program that webhooks tell what happens.
import { createServer } from "node:http";

/**
 * Starts it on loopback. `url` is where it is; `calls` are the requests to the API below `/api`, of which those below
 * `/api/broken` fail; `told` are the messages to `/hooks`, which answers with `town.answer`.
 */
export async function openTown() {
  const town = { calls: [], told: [], answer: 200 };
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const seen = { method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() };
    const isHook = request.url.startsWith("/hooks");
    (isHook ? town.told : town.calls).push(seen);
    response.writeHead(isHook ? town.answer : request.url.startsWith("/api/broken") ? 500 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify({ ok: true }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  town.url = `http://127.0.0.1:${server.address().port}`;
  town.close = () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve)));
  return town;
}
