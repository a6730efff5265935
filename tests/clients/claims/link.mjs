// The hosted link: the same without an application around it.
import assert from "node:assert/strict";
import { discreet, quiet, visit } from "../lib/browser.mjs";

export const link = (kit) => ({
  async "a link connects once, and says so afterwards"() {
    const { page, url, leave } = await opened(kit, { platforms: ["gmail"], companyName: "Shop", title: "Connect your mail", returnUrl: "https://shop.example/done" });
    await page.getByRole("heading", { name: "Connect your mail" }).waitFor();
    await page.locator("button.row", { hasText: "Gmail" }).click();
    const [popup] = await Promise.all([page.waitForEvent("popup"), page.getByRole("button", { name: "Connect Gmail" }).click()]);
    await popup.getByRole("button", { name: "Approve" }).click();
    await page.getByRole("heading", { name: "Gmail is connected" }).waitFor();
    const back = page.getByRole("link", { name: "Return to Shop" });
    assert.equal(await back.getAttribute("href"), "https://shop.example/done");
    assert.equal(page.url(), url);
    await page.reload();
    await page.getByRole("heading", { name: "This link no longer works" }).waitFor();
    await leave(/status of 4(01|10)/);
  },

  async "a link may be reloaded until it is used, on a phone as well"() {
    const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
    const { page, identity, leave } = await opened(kit, { platforms: ["exa"], companyName: "Shop" }, phone);
    await page.getByRole("button", { name: "Exa" }).waitFor();
    await page.reload();
    await page.locator("button.row", { hasText: "Exa" }).tap();
    await page.getByLabel("API key").fill("key-45");
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 390, `${width}`);
    await page.getByRole("button", { name: "Connect Exa" }).tap();
    await page.getByRole("heading", { name: "Exa is connected" }).waitFor();
    await page.getByText("You can close this page.").waitFor();
    assert.equal((await kit.connections({ identity })).length, 1);
    await leave(undefined, ["key-45"]);
  },

  async "an unknown link says so"() {
    const { context, page, seen } = await visit(kit.browser);
    await page.goto(`${kit.url}/connect/${"x".repeat(40)}`);
    await page.getByRole("heading", { name: "This link no longer works" }).waitFor();
    quiet(seen, /status of 4(00|01|04|10)/);
    await context.close();
  },
});

const run = Date.now().toString(36);
let links = 0;

/** A new link, opened. Its own address is the one place where its token stands. */
async function opened(kit, body, options) {
  links += 1;
  const identity = `link-${run}-${links}`;
  const made = await kit.api("POST", "/v1/authkit/links", { identity, ...body });
  assert.equal(made.status, 200, JSON.stringify(made.body));
  const { url } = made.body;
  const visited = await visit(kit.browser, options);
  const sessions = [];
  visited.context.on("response", async (response) => {
    if (response.url().endsWith("/links/open") && response.ok()) sessions.push((await response.json()).session);
  });
  await visited.page.goto(url);
  const leave = async (expected, secrets = []) => {
    quiet(visited.seen, expected);
    assert.ok(sessions.length > 0);
    await discreet(visited, [...sessions, ...secrets]);
    assert.deepEqual(visited.seen.referrers.filter((referrer) => url.startsWith(referrer) && referrer.length > kit.url.length + 1), []);
    await visited.context.close();
  };
  return { ...visited, url, identity, leave };
}
