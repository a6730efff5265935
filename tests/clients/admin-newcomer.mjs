// Somebody who has never seen the admin pages: from the set-up link to an answer of a provider's API over a new OAuth
// connection, with every click counted.
//
//   SETUP_LINK=http://localhost:3005/admin/#/setup?token=… PROVIDER=http://127.0.0.1:3006 CLIENT_ID=… CLIENT_SECRET=… node admin-newcomer.mjs
//
// The server runs as `magpie serve`. Its connector `acme` (Acme Mail) is signed in to with OAuth at PROVIDER, and has an action
// "Get the profile". Typing is not counted, and neither is the Enter that ends it. Prints one line of JSON, with `clicks`.
import assert from "node:assert/strict";
import { launch, quiet, visit } from "./lib/browser.mjs";
import { tryClaims } from "./lib/claims.mjs";

const { SETUP_LINK, PROVIDER, CLIENT_ID, CLIENT_SECRET, SHOTS } = process.env;
const most = 12;
const clicks = [];

const claims = {
  async "a newcomer is there in a few clicks"() {
    const { page, context, seen } = await visit(browser, { viewport: { width: 1440, height: 900 } });
    const click = async (what, locator) => {
      await locator.click();
      clicks.push(what);
    };
    const shot = (name) => SHOTS && page.screenshot({ path: `${SHOTS}/${name}-light-1440.png` });

    await page.goto(SETUP_LINK);
    await page.getByLabel("Name").fill("Ada Lovelace");
    await page.getByLabel(/^Email/).fill("ada@example.com");
    await page.getByLabel("Password", { exact: true }).fill("purple otters juggle");
    await shot("set-up");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await shot("overview");

    await click("AuthKit", page.getByRole("link", { name: "AuthKit" }).first());
    await page.getByRole("searchbox").first().fill("Acme Mail");
    const card = page.getByRole("article", { name: "Acme Mail" });
    await click("configure", card.getByRole("button", { name: "Configure" }));
    const form = page.getByRole("dialog", { name: "Configure Acme Mail" });
    await form.getByLabel("Client ID").fill(CLIENT_ID);
    await form.getByLabel("Client secret").fill(CLIENT_SECRET);
    await form.getByLabel("Server").fill(PROVIDER);
    await shot("configure");
    await page.keyboard.press("Enter");
    await form.waitFor({ state: "detached" });
    await click("visible", card.getByRole("switch"));
    await card.getByText("Visible in AuthKit").waitFor();
    await shot("authkit");

    await click("connections", page.getByRole("link", { name: "Connections" }).first());
    await click("add", page.getByRole("button", { name: "Add connection" }).first());
    await page.getByRole("textbox", { name: "Identity" }).last().fill("user_1");
    await page.keyboard.press("Enter");
    const modal = page.frameLocator("iframe.authkit-frame");
    await click("Acme Mail", modal.locator("button.row").first());
    await shot("modal");
    const opened = context.waitForEvent("page");
    await click("connect", modal.getByRole("button", { name: /^Connect/ }));
    const popup = await opened;
    await popup.getByRole("button").first().waitFor().catch(async () => { throw new Error(`${popup.url()} ${await popup.locator("body").innerText()}`); });
    await click("allow", popup.getByRole("button", { name: /^(allow|approve|authorize)/i }).first());
    await click("done", modal.getByRole("button", { name: "Done", exact: true }));
    await page.locator(".authkit-over").waitFor({ state: "detached" });

    await click("the connection", page.locator(".row-link").first());
    await page.getByRole("heading", { name: "Health" }).waitFor();
    await shot("connection");
    await click("try it", page.getByRole("link", { name: "Try in playground" }));
    await page.getByRole("combobox", { name: "Action" }).fill("get the profile");
    await page.getByRole("option").first().waitFor();
    await page.keyboard.press("Enter");
    const send = page.getByRole("button", { name: /^Send GET$/ });
    await send.waitFor();
    await page.locator(".play-form [aria-required=true]").first().fill("me");
    await click("send", send);
    await page.getByRole("heading", { name: "Answer" }).waitFor();
    await page.locator(".answer").getByText(/\b200\b/).first().waitFor();
    await shot("answer");
    assert.ok(clicks.length <= most, `${clicks.length} clicks: ${clicks.join(", ")}`);
    // A connector of the operator's own has no logo.
    quiet(seen, /icons\/acme\.svg/);
    await context.close();
  },
};

const browser = await launch();
await tryClaims(claims, { more: async () => (await browser.close(), { clicks }) });
