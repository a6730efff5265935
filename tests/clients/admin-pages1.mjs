// Connections and AuthKit in the admin UI, as a person uses them: every action of these pages, in both themes and on a
// phone as well, with axe. Against the stand-in (`node tests/front/admin/standin.mjs 3999`) or a running server:
//
//   MAGPIE_URL=http://localhost:3999 [SHOTS=folder] [AXE=0] node admin-pages1.mjs
//
// A real server must be signed in already: `STATE` names a file with Playwright's storage state, and `magpie dev` needs
// none. It needs a connector with a form (`FORM_CONNECTOR`, `FORM_FIELD`, `FORM_VALUE`; stripe in the stand-in), visible in
// AuthKit, and one with OAuth (`OAUTH_CONNECTOR`; hubspot). Where there is less than two connections, it makes them by AuthKit.
// Prints one line of JSON: the names of the claims that hold, and those that do not with the reason.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { launch, quiet, toast, visit } from "./lib/browser.mjs";
import { eventually, tryClaims } from "./lib/claims.mjs";
import { sound } from "./lib/sound.mjs";

const url = (process.argv[2] ?? process.env.MAGPIE_URL ?? "http://localhost:3999").replace(/\/$/, "");
const form = { title: process.env.FORM_CONNECTOR ?? "Stripe", field: process.env.FORM_FIELD ?? "API key", value: process.env.FORM_VALUE ?? "sk_test_hunter2" };
const oauth = { title: process.env.OAUTH_CONNECTOR ?? "HubSpot", platform: (process.env.OAUTH_CONNECTOR ?? "HubSpot").toLowerCase() };
const browser = await launch();
const isStandIn = (await fetch(`${url}/standin/set`).catch(() => ({}))).status === 200;
const run = Date.now().toString(36);

/** Somebody on a page of the admin UI. */
async function open(address, { theme = "light", width = 1440 } = {}) {
  const seen = await visit(browser, { colorScheme: theme, viewport: { width, height: 900 }, storageState: process.env.STATE, permissions: ["clipboard-read", "clipboard-write"], acceptDownloads: true });
  await seen.page.goto(`${url}/admin/#${address}`);
  await seen.page.getByRole("heading", { level: 1 }).waitFor();
  const main = seen.page.locator("main, .main").first();
  return { ...seen, main, leave: async (expected) => (quiet(seen.seen, expected), seen.context.close()) };
}

const dialog = (page, name) => page.getByRole("dialog", { name });

/** Connects by AuthKit, from the button to the row in the table. */
async function add(page, identity) {
  await page.getByRole("button", { name: "Add connection" }).first().click();
  await page.getByRole("textbox", { name: "Identity" }).last().fill(identity);
  await page.getByLabel("Type", { exact: true }).selectOption("team");
  await page.getByRole("button", { name: "Choose what to connect" }).click();
  const modal = page.frameLocator("iframe.authkit-frame");
  await modal.locator("button.row").first().waitFor();
  // Only a long list has a search.
  if ((await modal.getByRole("searchbox").count()) > 0) await modal.getByRole("searchbox").fill(form.title);
  await modal.locator("button.row", { has: page.frameLocator("iframe.authkit-frame").locator(".title", { hasText: new RegExp(`^${form.title}$`) }) }).first().click();
  await modal.getByLabel(form.field, { exact: false }).first().fill(form.value);
  await modal.getByRole("button", { name: /^Connect/ }).click();
  await modal.getByRole("button", { name: "Done", exact: true }).click();
  await page.locator(".authkit-over").waitFor({ state: "detached" });
  await toast(page, "is connected");
}

/** In the list with the connection that all claims share; made if it is not there. */
async function openShared(look) {
  const opened = await open(`/connections?q=walk-${run}`, look);
  const { page } = opened;
  await page.locator(".row-link, .blank").first().waitFor();
  if ((await page.locator(".row-link").count()) === 0) await add(page, `walk-${run}`);
  await page.locator(".row-link").first().waitFor();
  return opened;
}

/** On the page of that connection. */
async function openOne(look) {
  const opened = await openShared(look);
  const { page } = opened;
  await page.locator(".row-link").first().click();
  await page.getByRole("heading", { name: "Health" }).waitFor();
  return opened;
}

const row = (page, text) => page.getByRole("row").filter({ hasText: text });

const claims = {
  async "what is connected by AuthKit is in the table, with its identity"() {
    const { page, leave } = await open("/connections");
    await add(page, `walk-${run}`);
    await row(page, `walk-${run}`).getByText("Team").waitFor();
    await row(page, `walk-${run}`).getByText("Operational").waitFor();
    await leave();
  },

  async "filters, search, order and pages are in the address and survive a reload"() {
    const { page, leave } = await openShared();
    await page.goto(`${url}/admin/#/connections`);
    await page.getByRole("searchbox", { name: /Search key/ }).fill(`walk-${run}`);
    await eventually("the address has the search", () => page.url().includes(`q=walk-${run}`));
    await page.getByLabel("Status", { exact: true }).selectOption("operational");
    await page.getByLabel("Type of identity").selectOption("team");
    await page.getByRole("textbox", { name: "Identity" }).fill(`walk-${run}`);
    await eventually("the address has the identity", () => page.url().includes(`identity=walk-${run}`));
    await page.getByRole("button", { name: "Platform", exact: true }).click();
    await eventually("the address has the order", () => /sort=-?platform/.test(page.url()));
    await page.reload();
    await eventually("one row", async () => (await page.locator("tbody tr").count()) === 1);
    await page.getByLabel("Status", { exact: true }).selectOption("failed");
    await page.getByText("No connection fits").waitFor();
    await page.getByRole("button", { name: "Clear filters" }).click();
    await eventually("the filters are gone", () => !/q=|state=|identity/.test(page.url()));
    await leave();
  },

  async "columns are chosen, and remembered"() {
    const { page, leave } = await open("/connections");
    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByRole("menuitemradio", { name: "Account" }).click();
    await page.getByRole("columnheader", { name: "Account" }).waitFor();
    await page.reload();
    await page.getByRole("columnheader", { name: "Account" }).waitFor();
    await leave();
  },

  async "a key is copied, and the list is given as a file"() {
    const { page, leave } = await openShared();
    await page.getByRole("button", { name: /Copy the connection key/ }).first().click();
    await eventually("the key is in the clipboard", async () => /::/.test(await page.evaluate(() => navigator.clipboard.readText())));
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Export CSV" }).click()]);
    assert.match(file.suggestedFilename(), /^connections-(test|live)\.csv$/);
    const text = await readFile(await file.path(), "utf8");
    assert.ok(text.includes(`walk-${run}`), text.slice(0, 300));
    await leave();
  },

  async "several are tagged, untagged and deleted together, and told by their number"() {
    const { page, leave } = await open(`/connections`);
    await add(page, `bulk-${run}-a`);
    await add(page, `bulk-${run}-b`);
    await page.getByRole("searchbox", { name: /Search key/ }).fill(`bulk-${run}`);
    await eventually("the address has the search", () => page.url().includes(`q=bulk-${run}`));
    await eventually("both", async () => (await page.locator("tbody tr").count()) === 2);
    await page.getByRole("checkbox", { name: "Select all" }).check();
    await page.getByText("2 selected").waitFor();
    await page.getByRole("button", { name: "Add tags" }).click();
    await dialog(page, "Add tags to 2 connections").getByRole("textbox", { name: "Tags" }).fill(`tag-${run}`);
    await page.getByRole("button", { name: "Add tags" }).last().click();
    await toast(page, "2 connections are tagged");
    await row(page, `tag-${run}`).first().waitFor();
    await page.getByRole("checkbox", { name: "Select all" }).check();
    await page.getByRole("button", { name: "Remove tags" }).click();
    await dialog(page, "Remove tags from 2 connections").getByRole("combobox", { name: "Tags" }).fill(`tag-${run}`);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Remove tags" }).last().click();
    await toast(page, "removed from 2 connections");
    await page.getByRole("checkbox", { name: "Select all" }).check();
    await page.getByRole("region", { name: "With the selected connections" }).getByRole("button", { name: "Delete" }).click();
    await dialog(page, "Delete 2 connections?").getByText(/refused from now on/).waitFor();
    await page.getByRole("button", { name: "Delete 2" }).click();
    await toast(page, "2 connections are deleted");
    await page.getByText("No connection fits").waitFor();
    await leave();
  },

  async "a row's menu refreshes, makes a link, and deletes after asking"() {
    const { page, leave } = await open(`/connections`);
    await add(page, `menu-${run}`);
    await page.getByRole("searchbox", { name: /Search key/ }).fill(`menu-${run}`);
    await eventually("the address has the search", () => page.url().includes(`q=menu-${run}`));
    await eventually("one row", async () => (await page.locator("tbody tr").count()) === 1);
    const menu = async (item) => {
      await page.getByRole("button", { name: /^More about/ }).click();
      await page.getByRole("menuitem", { name: item }).click();
    };
    await menu("Refresh now");
    await toast(page);
    await menu("Reconnect link");
    await page.getByRole("button", { name: "Make link" }).click();
    assert.match(await page.getByRole("textbox", { name: "Reconnect link" }).inputValue(), /\/connect\//);
    await page.getByRole("button", { name: "Done" }).click();
    await menu("Delete");
    await dialog(page, /^Delete the connection/).getByRole("button", { name: "Delete" }).click();
    await toast(page, "is deleted");
    // Without a token that can be refreshed the server says so, and the browser notes it.
    await leave(/409|503/);
  },

  async "a connection's page shows it, edits it, and leads on"() {
    const { page, leave } = await openOne();
    await page.getByRole("heading", { name: "Recent calls" }).waitFor();
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    const edit = dialog(page, "Edit name and tags");
    await edit.getByRole("textbox", { name: "Name" }).fill(`<img src=x onerror=alert(1)> ${run}`);
    await edit.getByRole("textbox", { name: "Tags" }).fill("vip");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { level: 1, name: `<img src=x onerror=alert(1)> ${run}` }).waitFor();
    await page.getByRole("button", { name: "Reconnect link" }).click();
    await page.getByRole("button", { name: "Make link" }).click();
    await page.getByText(/Good until/).waitFor();
    await page.getByRole("button", { name: "Done" }).click();
    assert.match(await page.getByRole("link", { name: "Try in playground" }).getAttribute("href"), /^#\/playground\?connection=/);
    await leave();
  },

  async "what somebody else changed meanwhile is shown, and nothing typed is lost"() {
    const { page, leave } = await openOne();
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    const edit = dialog(page, "Edit name and tags");
    await edit.getByRole("textbox", { name: "Name" }).fill(`Mine ${run}`);
    await rename(page, `Renamed by Grace ${run}`);
    await page.getByRole("button", { name: "Save" }).click();
    await dialog(page, "Somebody else changed this meanwhile").getByText(/Renamed by Grace/).waitFor();
    await page.getByRole("button", { name: "Back to editing" }).click();
    assert.equal(await dialog(page, "Edit name and tags").getByRole("textbox", { name: "Name" }).inputValue(), `Mine ${run}`);
    await rename(page, `Again ${run}`);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("radio", { name: /^Theirs/ }).check();
    await page.getByRole("button", { name: "Save this" }).click();
    await page.getByRole("heading", { level: 1, name: /Again|Renamed by Grace/ }).waitFor();
    await leave(/409/);
  },

  async "a connection is deleted from its page"() {
    const { page, leave } = await openOne();
    await page.getByRole("button", { name: "Delete connection" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await toast(page, "is deleted");
    await page.getByRole("heading", { level: 1, name: "Connections" }).waitFor();
    await leave();
  },

  async "an integration is configured, its secret masked, and visible at once"() {
    const { page, leave } = await open(`/authkit?q=${oauth.title}`);
    const card = page.getByRole("article", { name: oauth.title, exact: true });
    await card.getByRole("button", { name: "Configure" }).click();
    const box = dialog(page, `Configure ${oauth.title}`);
    assert.match(await box.getByRole("textbox", { name: "Redirect URI" }).inputValue(), /\/oauth\/callback$/);
    await box.getByLabel("Client ID").fill("");
    await box.getByLabel("Client secret").fill(`shhhh-not-to-be-seen-${run}`);
    await box.getByRole("button", { name: "Save" }).click();
    await box.getByText("Please fill this in").waitFor();
    await box.getByLabel("Client ID").fill(`app-${run}`);
    await box.getByText("Further parameters").click();
    await box.getByRole("button", { name: "Add a parameter" }).click();
    await box.getByLabel("Name of parameter 1").fill("prompt");
    await box.getByLabel("Value of parameter 1").fill("consent");
    await box.getByRole("button", { name: "Save" }).click();
    await card.getByText("Configured", { exact: true }).waitFor();
    await card.getByRole("button", { name: "Configure" }).click();
    assert.equal(await box.getByLabel("Client secret").inputValue(), "");
    assert.ok(!(await page.content()).includes(`not-to-be-seen-${run}`));
    await page.keyboard.press("Escape");
    const toggle = card.getByRole("switch");
    const was = await toggle.isChecked();
    await toggle.click();
    await card.getByText(was ? "Hidden from AuthKit" : "Visible in AuthKit").waitFor();
    await eventually("the server knows", async () => (await toggle.getAttribute("aria-busy")) === null);
    await page.reload();
    await card.getByText(was ? "Hidden from AuthKit" : "Visible in AuthKit").waitFor();
    await leave();
  },

  async "scopes are chosen, added, and set back; the required stay"() {
    const { page, leave } = await open(`/authkit?q=${oauth.title}&scopes=${oauth.platform}`);
    const box = dialog(page, `Scopes of ${oauth.title}`);
    await box.getByText(/\d+ of \d+ selected/).waitFor();
    await box.getByRole("searchbox").fill("read");
    await box.getByLabel("Select all").check();
    await box.getByRole("searchbox").fill("");
    await box.getByRole("textbox", { name: "Other scopes" }).fill("my.own.scope");
    await page.keyboard.press("Enter");
    await box.getByRole("button", { name: "Update" }).click();
    await box.waitFor({ state: "detached" });
    await page.getByRole("article", { name: oauth.title, exact: true }).getByRole("button", { name: "Scopes" }).click();
    await box.getByText("my.own.scope").waitFor();
    await box.getByRole("button", { name: "Reset to defaults" }).click();
    await box.getByRole("button", { name: "Update" }).click();
    await box.waitFor({ state: "detached" });
    await page.getByRole("article", { name: oauth.title, exact: true }).getByRole("button", { name: "Guide" }).click();
    await dialog(page, `Guide to ${oauth.title}`).locator("li").first().waitFor();
    await leave();
  },

  async "the preview shows what is visible, in the theme and with the title that are chosen"() {
    const { page, leave } = await open("/authkit");
    const preview = page.frameLocator(".preview iframe");
    await page.getByRole("textbox", { name: "Title" }).fill(`Hello ${run}`);
    await preview.getByText(`Hello ${run}`).first().waitFor();
    await page.locator(".preview").getByRole("radio", { name: "Dark" }).check();
    await eventually("it is dark", () => preview.locator("[data-theme=dark]").count());
    await page.getByRole("button", { name: "Install AuthKit" }).click();
    await page.getByRole("tab", { name: "Python" }).click();
    await page.getByText("pip install authkit-token").waitFor();
    await leave();
  },

  async "every dialog about connections is accessible in both themes, wide and narrow"() {
    for (const theme of ["light", "dark"]) {
      for (const width of [1440, 390]) {
        const { page, leave } = await openShared({ theme, width });
        const look = async (name, leaveBy = "Cancel") => {
          await sound(page, `connections-${name}-${theme}-${width}`);
          await page.getByRole("dialog").last().getByRole("button", { name: leaveBy, exact: true }).click();
          await page.locator("dialog[open]").waitFor({ state: "detached" });
        };
        await page.getByRole("button", { name: "Add connection" }).first().click();
        await look("add");
        await page.getByRole("checkbox", { name: /^Select (?!all)/ }).first().check();
        const bar = page.getByRole("region", { name: "With the selected connections" });
        for (const [name, action] of [["tag", "Add tags"], ["untag", "Remove tags"], ["delete", "Delete"]]) {
          await bar.getByRole("button", { name: action }).click();
          await look(name);
        }
        await sound(page, `connections-chosen-${theme}-${width}`);
        await page.locator(".row-link").first().click();
        await page.getByRole("heading", { name: "Health" }).waitFor();
        await sound(page, `connection-${theme}-${width}`);
        await page.getByRole("button", { name: "Delete connection" }).click();
        await look("delete-one");
        await page.getByRole("button", { name: "Reconnect link" }).click();
        await page.getByRole("button", { name: "Make link" }).click();
        await page.getByText(/Good until/).waitFor();
        await look("link", "Done");
        await page.getByRole("button", { name: "Edit", exact: true }).click();
        await dialog(page, "Edit name and tags").getByRole("textbox", { name: "Name" }).fill(`Mine ${theme} ${width}`);
        await sound(page, `connections-edit-${theme}-${width}`);
        await rename(page, `Theirs ${theme} ${width} ${"with a name that goes on and on ".repeat(4)}`);
        await page.getByRole("button", { name: "Save" }).click();
        await dialog(page, "Somebody else changed this meanwhile").waitFor();
        await sound(page, `connections-conflict-${theme}-${width}`);
        await page.getByRole("button", { name: "Back to editing" }).click();
        await page.keyboard.press("Escape");
        await dialog(page, "Leave without saving?").waitFor();
        await look("unsaved", "Leave");
        await leave(/409/);
      }
    }
  },

  async "everything is accessible in both themes, wide and narrow"() {
    for (const theme of ["light", "dark"]) {
      for (const width of [1440, 390, 360]) {
        const { page, leave } = await open("/connections", { theme, width });
        await page.locator("tbody tr, .blank").first().waitFor();
        await sound(page, `connections-${theme}-${width}`);
        for (const [name, address] of [["configure", `/authkit?configure=${oauth.platform}`], ["scopes", `/authkit?scopes=${oauth.platform}`], ["guide", `/authkit?guide=${oauth.platform}`], ["install", "/authkit?install=1"], ["authkit", `/authkit?q=${oauth.title}`]]) {
          await page.goto("about:blank");
          await page.goto(`${url}/admin/#${address}`);
          await page.locator(name === "authkit" ? "article" : "dialog[open]").first().waitFor();
          await sound(page, `${name}-${theme}-${width}`);
        }
        await leave();
      }
    }
  },
};

/** Somebody else's change to the connection that is shown. */
async function rename(page, name) {
  if (isStandIn) return fetch(`${url}/standin/set?changed=${encodeURIComponent(name)}`);
  const id = decodeURIComponent(/connections\/([^?]+)/.exec(page.url())[1]);
  return page.evaluate(async ([id, name]) => {
    const { csrf } = await (await fetch("/admin/api/session")).json();
    const environment = document.documentElement.dataset.environment;
    await fetch(`/v1/vault/connections/${id}`, { method: "PATCH", headers: { "content-type": "application/json", "x-magpie-csrf": csrf, "x-magpie-environment": environment }, body: JSON.stringify({ name }) });
  }, [id, name]);
}

await tryClaims(claims, { more: async () => (await browser.close(), {}) });
