// A person's way through the frame of the admin UI, in Chromium against the stand-in: each claim by itself.
// node tests/front/admin/walk.mjs [part of a claim's name]
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { start } from "./standin.mjs";

const require = createRequire(fileURLToPath(new URL("../../clients/package.json", import.meta.url)));
const { chromium } = require("playwright-core");
const wanted = process.argv[2] ?? "";
const { url, world, stop } = await start(0);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });

async function visit(address = "/", { mood = {}, ...options } = {}) {
  world.mood = mood;
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce", locale: "en-US", permissions: ["clipboard-read", "clipboard-write"], ...options });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const seen = [];
  page.on("pageerror", (error) => seen.push(String(error.stack)));
  page.on("console", (message) => message.type() === "error" && !/Failed to load resource/.test(message.text()) && seen.push(message.text()));
  page.on("request", (request) => !request.url().startsWith(url) && !/^(data|blob):/.test(request.url()) && seen.push(`left the origin: ${request.url()}`));
  page.on("dialog", (dialog) => (seen.push(`a dialog: ${dialog.message()}`), dialog.dismiss()));
  await page.goto(`${url}/admin/#${address}`);
  return Object.assign(page, { seen, heading: (name) => page.getByRole("heading", { level: 1, name }), button: (name) => page.getByRole("button", { name, exact: true }) });
}

const claims = {
  async "the focus goes to the heading of a page that was gone to, and the title says which"() {
    const page = await visit("/keys");
    await page.heading("API keys").waitFor();
    assert.equal(await page.title(), "API keys · Magpie");
    await page.getByRole("link", { name: "Members" }).click();
    await page.heading("Members").waitFor();
    await page.waitForFunction(() => document.activeElement.textContent === "Members" && document.activeElement.tagName === "H1");
    assert.equal(await page.title(), "Members · Magpie");
    return page;
  },
  async "the way past everything leads to the page"() {
    const page = await visit("/keys");
    await page.heading("API keys").waitFor();
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the page");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "main");
    return page;
  },
  async "keys lead to pages, but not while typing"() {
    const page = await visit("/audit");
    await page.heading("Audit").waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("g k");
    assert.equal(await page.getByRole("searchbox").inputValue(), "g k");
    await page.keyboard.press("Escape");
    await page.getByRole("searchbox").blur();
    await page.keyboard.press("g");
    await page.keyboard.press("k");
    await page.heading("API keys").waitFor();
    return page;
  },
  async "the palette finds pages, connectors and connections, and goes there"() {
    const page = await visit("/keys");
    await page.heading("API keys").waitFor();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("memb");
    await page.getByRole("option", { name: "Members g m" }).waitFor();
    await page.keyboard.press("Enter");
    await page.heading("Members").waitFor();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("gmail");
    await page.getByRole("group", { name: "Connectors" }).getByRole("option").first().waitFor();
    await page.getByRole("group", { name: "Connections", exact: true }).getByRole("option").first().waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.waitForFunction(() => document.activeElement.tagName === "H1");
    return page;
  },
  async "unsaved changes are asked about, and kept by who wants to stay"() {
    const [{ id }] = world.webhooks;
    const page = await visit(`/webhooks/${id}`);
    await page.getByLabel("Description").fill("77");
    await page.getByRole("link", { name: "Members" }).click();
    await page.getByRole("heading", { name: "Leave without saving?" }).waitFor();
    await page.button("Stay here").click();
    assert.equal(await page.getByLabel("Description").inputValue(), "77");
    assert.ok(page.url().endsWith(`#/webhooks/${id}`));
    await page.button("Production").click();
    await page.button("Stay here").click();
    assert.equal(await page.evaluate(() => document.documentElement.dataset.environment), "test");
    assert.equal(await page.button("Sandbox").getAttribute("aria-pressed"), "true");
    await page.getByRole("link", { name: "Members" }).click();
    await page.button("Leave").click();
    await page.heading("Members").waitFor();
    return page;
  },
  async "an ended session takes nothing away that was typed"() {
    const page = await visit("/keys?add=1");
    await page.getByLabel("Name", { exact: true }).fill("my key");
    await page.waitForLoadState("networkidle");
    world.mood.signedOut = "1";
    await page.getByRole("dialog").getByRole("button", { name: "Create key" }).click();
    await page.getByRole("heading", { name: "Please sign in again" }).waitFor();
    assert.equal(await page.getByLabel("Email").inputValue(), "ada@acme.example");
    await page.getByLabel("Password").fill("wrong");
    await page.button("Sign in").click();
    await page.getByText("Email or password is wrong.").waitFor();
    await page.getByLabel("Password").fill("code");
    await page.button("Sign in").click();
    await page.getByLabel("Code").fill("123456");
    await page.button("Sign in").click();
    await page.getByRole("heading", { name: "Your new key" }).waitFor();
    await page.getByText("“my key” can be used at once.").waitFor();
    return page;
  },
  async "a server that is away is told of, and everything goes on when it is back"() {
    const page = await visit("/keys");
    await page.getByRole("link", { name: "Toolsets" }).click();
    await page.heading("Toolsets").waitFor();
    world.mood.away = "1";
    await page.getByRole("link", { name: "Members" }).click();
    await page.getByText("Trying again by itself").waitFor();
    await page.locator(".page").getByRole("heading", { name: "This could not be loaded" }).waitFor();
    delete world.mood.away;
    await page.getByText("Grace Hopper").waitFor();
    assert.equal(await page.locator(".away").count(), 0);
    return page;
  },
  async "a page that does not come is waited for in the frame, and drawn when it does"() {
    const page = await visit("/keys");
    await page.heading("API keys").waitFor();
    let go;
    const held = new Promise((resolve) => (go = resolve));
    await page.route(/pages\/audit\.js/, async (route) => (await held, route.continue()));
    await page.goto("about:blank");
    await page.goto(`${url}/admin/#/audit`, { waitUntil: "commit" });
    await page.getByRole("link", { name: "Members" }).waitFor();
    assert.equal(await page.heading("Audit").count(), 0);
    go();
    await page.heading("Audit").waitFor();
    return page;
  },
  async "who waits at the sign-in is asked anew when the server is back"() {
    const page = await visit("/", { mood: { signedOut: "1" } });
    await page.getByLabel("Email").fill("ada@acme.example");
    await page.getByLabel("Password").fill("code");
    assert.equal(await page.getByText("Acme SSO").count(), 0);
    world.mood.away = "1";
    await page.button("Sign in").click();
    await page.getByText("cannot be reached").first().waitFor();
    world.mood.oidc = "1";
    delete world.mood.away;
    await page.getByText("Acme SSO").waitFor();
    assert.equal(await page.getByLabel("Email").inputValue(), "ada@acme.example");
    return page;
  },
  async "a key is made, shown once, copied, and revoked"() {
    const page = await visit("/keys");
    await page.button("Create key").click();
    await page.getByRole("dialog").getByRole("button", { name: "Create key" }).click();
    await page.getByText("Please fill this in.").waitFor();
    await page.getByLabel("Name", { exact: true }).fill("<img src=x onerror=alert(1)>");
    await page.getByRole("combobox", { name: "Platforms" }).fill("gmai");
    await page.getByRole("option", { name: "Gmail" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.button("Remove Gmail").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Create key" }).click();
    await page.getByRole("button", { name: "Copy: API key" }).click();
    await page.waitForFunction(() => navigator.clipboard.readText().then((text) => text.startsWith("sk_test_")));
    await page.button("I have kept it").click();
    await page.getByRole("row").filter({ hasText: "<img src=x" }).getByRole("button").click();
    await page.getByRole("menuitem", { name: "Revoke" }).click();
    await page.getByRole("heading", { name: "Revoke “<img src=x onerror=alert(1)>”?" }).waitFor();
    await page.button("Revoke").click();
    await page.getByText("is revoked.").waitFor();
    await page.getByRole("row").filter({ hasText: "<img src=x" }).waitFor({ state: "detached" });
    return page;
  },
  async "what somebody else changed meanwhile is shown and not overwritten"() {
    const page = await visit("/toolsets/support");
    await page.getByLabel("Description").fill("Mine");
    Object.assign(world.toolsets[0], { description: "Theirs", updatedAt: new Date().toISOString() });
    await page.button("Save").click();
    await page.getByRole("cell", { name: "Theirs" }).waitFor();
    await page.getByRole("cell", { name: "Mine" }).waitFor();
    assert.equal(world.toolsets[0].description, "Theirs");
    await page.button("Save mine over it").click();
    await page.getByText("Saved.").waitFor();
    assert.equal(world.toolsets[0].description, "Mine");
    return page;
  },
  async "settings are changed where they may be, and say where they are set if not"() {
    const page = await visit("/settings");
    await page.getByText("(set in the configuration)").waitFor();
    await page.button("Change: Retention and limits").click();
    const box = page.getByRole("dialog", { name: "Retention and limits" });
    assert.equal(await box.getByLabel("Requests of a key").getAttribute("readonly") === null, false);
    await box.getByLabel("Keep logs for").fill("0");
    await box.getByRole("button", { name: "Save" }).click();
    await page.getByText("A whole number from 1 to 3650, please.").waitFor();
    await box.getByLabel("Keep logs for").fill("90");
    await box.getByRole("button", { name: "Save" }).click();
    await page.getByText("90 days").waitFor();
    assert.equal(world.settings.retention.megabytes, 512);
    await page.goto(`${url}/admin/#/logs`);
    await page.button("How long logs are kept").click();
    await page.getByRole("dialog").getByLabel("Keep logs for").fill("30");
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.equal(world.settings.retention.days, 30);
    await page.goto(`${url}/admin/#/authkit`);
    await page.button("Change: Pages that may embed it").click();
    await page.getByLabel("Pages that may embed AuthKit").fill("https://b.example/path");
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.getByText("An origin is https://").first().waitFor();
    await page.button("Remove https://b.example/path").click();
    await page.getByLabel("Pages that may embed AuthKit").fill("https://b.example/");
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.getByRole("listitem").getByText("https://b.example").waitFor();
    return page;
  },
  async "a webhook gets a new secret, shown once"() {
    const page = await visit(`/webhooks/${world.webhooks[0].id}`);
    await page.button("New signing secret").click();
    await page.button("Make it").click();
    await page.getByRole("dialog", { name: "Your new signing secret" }).getByRole("textbox").waitFor();
    await page.button("I have kept it").click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    return page;
  },
  async "a menu is operated by keys and gives the focus back"() {
    const page = await visit("/members");
    await page.button("More about Grace Hopper").focus();
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement.textContent.includes("Change role"));
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("r");
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => document.activeElement.getAttribute("aria-label") === "More about Grace Hopper");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement.textContent.includes("Change role"));
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Role of Grace Hopper" }).waitFor();
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => document.activeElement.getAttribute("aria-label") === "More about Grace Hopper");
    return page;
  },
  async "rows are gone through by j and k, and opened by Enter"() {
    const page = await visit("/toolsets");
    await page.getByRole("link", { name: "support" }).focus();
    await page.keyboard.press("j");
    await page.waitForFunction(() => document.activeElement.textContent.startsWith("reporting"));
    await page.keyboard.press("k");
    await page.keyboard.press("Enter");
    await page.heading("support").waitFor();
    return page;
  },
  async "the environment is switched everywhere, and remembered by the tab"() {
    const page = await visit("/keys");
    await page.locator(".band").getByText("Sandbox").waitFor();
    await page.button("Production").click();
    await page.locator(".band").getByText("Production").waitFor();
    await page.getByText("These are valid in Production only.").waitFor();
    await page.reload();
    await page.locator(".band").getByText("Production").waitFor();
    return page;
  },
  async "on a phone the menu is a drawer that Escape closes"() {
    const page = await visit("/keys", { viewport: { width: 390, height: 844 }, hasTouch: true });
    await page.button("Open the menu").click();
    await page.getByRole("link", { name: "Members" }).waitFor();
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => document.activeElement.getAttribute("aria-label") === "Open the menu");
    await page.button("Open the menu").click();
    await page.getByRole("link", { name: "Members" }).click();
    await page.heading("Members").waitFor();
    await page.getByRole("link", { name: "Settings" }).waitFor({ state: "hidden" });
    return page;
  },
  async "the theme is chosen and kept"() {
    const page = await visit("/account", { colorScheme: "light" });
    await page.getByLabel("Dark").check();
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
    await page.reload();
    await page.heading("Your account").waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
    return page;
  },
  async "the first administrator is made by the link, and is in"() {
    const page = await visit("/setup?token=abc", { mood: { setUp: "1" } });
    await page.getByLabel("Email").fill("ada@acme.example");
    await page.getByLabel("Your name").fill("Ada");
    await page.getByLabel("Password").fill("short");
    await page.button("Create the account").click();
    await page.getByText("Please use at least 12 characters.").waitFor();
    await page.getByLabel("Password").fill("correct horse battery");
    await page.button("Create the account").click();
    await page.heading("Overview").waitFor();
    assert.ok(!page.url().includes("token"));
    return page;
  },
  async "a manager sees what a manager may, a member less"() {
    const manager = await visit("/members", { mood: { role: "manager" } });
    await manager.getByText("Only admins invite people").waitFor();
    assert.equal(await manager.button("Invite").count(), 0);
    const member = await visit("/toolsets", { mood: { role: "member" } });
    await member.getByRole("link", { name: "support" }).waitFor();
    assert.equal(await member.button("Create toolset").count(), 0);
    member.seen.push(...manager.seen);
    await manager.context().close();
    return member;
  },
  async "two-factor sign-in is turned off and on"() {
    const page = await visit("/account");
    await page.button("Turn off…").click();
    await page.getByRole("dialog").getByLabel("Password").fill("x");
    await page.getByRole("dialog").getByRole("button", { name: "Turn off" }).click();
    await page.button("Turn on…").click();
    await page.getByRole("img", { name: "QR code with the secret for your authenticator app" }).waitFor();
    await page.getByRole("textbox", { name: "Code" }).fill("123 456");
    await page.button("Turn on").click();
    await page.getByRole("heading", { name: "Keep your recovery codes" }).waitFor();
    await page.button("I have kept them").click();
    return page;
  },
  async "a call that waits is looked at and approved"() {
    const page = await visit("/approvals");
    await page.getByRole("button", { name: /Send a message/ }).click();
    await page.getByText("https://slack.com/api/chat.postMessage").waitFor();
    await page.button("Approve and send").click();
    await page.getByText("Approved and sent.").waitFor();
    await page.getByRole("heading", { name: "What was answered: 200" }).waitFor();
    return page;
  },
};

let failed = 0;
for (const [claim, prove] of Object.entries(claims)) {
  if (!claim.includes(wanted)) continue;
  try {
    const page = await prove();
    assert.deepEqual(page.seen, []);
    await page.context().close();
    console.log(`ok      ${claim}`);
  } catch (error) {
    failed += 1;
    console.log(`not ok  ${claim}\n        ${String(error.message).split("\n").slice(0, 12).join("\n        ")}`);
  }
}
await browser.close();
await stop();
process.exit(failed ? 1 : 0);
