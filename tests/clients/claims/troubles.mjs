// What goes wrong is said in words, reaches the application, and can be mended where it can.
import assert from "node:assert/strict";
import { listen } from "../lib/host.mjs";

export const troubles = (kit) => ({
  async "a refusal at the provider is told, and the next attempt connects"() {
    const person = await kit.person();
    await person.open({ selectedConnection: "Gmail" });
    await person.signIn("Gmail", { decision: "Deny" });
    await person.heading("Access was not given").waitFor();
    assert.match(await person.called("error"), /\w+ \w+/);
    await person.signIn("Gmail", { button: "Try again" });
    await person.heading("Gmail is connected").waitFor();
    assert.deepEqual(await person.events(), ["error", "success"]);
    await person.leave();
  },

  async "a window that was closed by hand is noticed, and the next attempt connects"() {
    const person = await kit.person();
    await person.open({ selectedConnection: "Gmail" });
    const popup = await person.popup("Connect Gmail");
    await popup.getByRole("button", { name: "Approve" }).waitFor();
    await person.heading("Continue in the new window").waitFor();
    await popup.close();
    await person.heading("Window closed").waitFor();
    await person.signIn("Gmail", { button: "Try again" });
    await person.heading("Gmail is connected").waitFor();
    assert.deepEqual(await person.events(), ["success"]);
    await person.leave();
  },

  async "a window that the browser did not open is asked for again"() {
    const person = await kit.person();
    await person.open({ selectedConnection: "Gmail" });
    await person.heading("Connect Gmail").waitFor();
    const frame = await person.frame();
    await frame.evaluate(() => {
      window.kept = window.open;
      window.open = () => null;
    });
    await person.button("Connect Gmail").click();
    await person.heading("The window was blocked").waitFor();
    await frame.evaluate(() => (window.open = window.kept));
    await person.signIn("Gmail", { button: "Open the window" });
    await person.heading("Gmail is connected").waitFor();
    assert.deepEqual(await person.events(), ["success"]);
    await person.leave();
  },

  async "what was begun can be cancelled, which closes the window"() {
    const person = await kit.person();
    await person.open({ selectedConnection: "Gmail" });
    const popup = await person.popup("Connect Gmail");
    await popup.getByRole("button", { name: "Approve" }).waitFor();
    const closed = popup.waitForEvent("close");
    await person.button("Cancel").click();
    await person.heading("Connect Gmail").waitFor();
    await closed;
    assert.deepEqual(await person.events(), []);
    await person.leave();
  },

  async "a provider that isolates its pages hides the window, not the outcome"() {
    const person = await kit.person();
    // On the way to the provider's page there is one that parts with its opener.
    await person.context.route("**/connect/start/*", async (route) => {
      const response = await route.fetch({ maxRedirects: 0 });
      const { location, ...headers } = response.headers();
      const body = `<!doctype html><link rel="icon" href="data:,"><script>location.replace(${JSON.stringify(location)})</script>`;
      await route.fulfill({ status: 200, headers: { ...headers, "content-type": "text/html", "cross-origin-opener-policy": "same-origin" }, body });
    });
    await person.open({ selectedConnection: "Gmail" });
    const popup = await person.popup("Connect Gmail");
    await popup.getByRole("button", { name: "Approve" }).waitFor();
    assert.ok(await popup.evaluate(() => window.opener === null), "the window still has its opener");
    await person.heading("Window closed").waitFor();
    await popup.getByRole("button", { name: "Approve" }).click();
    await person.heading("Gmail is connected").waitFor();
    assert.equal((await person.called("success")).platform, "gmail");
    await person.leave();
  },

  async "a session that is not good says so to the person and to the application"() {
    const person = await kit.person();
    await person.open({ backEnd: `${kit.host.api}/tampered` });
    await person.heading("Your session has ended").waitFor();
    assert.match(await person.called("error"), /\w+ \w+/);
    await person.button("Close", false).first().click();
    await person.gone();
    await person.leave({ expected: /status of 401/ });
  },

  async "a session that ends on the way is renewed, unnoticed"() {
    const person = await kit.person();
    let refused = 0;
    await person.context.route("**/authkit/api/connections", (route) => {
      if (refused > 0 || route.request().method() !== "POST") return route.fallback();
      refused += 1;
      return route.fulfill({ status: 401, json: { type: "Unauthorized", code: 2010, status: 401, message: "over" } });
    });
    await person.open({ selectedConnection: "Stripe" });
    await person.modal.getByLabel("Secret or restricted key").fill("sk_good_44");
    await person.button("Connect Stripe").click();
    await person.heading("Stripe is connected").waitFor();
    assert.equal(refused, 1);
    assert.deepEqual(await person.events(), ["success"]);
    await person.leave({ expected: /status of 401/, secrets: ["sk_good_44"] });
  },

  async "a server that is away for a moment is waited for"() {
    const person = await kit.person();
    let away = true;
    await person.context.route("**/authkit/api/flows/*", (route) => (away ? route.abort() : route.fallback()));
    await person.open({ selectedConnection: "Gmail" });
    const popup = await person.popup("Connect Gmail");
    await popup.getByRole("button", { name: "Approve" }).waitFor();
    await person.modal.locator(".notice", { hasText: "The server cannot be reached" }).waitFor();
    away = false;
    await popup.getByRole("button", { name: "Approve" }).click();
    await person.heading("Gmail is connected").waitFor();
    await person.leave({ expected: /ERR_FAILED/ });
  },

  async "each fault of a back end has its words, and the developers' beside them"() {
    const { server, port } = await listen(() => {});
    await new Promise((done) => server.close(done));
    const person = await kit.person();
    for (const [backEnd, heading, builder] of [
      [`http://api.localhost:${port}/api/token`, "The app cannot be reached", "Access-Control-Allow-Origin"],
      [`${kit.host.api}/closed`, "The app cannot be reached", `Access-Control-Allow-Origin: ${kit.url}`],
      [`${kit.host.api}/html`, "The app gave an answer that makes no sense", "something other than JSON"],
      [`${kit.host.api}/refused`, "The app refused to connect", "status 403"],
      [`${kit.host.api}/tokenless`, "The app is not set up completely", "no requestId"],
      ["ftp://example.com/", "The app is not set up completely", "not an http or https address"],
    ]) {
      await person.open({ backEnd });
      await person.heading(heading).waitFor();
      await person.modal.getByText("For the developers of this app").click();
      await person.modal.locator(".builder", { hasText: builder }).waitFor();
      await person.called("error");
      await person.page.keyboard.press("Escape");
      await person.gone();
      assert.deepEqual(await person.events(), ["error", "close"]);
      await person.forget();
    }
    await person.leave({ expected: /ERR_CONNECTION_REFUSED|ERR_FAILED|CORS policy|status of 403/ });
  },

  async "a back end that comes back is asked again"() {
    const person = await kit.person();
    let away = true;
    await person.context.route("**/api/token*", (route) => (away ? route.abort() : route.fallback()));
    await person.open();
    await person.heading("The app cannot be reached").waitFor();
    away = false;
    await person.button("Try again").click();
    await person.modal.getByRole("searchbox").waitFor();
    await person.leave({ expected: /ERR_FAILED/ });
  },

  async "where nothing is switched on, that is said"() {
    const person = await kit.bare.person();
    await person.open();
    await person.heading("Nothing to connect yet").waitFor();
    await person.button("Close", false).first().click();
    await person.gone();
    await person.leave();
  },
});
