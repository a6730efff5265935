// The pages of the admin UI that are about the server and its people, as a person uses them: from the set-up link on, every action
// of overview, API keys, toolsets, approvals, audit, webhooks, members, settings, account, sign-in, joining, palette and the
// switch of the environment; then all of them with axe, in both themes, wide and narrow.
//
//   MAGPIE_URL=http://localhost:3005 SETUP_LINK=http://localhost:3005/admin/#/setup?token=… [SHOTS=folder] [AXE=0] node admin-pages3.mjs
//
// The server runs as `magpie serve` with nobody in it, reaches 127.0.0.0/8, and has the connector `shop` (Shop), which is
// connected with BASE_URL and KEY, with an action “Find orders” (GET /find) and one “Delete an order” (DELETE /orders/{id}).
// The claims build on one another. Prints one line of JSON: the names of those that hold, and those that do not with the reason.
import assert from "node:assert/strict";
import { launch, quiet, toast, visit } from "./lib/browser.mjs";
import { eventually, tryClaims } from "./lib/claims.mjs";
import { sound, soundEverywhere } from "./lib/sound.mjs";
import { codeOf } from "./lib/totp.mjs";
import { openTown } from "./lib/town.mjs";

const url = process.env.MAGPIE_URL.replace(/\/$/, "");
const { SETUP_LINK } = process.env;
const browser = await launch();
const town = await openTown();

const script = "<img src=x onerror=alert(1)>";
const long = `${"Wolfeschlegelsteinhausenbergerdorff".repeat(2)} and so on`;
const rtl = "فريق الدعم ١٢٣";
const ada = { email: "ada@example.com", name: `Ada ${script}`, password: "purple otters juggle" };
const grace = { email: "grace@example.com", name: rtl, password: "seven quiet harbours" };

/** Everything the claims tell one another: who is signed in, keys, what is waited for. */
const kept = { state: undefined, keys: {}, ids: {} };

/** Somebody on a page. `as` is a storage state; Ada's unless told, and nobody's if null. */
async function open(address, { theme = "light", width = 1440, as = kept.state, environment = "test" } = {}) {
  assert.ok(as !== undefined, "nobody could sign in before");
  const seen = await visit(browser, { colorScheme: theme, viewport: { width, height: 900 }, storageState: as ?? undefined, permissions: ["clipboard-read", "clipboard-write"] });
  const { page, context } = seen;
  await context.addInitScript((wanted) => location.protocol === "http:" && (sessionStorage.getItem("magpie.environment") ?? sessionStorage.setItem("magpie.environment", JSON.stringify(wanted))), environment);
  const alerts = [];
  page.on("dialog", (box) => (alerts.push(box.message()), box.dismiss()));
  await page.goto(`${url}/admin/#${address}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  const leave = async (expected) => {
    assert.deepEqual(alerts, []);
    // What the server refuses is said by the browser as well.
    quiet(seen.seen, expected ?? /status of 4(00|01|03|04|09|29)|icons\/shop\.svg/);
    await context.close();
  };
  return { page, context, seen: seen.seen, leave };
}

const go = async (page, address, heading) => {
  await page.goto(`${url}/admin/#${address}`);
  await page.getByRole("heading", { level: 1, name: heading, exact: true }).waitFor();
};
const button = (page, name) => page.getByRole("button", { name, exact: true });
const dialog = (page, name) => page.getByRole("dialog", { name });
const segment = (page, name) => page.locator(".segment", { hasText: new RegExp(`^${name}$`) }).click();
const row = (page, text) => page.getByRole("row").filter({ hasText: text });
const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());
const menu = async (page, about, item) => {
  await page.getByRole("button", { name: `More about ${about}`, exact: true }).click();
  await page.getByRole("menuitem", { name: item }).click();
};

/** What the API says to whoever is signed in on a page. */
const ask = (page, method, path, body) => page.evaluate(async ([method, path, body]) => {
  const { csrf } = await (await fetch("/admin/api/session")).json();
  const headers = { "x-magpie-environment": document.documentElement.dataset.environment || "test", "x-magpie-csrf": csrf ?? "", ...(body ? { "content-type": "application/json" } : {}) };
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  return { status: answer.status, json: text ? JSON.parse(text) : null };
}, [method, path, body]);

/** What the API says to a program with a key. */
async function call(key, method, path, body) {
  const answer = await fetch(`${url}${path}`, { method, headers: { "x-pica-secret": key, ...(body ? { "content-type": "application/json" } : {}) }, body: body && JSON.stringify(body) });
  return { status: answer.status, json: await answer.json().catch(() => null) };
}

async function signIn(page, { email, password }, code) {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await button(page, "Sign in").click();
  if (!code) return;
  await page.getByLabel("Code").fill(typeof code === "function" ? code() : code);
  await button(page, "Sign in").click();
}

const overview = (page) => page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();

/** Makes a key in the dialog and gives it. `fill` says more in the form. */
async function makeKey(page, name, permission, fill = async () => {}) {
  await button(page, "Create key").first().click();
  const box = dialog(page, "Create an API key");
  await box.getByLabel("Name", { exact: true }).fill(name);
  await box.getByLabel(permission, { exact: false }).first().check();
  await fill(box);
  await box.getByRole("button", { name: "Create key" }).click();
  const made = dialog(page, "Your new key");
  const key = await made.getByRole("textbox", { name: "API key" }).inputValue();
  await made.getByRole("button", { name: "Copy: API key" }).click();
  await eventually("the key is in the clipboard", async () => (await clipboard(page)) === key);
  await button(page, "I have kept it").click();
  await made.waitFor({ state: "detached" });
  return key;
}

/** An agent's call that waits, and its approval's id. */
async function waiting() {
  const { json } = await call(kept.keys.test, "POST", `/v1/actions/${encodeURIComponent(kept.ids.delete)}/run`, { connectionKey: kept.ids.connection, pathVariables: { id: "77" }, toolset: "help-desk" });
  assert.equal(json?.outcome, "waiting", JSON.stringify(json));
  return json.approvalId;
}

const claims = {
  async "the set-up link makes the first administrator, who is in at once"() {
    const first = await open("/", { as: null });
    await first.page.getByRole("heading", { level: 1, name: "Almost there" }).waitFor();
    await first.leave();
    await soundEverywhere(async ({ theme, width }) => {
      const { page, leave } = await open("/", { as: null, theme, width });
      await sound(page, `first-${theme}-${width}`);
      await page.goto("about:blank");
      await page.goto(SETUP_LINK);
      await page.getByRole("heading", { level: 1, name: "Set up Magpie" }).waitFor();
      await sound(page, `set-up-${theme}-${width}`);
      await leave();
    });
    const { page, context, leave } = await open("/setup?token=wrong", { as: null });
    const fill = async (password) => {
      await page.getByLabel("Email").fill(ada.email);
      await page.getByLabel("Your name").fill(ada.name);
      await page.getByLabel("Password", { exact: true }).fill(password);
      await button(page, "Create the account").click();
    };
    await fill("short");
    await page.getByText("Please use at least 12 characters.").waitFor();
    await fill(ada.password);
    await page.getByRole("alert").waitFor();
    await page.goto("about:blank");
    await page.goto(SETUP_LINK);
    await fill(ada.password);
    await overview(page);
    assert.ok(!page.url().includes("token"));
    assert.equal(await page.locator(".person-name").innerText(), ada.name);
    kept.state = await context.storageState();
    await page.goto(SETUP_LINK);
    await page.getByText("Somebody has set up this server already.").waitFor();
    await page.getByRole("link", { name: "Go to sign-in" }).click();
    await overview(page);
    await leave();
  },

  async "a key is made with its limits, shown once, copied, used, and revoked"() {
    const { page, leave } = await open("/keys");
    await page.getByRole("heading", { name: "No API keys yet" }).waitFor();
    await button(page, "Create key").first().click();
    await dialog(page, "Create an API key").getByRole("button", { name: "Create key" }).click();
    await page.getByText("Please fill this in.").waitFor();
    await dialog(page, "Create an API key").getByLabel("Name", { exact: true }).fill("half");
    await page.keyboard.press("Escape");
    await button(dialog(page, "Throw away what you typed?"), "Keep editing").click();
    assert.equal(await dialog(page, "Create an API key").getByLabel("Name", { exact: true }).inputValue(), "half");
    await page.keyboard.press("Escape");
    await button(page, "Throw away").click();
    await page.locator("dialog[open]").waitFor({ state: "detached" });
    kept.keys.test = await makeKey(page, `Back end ${long}`, "Everything", async (box) => box.getByLabel("Expires").selectOption({ label: "Never" }));
    kept.keys.soon = await makeKey(page, rtl, "Read", async (box) => box.getByLabel("Expires").selectOption({ label: "In 7 days" }));
    const limited = await makeKey(page, script, "Write", async (box) => {
      await box.getByLabel("Expires").selectOption({ label: "In 30 days" });
      await box.getByRole("combobox", { name: "Platforms" }).fill("Shop");
      await page.getByRole("option", { name: /^Shop$/ }).click();
      await box.getByText("More limits").click();
      await box.getByLabel("Identity").fill("user_1");
      await box.getByRole("textbox", { name: "Actions" }).fill("shop/*");
      await page.keyboard.press("Enter");
      await box.getByRole("combobox", { name: "Methods" }).fill("GET");
      await page.keyboard.press("Enter");
      await box.getByRole("combobox", { name: "Waits for" }).fill("delete");
      await page.keyboard.press("Enter");
    });
    assert.equal((await call(limited, "GET", "/v1/vault/connections")).status, 200);
    const shown = row(page, script);
    for (const words of [/Expires/, "Write", "user_1", "GET", "approval for some"]) await shown.getByText(words).first().waitFor();
    await menu(page, script, "Revoke");
    const sure = dialog(page, `Revoke “${script}”?`);
    await sure.getByText("refused from now on").waitFor();
    await button(sure, "Revoke").click();
    await toast(page, "is revoked.");
    await shown.waitFor({ state: "detached" });
    assert.equal((await call(limited, "GET", "/v1/vault/connections")).status, 401);
    await segment(page, "All");
    await shown.getByText(/Revoked/).waitFor();
    await button(page, "Production").click();
    await page.getByText("These are valid in Production only.").waitFor();
    kept.keys.live = await makeKey(page, "production program", "Everything");
    assert.match(kept.keys.live, /^sk_live_/);
    await leave();
  },

  async "a toolset is made, edited, seen to be changed meanwhile, and deleted"() {
    const { page, leave } = await open("/toolsets");
    await page.getByRole("heading", { name: "No toolsets yet" }).waitFor();
    const make = async (name, fill = async () => {}) => {
      await button(page, "Create toolset").first().click();
      const box = dialog(page, "Create a toolset");
      await box.getByLabel("Name", { exact: true }).fill(name);
      await fill(box);
      await box.getByRole("button", { name: "Create toolset" }).click();
      return box;
    };
    const refused = await make("Not A Name");
    await refused.getByText("Only small letters, digits and hyphens, please.").waitFor();
    await button(refused, "Cancel").click();
    await make("help-desk", async (box) => {
      await box.getByLabel("Description").fill(`${script} ${long}`);
      await box.getByRole("combobox", { name: "Platforms" }).fill("Shop");
      await page.getByRole("option", { name: /^Shop$/ }).click();
      await box.getByRole("radio", { name: /^Everything/ }).check();
      await box.getByRole("combobox", { name: "Waits for a yes" }).fill("delete");
      await page.keyboard.press("Enter");
    });
    await page.getByRole("heading", { level: 1, name: "help-desk" }).waitFor();
    await page.getByRole("button", { name: "Copy the address" }).click();
    await eventually("the address is in the clipboard", async () => (await clipboard(page)).endsWith("/mcp/help-desk"));
    await page.getByLabel("Description").fill("Mine");
    await button(page, "Undo changes").click();
    assert.equal(await page.getByLabel("Description").inputValue(), `${script} ${long}`);
    await page.getByLabel("Description").fill("Mine");
    await page.getByLabel("Longest answer").fill("12");
    await button(page, "Save").click();
    await page.getByText("A whole number from 1024 to 1048576, please.").waitFor();
    await page.getByLabel("Longest answer").fill("4096");
    assert.equal((await ask(page, "PATCH", "/v1/toolsets/help-desk", { description: "Theirs" })).status, 200);
    await button(page, "Save").click();
    await page.getByRole("cell", { name: "Theirs" }).waitFor();
    await button(page, "Save mine over it").click();
    await toast(page, "Saved.");
    await page.getByRole("link", { name: "Toolsets" }).last().click();
    await row(page, "help-desk").getByText("Mine").waitFor();
    await make("for-a-day");
    await page.getByRole("heading", { level: 1, name: "for-a-day" }).waitFor();
    await go(page, "/toolsets", "Toolsets");
    await menu(page, "for-a-day", "Delete");
    await button(dialog(page, "Delete the toolset “for-a-day”?"), "Delete").click();
    await toast(page, "“for-a-day” is deleted.");
    await row(page, "for-a-day").waitFor({ state: "detached" });
    await leave();
  },

  async "webhooks are added, told, tested, edited, switched, signed anew and deleted"() {
    const { page, leave } = await open("/webhooks");
    await page.getByRole("heading", { name: "No webhooks yet" }).waitFor();
    await button(page, "Add webhook").first().click();
    const box = dialog(page, "Add a webhook");
    await box.getByLabel("Address").fill("example.com");
    await box.getByRole("button", { name: "Add webhook" }).click();
    await box.getByText("Please enter a whole address").waitFor();
    await box.getByText("Please choose at least one.").waitFor();
    await box.getByLabel("Address").fill(`${town.url}/hooks/${"a-very-long-path/".repeat(8)}`);
    await box.getByLabel("Description").fill(`${script} ${rtl}`);
    await box.getByLabel("A connection was made").check();
    await box.getByRole("button", { name: "Add webhook" }).click();
    const made = dialog(page, "Your webhook is on");
    await made.getByRole("button", { name: "Copy: Signing secret" }).click();
    const secret = await made.getByRole("textbox", { name: "Signing secret" }).inputValue();
    await eventually("the secret is in the clipboard", async () => (await clipboard(page)) === secret);
    await button(page, "I have kept it").click();
    await row(page, script).getByText("Get through").waitFor();
    const connected = await call(kept.keys.test, "POST", "/v1/vault/connections", { platform: "shop", name: `${rtl} ${script}`, identity: "user_1", authFormData: { BASE_URL: `${town.url}/api`, KEY: "s3cr3t-0123456789" } });
    assert.equal(connected.status, 200, JSON.stringify(connected.json));
    kept.ids.connection = connected.json.key ?? connected.json.connectionKey;
    await eventually("the receiver is told", () => town.told.find(({ body }) => body.includes("connection.created")));
    assert.ok(town.told[0].headers["x-magpie-signature"]);
    await row(page, script).getByRole("link").click();
    await page.getByRole("heading", { level: 1, name: "Webhook" }).waitFor();
    await row(page, "A connection was made").getByText("200").waitFor();
    await button(page, "Send a test").click();
    await toast(page, "The test arrived.");
    await row(page, "A test").first().waitFor();
    town.answer = 500;
    await button(page, "Send a test").click();
    await toast(page, "The test did not arrive");
    town.answer = 200;
    await page.getByLabel("Description").fill("told");
    await page.getByLabel("A connection failed").check();
    await button(page, "Save").click();
    await toast(page, "Saved.");
    await page.getByRole("switch", { name: "On" }).click();
    await toast(page, "Saved.");
    await go(page, "/webhooks", "Webhooks");
    await row(page, "told").getByText("Off").waitFor();
    const name = /More about http/;
    await page.getByRole("button", { name }).click();
    await page.getByRole("menuitem", { name: "Turn on" }).click();
    await row(page, "told").getByText("Get through").waitFor();
    await row(page, "told").getByRole("link").click();
    await button(page, "New signing secret").click();
    await button(dialog(page, "Make a new signing secret?"), "Make it").click();
    const next = await dialog(page, "Your new signing secret").getByRole("textbox", { name: "Signing secret" }).inputValue();
    assert.notEqual(next, secret);
    await button(page, "I have kept it").click();
    await go(page, "/webhooks", "Webhooks");
    await button(page, "Add webhook").first().click();
    await box.getByLabel("Address").fill(`${town.url}/hooks/second`);
    await box.getByLabel("A call waits for a yes").check();
    await box.getByRole("button", { name: "Add webhook" }).click();
    await button(page, "I have kept it").click();
    await menu(page, `${town.url}/hooks/second`, "Delete");
    await button(dialog(page, "Delete this webhook?"), "Delete").click();
    await toast(page, "The webhook is deleted.");
    await row(page, "second").waitFor({ state: "detached" });
    await leave(/status of 4|icons\/shop/);
  },

  async "calls that wait come in by themselves, and are approved or denied"() {
    const { json } = await call(kept.keys.test, "GET", "/v1/available-actions/shop");
    kept.ids.delete = json.rows.find(({ key, title }) => key === "deleteOrder" || title === "Delete an order").systemId;
    kept.ids.find = json.rows.find(({ title }) => title === "Find orders").systemId;
    const { page, leave } = await open("/approvals");
    await page.getByRole("heading", { name: "Nothing waits for you" }).waitFor();
    const polls = page.waitForRequest((request) => request.url().includes("/v1/approvals") && request.headers()["x-magpie-background"] === "true");
    await waiting();
    await polls;
    await row(page, "Delete an order").waitFor();
    await waiting();
    await eventually("both", async () => (await row(page, "Delete an order").count()) === 2);
    await row(page, "Delete an order").first().getByRole("button").first().click();
    const one = dialog(page, "Delete an order");
    await one.getByText("/api/orders/77").waitFor();
    await one.getByLabel("Remark").fill(script);
    await page.keyboard.press("Escape");
    await button(page, "Keep editing").click();
    assert.equal(town.calls.filter(({ method }) => method === "DELETE").length, 0);
    await button(one, "Approve and send").click();
    await toast(page, "Approved and sent.");
    await one.getByRole("heading", { name: "What was answered: 200" }).waitFor();
    await one.getByText(script).waitFor();
    assert.equal(town.calls.filter(({ method }) => method === "DELETE").length, 1);
    await button(one, "Close").last().click();
    await row(page, "Delete an order").first().getByRole("button").first().click();
    await button(one, "Deny").click();
    await toast(page, "Denied.");
    await page.keyboard.press("Escape");
    await page.getByRole("heading", { name: "Nothing waits for you" }).waitFor();
    assert.equal(town.calls.filter(({ method }) => method === "DELETE").length, 1);
    for (const [state, count] of [["Sent", 1], ["Denied", 1], ["Expired", 0], ["Failed", 0], ["All", 2]]) {
      await segment(page, state);
      await eventually(`${count} of ${state}`, async () => (await row(page, "Delete an order").count()) === count && page.url().includes("state="));
    }
    // One goes on waiting, to be looked at.
    await waiting();
    await leave();
  },

  async "the overview has what happened, over the time that is chosen, and a way to begin"() {
    for (const path of ["find", "find", "find", "broken"]) {
      const answer = await fetch(`${url}/v1/passthrough/${path}`, { headers: { "x-pica-secret": kept.keys.test, "x-pica-connection-key": kept.ids.connection } });
      assert.equal(answer.status, path === "broken" ? 500 : 200);
    }
    const { page, leave } = await open("/");
    const calls = page.getByRole("link", { name: /^Calls/ });
    // The approved one is a call as well; the journal writes a moment later, and the page asks again by itself.
    await eventually("five calls", async () => /^Calls\s*5\s/.test(await calls.innerText()) || (await page.reload(), await overview(page), await calls.waitFor(), false));
    await page.getByRole("link", { name: /^Errors\s*20/ }).waitFor();
    await page.getByRole("link", { name: /^Connections\s*1\s/ }).waitFor();
    await row(page, "Shop").getByText("5").first().waitFor();
    await page.getByRole("link", { name: new RegExp(`${rtl}.*Renew`) }).waitFor();
    for (const [range, name] of [["1h", "Hour"], ["7d", "Week"], ["30d", "Month"]]) {
      await segment(page, name);
      await eventually(name, () => page.url().includes(`range=${range}`));
      await eventually("still five", async () => /^Calls\s*5\s/.test(await calls.innerText()));
    }
    await page.getByText("Show as a table").first().click();
    await page.getByRole("region", { name: "Calls" }).locator("tbody tr").first().waitFor();
    for (const [tab, words] of [["curl", /^curl '/], ["Node", /await fetch\(/], ["Python", /import requests/], ["MCP", /mcpServers/]]) {
      await page.getByRole("tab", { name: tab, exact: true }).click();
      await page.getByRole("button", { name: `Copy: Call a provider: ${tab}` }).click();
      await eventually(`${tab} is in the clipboard`, async () => words.test(await clipboard(page)));
      assert.ok((await clipboard(page)).includes(url), `${tab} has the address of this server`);
    }
    await page.getByRole("link", { name: "Create an API key" }).click();
    await dialog(page, "Create an API key").waitFor();
    await leave();
  },

  async "somebody is invited, joins, gets another role, a new link, and is removed"() {
    const { page, leave } = await open("/members");
    await button(page, "Invite").click();
    const box = dialog(page, "Invite somebody");
    await box.getByLabel("Email").fill("nobody");
    await box.getByRole("button", { name: "Make the link" }).click();
    await box.getByText("Please enter an email address.").waitFor();
    await box.getByLabel("Email").fill(ada.email);
    await box.getByRole("button", { name: "Make the link" }).click();
    await box.getByRole("alert").waitFor();
    await box.getByLabel("Email").fill(grace.email);
    await box.getByRole("radio", { name: /^Manager/ }).check();
    await box.getByRole("button", { name: "Make the link" }).click();
    const link = () => page.getByRole("dialog").getByRole("textbox", { name: "Link" }).inputValue();
    const dead = await link();
    await button(page, "Done").click();
    await row(page, grace.email).getByText("Invited").waitFor();
    await menu(page, grace.email, "New invitation link");
    await button(dialog(page, /^Make a new invitation link/), "Make the link").click();
    await dialog(page, `Invitation for ${grace.email}`).waitFor();
    const alive = await link();
    await page.getByRole("button", { name: "Copy: Link" }).click();
    await eventually("the link is in the clipboard", async () => (await clipboard(page)) === alive);
    await button(page, "Done").click();

    const other = await open(dead.split("#")[1], { as: null });
    const join = async (name, password) => {
      await other.page.getByLabel("Your name").fill(name);
      await other.page.getByLabel("Password", { exact: true }).fill(password);
      await button(other.page, "Continue").click();
    };
    await join(grace.name, grace.password);
    await other.page.getByRole("alert").waitFor();
    await other.page.goto("about:blank");
    await other.page.goto(alive);
    await join(grace.name, grace.password);
    await overview(other.page);
    await other.page.goto(`${url}/admin/#/toolsets`);
    await button(other.page, "Create toolset").waitFor();

    await page.reload();
    await row(page, grace.email).getByText("Active").waitFor();
    await menu(page, grace.name, "Change role");
    await dialog(page, `Role of ${grace.name}`).getByRole("radio", { name: /^Member/ }).check();
    await button(page, "Save").click();
    await toast(page, "is Member now.");
    await row(page, grace.email).getByText("Member", { exact: true }).waitFor();

    // Her session has ended with her role: the sign-in dialog comes over the page that she is on.
    await other.page.getByRole("link", { name: "Audit" }).click();
    await dialog(other.page, "Please sign in again").getByLabel("Password", { exact: true }).fill(grace.password);
    await button(other.page, "Sign in").click();
    await other.page.getByRole("heading", { level: 1, name: "Audit" }).waitFor();
    await dialog(other.page, "Please sign in again").waitFor({ state: "detached" });
    kept.grace = await other.context.storageState();

    await menu(page, grace.name, "Reset password");
    await button(dialog(page, /^Make a link for a new password/), "Make the link").click();
    await dialog(page, `New password for ${grace.name}`).waitFor();
    const reset = await link();
    await button(page, "Done").click();
    await other.page.goto("about:blank");
    await other.page.goto(reset);
    grace.password = "nine loud lighthouses";
    await join("", grace.password);
    await overview(other.page);
    kept.grace = await other.context.storageState();

    await button(page, "Invite").click();
    await box.getByLabel("Email").fill(`${"a-long-name-of-somebody".repeat(2)}@example.com`);
    await box.getByRole("button", { name: "Make the link" }).click();
    await button(page, "Done").click();
    await page.getByRole("button", { name: /^More about a-long/ }).click();
    await page.getByRole("menuitem", { name: "Remove" }).click();
    await button(dialog(page, /^Remove a-long/), "Remove").click();
    await toast(page, "is removed.");
    await row(page, "a-long-name").waitFor({ state: "detached" });
    // The owner stays one.
    await page.getByRole("button", { name: /^More about Ada/ }).click();
    assert.equal(await page.getByRole("menuitem", { name: /^Remove/ }).getAttribute("aria-disabled"), "true");
    await page.keyboard.press("Escape");
    await other.leave();
    await leave();
  },

  async "a Member sees what a Member may, and no buttons for what is refused"() {
    const { page, leave } = await open("/keys", { as: kept.grace });
    await row(page, "Back end").waitFor();
    assert.equal(await page.getByRole("button", { name: /^More about/ }).count(), 0);
    const kinds = page.getByRole("radio");
    await button(page, "Create key").first().click();
    await dialog(page, "Create an API key").waitFor();
    assert.equal(await dialog(page, "Create an API key").getByRole("radio", { name: /^Everything/ }).count(), 0, `${await kinds.count()}`);
    await page.keyboard.press("Escape");
    await go(page, "/toolsets", "Toolsets");
    await row(page, "help-desk").getByRole("link").waitFor();
    assert.equal(await page.getByRole("button", { name: /Create toolset|^More about/ }).count(), 0);
    await row(page, "help-desk").getByRole("link").click();
    await page.getByText("Only managers and admins change toolsets.").waitFor();
    await go(page, "/approvals", "Approvals");
    await page.getByText("Only managers and admins see and decide the calls that wait.").waitFor();
    await go(page, "/webhooks", "Webhooks");
    await page.getByText("Only managers and admins see and change webhooks.").waitFor();
    assert.equal(await page.getByRole("button", { name: /Add webhook|^More about|Try again/ }).count(), 0);
    await go(page, "/members", "Members");
    await page.getByText("Only admins invite people and change roles.").waitFor();
    assert.equal(await page.getByRole("button", { name: /Invite|^More about/ }).count(), 0);
    await go(page, "/settings", "Settings");
    await page.getByRole("heading", { name: "Storage and backup" }).waitFor();
    assert.equal(await page.getByRole("button", { name: /^Change/ }).count(), 0);
    await go(page, "/audit", "Audit");
    await page.getByRole("row").nth(1).waitFor();
    for (const [name, address] of Object.entries({ overview: "/", connections: "/connections", keys: "/keys", toolset: "/toolsets/help-desk", approvals: "/approvals", webhooks: "/webhooks", members: "/members", settings: "/settings", authkit: "/authkit?q=Shop" })) {
      await page.goto("about:blank");
      await page.goto(`${url}/admin/#${address}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await sound(page, `member-${name}-light-1440`);
    }
    await leave();
  },

  async "a session that ends in the middle of a form takes nothing along"() {
    const { page, leave, context } = await open("/keys");
    const mine = await ask(page, "GET", "/admin/api/me/sessions");
    await button(page, "Create key").first().click();
    const box = dialog(page, "Create an API key");
    await box.getByLabel("Name", { exact: true }).fill(`typed ${script}`);
    await box.getByText("More limits").click();
    await box.getByLabel("Identity").fill(rtl);
    const elsewhere = await open("/", { as: null });
    await signIn(elsewhere.page, ada);
    await overview(elsewhere.page);
    await go(elsewhere.page, "/account", "Your account");
    for (const { id } of mine.json.rows) assert.equal((await ask(elsewhere.page, "DELETE", `/admin/api/me/sessions/${id}`)).status, 204);
    await box.getByRole("button", { name: "Create key" }).click();
    const again = dialog(page, "Please sign in again");
    assert.equal(await again.getByLabel("Email").inputValue(), ada.email);
    await page.keyboard.press("Escape");
    await button(dialog(page, "Leave without signing in?"), "Stay here").click();
    await again.getByLabel("Password", { exact: true }).fill("not this one at all");
    await button(again, "Sign in").click();
    await again.getByRole("alert").waitFor();
    await sound(page, "sign-in-again-light-1440");
    await again.getByLabel("Password", { exact: true }).fill(ada.password);
    await button(again, "Sign in").click();
    await dialog(page, "Your new key").getByText(`“typed ${script}” can be used at once.`).waitFor();
    await button(page, "I have kept it").click();
    await row(page, rtl).getByText(`typed ${script}`).waitFor();
    kept.state = await context.storageState();
    await elsewhere.leave();
    await leave();
  },

  async "other sessions are seen and ended"() {
    const { page, leave } = await open("/account");
    const elsewhere = await open("/", { as: null });
    await signIn(elsewhere.page, ada);
    await overview(elsewhere.page);
    await page.reload();
    await page.getByText("This one").waitFor();
    const others = page.getByRole("button", { name: /^More about/ });
    await others.first().waitFor();
    while ((await others.count()) > 0) {
      const before = await others.count();
      await others.first().click();
      await page.getByRole("menuitem", { name: "Sign out there" }).click();
      await button(page.getByRole("dialog"), "Sign out there").click();
      await toast(page, "That session is over.");
      await eventually("one fewer", async () => (await others.count()) < before);
    }
    await elsewhere.page.getByRole("link", { name: "Members" }).click();
    await dialog(elsewhere.page, "Please sign in again").waitFor();
    await elsewhere.leave();
    await leave();
  },

  async "name and theme are changed, and stay"() {
    const { page, leave } = await open("/account");
    await page.getByLabel("Name", { exact: true }).fill(`${long} ${rtl}`);
    await button(page, "Save").click();
    await toast(page, "Saved.");
    assert.equal(await page.locator(".person-name").innerText(), `${long} ${rtl}`);
    await page.getByLabel("Name", { exact: true }).fill(ada.name);
    await button(page, "Save").click();
    await toast(page, "Saved.");
    await page.getByRole("radio", { name: "Dark" }).check();
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "Your account" }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
    await leave();
  },

  async "a second factor is turned on, asked for, got round by a recovery code, and turned off"() {
    const { page, leave, context } = await open("/account");
    await button(page, "Turn on…").click();
    const box = dialog(page, "Turn on two-factor sign-in");
    await box.getByRole("img", { name: /^QR code/ }).waitFor();
    const secret = await box.locator(".copyable code").innerText();
    await box.getByRole("textbox", { name: "Code" }).fill("12");
    await button(box, "Turn on").click();
    await box.getByText("The code has six digits.").waitFor();
    await sound(page, "totp-light-1440");
    await box.getByRole("textbox", { name: "Code" }).fill(codeOf(secret));
    await button(box, "Turn on").click();
    const codes = dialog(page, "Keep your recovery codes");
    await codes.locator("li").first().waitFor();
    const recovery = await codes.locator("li").allInnerTexts();
    assert.equal(recovery.length, 10);
    await button(codes, "Copy all").click();
    await eventually("the codes are in the clipboard", async () => (await clipboard(page)).trim().split("\n").length === 10);
    await sound(page, "recovery-codes-light-1440");
    await button(page, "I have kept them").click();
    await button(page, "Turn off…").waitFor();

    for (const code of [() => codeOf(secret, 1), recovery[0]]) {
      await page.locator(".person").click();
      await page.getByRole("menuitem", { name: "Sign out" }).click();
      await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
      await signIn(page, ada, code);
      await page.locator(".person-name").waitFor();
    }
    await go(page, "/account", "Your account");
    await button(page, "Turn off…").click();
    const end = dialog(page, "Turn off two-factor sign-in?");
    await button(end, "Turn off").click();
    await end.getByText("Please fill this in.").waitFor();
    await end.getByLabel("Password", { exact: true }).fill(ada.password);
    await button(end, "Turn off").click();
    await toast(page, "Two-factor sign-in is off.");
    kept.state = await context.storageState();
    await leave();
  },

  async "the password is changed, and only the new one leads in"() {
    const { page, leave, context } = await open("/account");
    const change = async (current, next) => {
      await page.getByLabel("Present password").fill(current);
      await page.getByLabel("New password").fill(next);
      await button(page, "Change password").click();
    };
    await change("wrong password here", "eleven calm rivers");
    await page.getByRole("alert").waitFor();
    await change(ada.password, "short");
    await page.getByText("Please use at least 12 characters.").waitFor();
    await change(ada.password, "eleven calm rivers");
    await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
    await signIn(page, ada);
    await page.getByRole("alert").waitFor();
    ada.password = "eleven calm rivers";
    await signIn(page, ada);
    await page.getByRole("heading", { level: 1, name: "Your account" }).waitFor();
    kept.state = await context.storageState();
    await leave();
  },

  async "what was done is in the audit log, found by filters"() {
    const { page, leave } = await open("/audit");
    await page.locator("tbody tr").first().waitFor();
    while ((await button(page, "Show more").count()) > 0) {
      const count = await page.locator("tbody tr").count();
      await button(page, "Show more").click();
      await eventually("more", async () => (await page.locator("tbody tr").count()) > count);
    }
    for (const what of ["API key created", "API key revoked", "Toolset created", "Toolset deleted", "Webhook created", "Webhook deleted", "Call approved", "Call denied"]) await row(page, what).first().waitFor();
    await row(page, "API key revoked").getByText(script, { exact: true }).waitFor();
    // What concerns people belongs to no environment.
    for (const what of ["Server set up", "Member invited", "Role changed", "Member removed", "Password changed", "Second factor turned on"]) await row(page, what).first().getByText("Organization").waitFor();
    await page.getByRole("searchbox").fill("help-desk");
    await row(page, "Webhook created").first().waitFor({ state: "detached" });
    await row(page, "Toolset created").getByText("help-desk").waitFor();
    await page.getByLabel("Anybody").selectOption("key");
    await page.getByRole("heading", { name: "Nothing fits these filters" }).waitFor();
    await button(page, "Clear the filters").click();
    await row(page, "Call denied").waitFor();
    await page.getByLabel("Anybody").selectOption("member");
    await row(page, "Connection created").waitFor({ state: "detached" });
    await row(page, "Call denied").waitFor();
    await page.getByLabel("Any time").selectOption("day");
    await page.reload();
    await row(page, "Call approved").getByRole("button").first().click();
    const one = dialog(page, "Call approved");
    await one.getByText("approval.approved").waitFor();
    await one.getByText("Hash").waitFor();
    await one.getByText(ada.name).first().waitFor();
    await button(one, "Close").last().click();
    await leave();
  },

  async "the settings are shown, and what may be changed is changed"() {
    const { page, leave } = await open("/settings");
    for (const name of ["Server", "Retention and limits", "Storage and backup", "Encryption keys"]) await page.getByRole("heading", { name, exact: true }).waitFor();
    await page.getByText(url, { exact: true }).waitFor();
    const settings = await ask(page, "GET", "/admin/api/settings");
    if (settings.json.fixed) {
      await button(page, "Change: Retention and limits").click();
      const box = dialog(page, "Retention and limits");
      await box.getByLabel("Keep logs for").fill("0");
      await button(box, "Save").click();
      await box.getByText("A whole number from 1 to 3650, please.").waitFor();
      await box.getByLabel("Keep logs for").fill("7");
      await box.getByLabel("Requests of a key").fill("6000");
      await button(box, "Save").click();
      await toast(page, "Saved.");
      await page.getByText("7 days").waitFor();
      await page.getByText("6,000 a minute").waitFor();
      await button(page, "Change: Retention and limits").click();
      await box.getByLabel("Requests of a key").fill("");
      await button(box, "Save").click();
      await page.getByText("No limit").waitFor();
      await button(page, "Change: AuthKit").click();
      const origins = dialog(page, "AuthKit");
      await origins.getByLabel("Pages that may embed AuthKit").fill("not an origin");
      await button(origins, "Save").click();
      await origins.getByText("An origin is https://").waitFor();
      await button(origins, "Remove not an origin").click();
      await origins.getByLabel("Pages that may embed AuthKit").fill(url);
      await button(origins, "Save").click();
      await page.getByRole("listitem").getByText(url, { exact: true }).waitFor();
      await go(page, "/logs", "Logs");
      await button(page, "How long logs are kept").click();
      await dialog(page, "How long logs are kept").getByLabel("Keep logs for").fill("14");
      await button(page, "Save").click();
      await toast(page, "Saved.");
    } else {
      assert.equal(await page.getByRole("button", { name: /^Change/ }).count(), 0);
    }
    await leave();
  },

  async "the palette leads everywhere, by keys alone"() {
    const { page, leave } = await open("/keys");
    const palette = page.getByRole("combobox", { name: "Find or do something" });
    const find = async (words, option) => {
      await page.keyboard.press("Control+k");
      await palette.fill(words);
      await page.getByRole("option", { name: option }).first().waitFor();
      const chosen = () => page.locator(".palette-row[aria-selected=true] .palette-words").innerText();
      await eventually("it is chosen", async () => {
        const before = await chosen();
        if (option.test(before)) return true;
        await page.keyboard.press("ArrowDown");
        // At the end of the list it begins again.
        if ((await chosen()) === before) await page.keyboard.press("Home");
        return false;
      });
      await page.keyboard.press("Enter");
    };
    await find("memb", /^Members/);
    await page.getByRole("heading", { level: 1, name: "Members" }).waitFor();
    await find("Shop", /^Shop/);
    await page.getByRole("heading", { level: 1, name: "Shop" }).waitFor();
    await find("test::shop", /^test::shop/);
    await page.getByRole("heading", { name: "Health" }).waitFor();
    await find("Switch to Prod", /^Switch to Production/);
    await eventually("Production", () => page.evaluate(() => document.documentElement.dataset.environment === "live"));
    await find("create an api", /^Create an API key/);
    await dialog(page, "Create an API key").waitFor();
    await page.keyboard.press("Escape");
    await dialog(page, "Create an API key").waitFor({ state: "detached" });
    await page.getByRole("heading", { level: 1 }).click();
    await page.keyboard.press("?");
    await dialog(page, "Keyboard shortcuts").waitFor();
    await page.keyboard.press("Escape");
    await dialog(page, "Keyboard shortcuts").waitFor({ state: "detached" });
    await page.keyboard.press("g");
    await page.keyboard.press("a");
    await page.getByRole("heading", { level: 1, name: "Audit" }).waitFor();
    await leave();
  },

  async "the switch of the environment changes what is listed everywhere"() {
    const { page, leave } = await open("/keys");
    const inSandbox = { "/keys": "Back end", "/toolsets": "help-desk", "/webhooks": "told", "/approvals": "Delete an order", "/connections": rtl, "/logs": "/find", "/audit": "Call approved" };
    for (const [address, words] of Object.entries(inSandbox)) {
      await page.goto(`${url}/admin/#${address}`);
      await page.locator("main").getByText(words).first().waitFor();
    }
    await button(page, "Production").click();
    await page.locator(".band").getByText("Production").waitFor();
    for (const [address, words] of Object.entries(inSandbox)) {
      await page.goto(`${url}/admin/#${address}`);
      await page.locator(address === "/keys" || address === "/audit" ? "main tbody tr" : "main .blank").first().waitFor();
      assert.equal(await page.locator("main").getByText(words).count(), 0, address);
    }
    await page.goto(`${url}/admin/#/`);
    await page.getByRole("link", { name: /^Calls\s*0\s/ }).waitFor();
    await page.reload();
    await page.locator(".band").getByText("Production").waitFor();
    await button(page, "Sandbox").click();
    await page.getByRole("link", { name: /^Calls\s*5\s/ }).waitFor();
    await leave();
  },

  async "who signs out is out, and a wrong password says no more than that"() {
    const { page, context, leave } = await open("/members");
    await page.locator(".person").click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
    await button(page, "Sign in").click();
    await page.getByText("Please fill this in.").first().waitFor();
    const said = [];
    for (const email of [ada.email, "nobody@example.com"]) {
      await signIn(page, { email, password: "surely not this one" });
      said.push(await page.getByRole("alert").innerText());
      await page.reload();
    }
    assert.equal(said[0], said[1]);
    await signIn(page, ada);
    await page.getByRole("heading", { level: 1, name: "Members" }).waitFor();
    assert.equal(await page.getByText("Nobody can sign in at this address").count(), 0);
    kept.state = await context.storageState();
    await leave();
  },

  async "a page over plain http at another name says that nobody can sign in there"() {
    const seen = await visit(named, { viewport: { width: 1440, height: 900 } });
    await seen.page.goto(`http://magpie.example/admin/`);
    await seen.page.getByText("Nobody can sign in at this address").waitFor();
    await sound(seen.page, "sign-in-plain-light-1440");
    await seen.context.close();
  },

  async "every page and dialog is sound in both themes, wide and narrow"() {
    await soundEverywhere(async ({ theme, width }) => {
      const door = await open("/", { as: null, theme, width });
      await sound(door.page, `sign-in-${theme}-${width}`);
      await door.page.goto(`${url}/admin/#/join?token=x`);
      await door.page.getByRole("heading", { level: 1, name: "Welcome to Magpie" }).waitFor();
      await sound(door.page, `join-${theme}-${width}`);
      await door.leave();

      const { page, leave } = await open("/", { theme, width });
      const look = async (name, address, prepare = async () => {}) => {
        await page.goto("about:blank");
        await page.goto(`${url}/admin/#${address}`);
        await page.getByRole("heading", { level: 1 }).waitFor();
        await prepare();
        await sound(page, `${name}-${theme}-${width}`);
      };
      const opened = () => page.locator("dialog[open]").first().waitFor();
      const press = (name) => async () => {
        await button(page, name).first().click();
        await opened();
      };
      const first = (item) => async () => {
        await page.getByRole("button", { name: /^More about (?!.*Ada)/ }).first().click();
        await page.getByRole("menuitem", { name: item }).click();
        await opened();
      };
      const entry = async () => {
        await page.locator("tbody .row-link").first().click();
        await opened();
      };
      await look("overview", "/");
      await look("keys", "/keys?show=all", () => page.locator("tbody tr").first().waitFor());
      await look("keys-add", "/keys?add=1", async () => {
        await opened();
        await page.getByText("More limits").click();
      });
      await look("keys-revoke", "/keys", first("Revoke"));
      await look("toolsets", "/toolsets", () => page.locator("tbody tr").first().waitFor());
      await look("toolsets-add", "/toolsets?add=1", opened);
      await look("toolsets-delete", "/toolsets", first("Delete"));
      await look("toolset", "/toolsets/help-desk", () => page.getByLabel("Description").waitFor());
      await look("approvals", "/approvals", () => page.locator("tbody tr").first().waitFor());
      await look("approval", "/approvals", entry);
      await look("approvals-none", "/approvals?state=expired");
      await look("audit", "/audit", () => page.locator("tbody tr").first().waitFor());
      await look("audit-entry", "/audit", entry);
      await look("webhooks", "/webhooks", () => page.locator("tbody tr").first().waitFor());
      await look("webhooks-add", "/webhooks?add=1", opened);
      await look("webhooks-delete", "/webhooks", first("Delete"));
      await look("webhook", "/webhooks", async () => {
        await page.locator("tbody .row-link").first().click();
        await row(page, "A test").first().waitFor();
      });
      await button(page, "New signing secret").click();
      await opened();
      await sound(page, `webhook-secret-${theme}-${width}`);
      await look("members", "/members", () => page.locator("tbody tr").first().waitFor());
      await look("members-add", "/members?add=1", opened);
      await look("members-role", "/members", first("Change role"));
      await look("members-reset", "/members", first("Reset password"));
      await look("members-remove", "/members", first("Remove"));
      await look("settings", "/settings", () => page.getByRole("heading", { name: "Encryption keys" }).waitFor());
      for (const part of ["Retention and limits", "AuthKit"]) await look(`settings-${part.toLowerCase().replaceAll(" ", "-")}`, "/settings", press(`Change: ${part}`));
      await look("logs-retention", "/logs", press("How long logs are kept"));
      await look("account", "/account", () => page.getByText("This one").waitFor());
      await look("totp", "/account", press("Turn on…"));
      await look("help", "/account", async () => {
        await page.getByRole("heading", { level: 1 }).click();
        await page.keyboard.press("?");
        await opened();
      });
      await look("palette", "/keys", async () => {
        await page.keyboard.press("Control+k");
        await page.getByRole("combobox", { name: "Find or do something" }).fill("sho");
        await page.getByRole("group", { name: "Connectors" }).getByRole("option").first().waitFor();
      });
      await look("missing", "/no-such-page");
      if (width < 600) {
        await look("drawer", "/keys", async () => {
          await button(page, "Open the menu").click();
          await page.getByRole("link", { name: "Members" }).waitFor();
        });
      }
      await look("empty", "/", async () => {
        await page.evaluate(() => sessionStorage.setItem("magpie.environment", '"live"'));
        await page.reload();
        await page.getByRole("link", { name: /^Calls\s*0\s/ }).waitFor();
      });
      await leave();
    });
  },

  async "somebody who is removed is out at once"() {
    const { page, leave } = await open("/members");
    await menu(page, grace.name, "Remove");
    await button(dialog(page, `Remove ${grace.name}?`), "Remove").click();
    await toast(page, "is removed.");
    const other = await open("/keys", { as: kept.grace });
    await other.page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
    await signIn(other.page, grace);
    await other.page.getByRole("alert").waitFor();
    await other.leave();
    await leave();
  },
};

const named = await launch({ "magpie.example": new URL(url).port });
await tryClaims(claims, { more: async () => (await Promise.all([browser.close(), named.close(), town.close()]), {}) });
