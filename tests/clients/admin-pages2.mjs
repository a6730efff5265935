// Tools, playground, import and logs of the admin UI in a real browser: every action of these pages, once.
//
//   node admin-pages2.mjs http://127.0.0.1:3005
//
// The server runs as `magpie dev`, or COOKIE holds a session's `name=value`. PLATFORM (slack) has actions and, in Sandbox, a connection; ACTION
// is the id of one of its actions that reads, WRITE of one that takes a body and PARTS of one whose body has a part `file`: found by
// themselves if left out. AXE=0 leaves axe out.
// SHOTS names a folder for pictures. Prints one line of JSON: the names of the claims that hold, and those that do not with the reason.
import assert from "node:assert/strict";
import { hearToasts, launch } from "./lib/browser.mjs";
import { eventually, tryClaims } from "./lib/claims.mjs";
import { patience } from "./lib/patience.mjs";
import { settled, sound as isSound } from "./lib/sound.mjs";

const { env } = process;
const base = (process.argv[2] ?? env.MAGPIE_URL)?.replace(/\/$/, "");
assert.ok(base, "usage: node admin-pages2.mjs <base url>");
const platform = env.PLATFORM ?? "slack";
const browser = await launch();

/** A visit at an address of the UI; the errors of its console are in `errors`. */
async function visit(address, { width = 1440, theme = "light", environment = "test", ...more } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme, reducedMotion: "reduce", locale: "en-US", acceptDownloads: true, ...more });
  context.setDefaultTimeout(patience);
  await context.addInitScript(hearToasts);
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: new URL(base).origin }).catch(() => {});
  if (env.COOKIE) {
    const [name, ...value] = env.COOKIE.split("=");
    await context.addCookies([{ name, value: value.join("="), url: base, secure: true, httpOnly: true, sameSite: "Strict" }]);
  }
  await context.addInitScript((wanted) => sessionStorage.getItem("magpie.environment") ?? sessionStorage.setItem("magpie.environment", JSON.stringify(wanted)), environment);
  const page = await context.newPage();
  const errors = [];
  const outside = [];
  page.on("pageerror", (error) => errors.push(String(error.stack)));
  page.on("console", (message) => message.type() === "error" && !/Failed to load resource/.test(message.text()) && errors.push(message.text()));
  page.on("request", (request) => !request.url().startsWith(base) && !/^(data|blob|about):/.test(request.url()) && outside.push(request.url()));
  await page.goto(`${base}/admin/#${address}`);
  await page.locator("h1").first().waitFor();
  const close = async () => {
    await context.close();
    assert.deepEqual([errors, outside], [[], []]);
  };
  return { page, context, close, errors };
}

/* A picture is of all of the page, and named after the theme and the width. */
async function sound(page, name) {
  const width = page.viewportSize().width;
  const theme = await page.evaluate(() => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
  await isSound(page, `${name}-${theme}-${width}`, { fullPage: true });
}

/** What the API says, asked from a page so that whoever is signed in there asks. */
const ask = (page, path) => page.evaluate(async (path) => {
  const session = await (await fetch("/admin/api/session")).json();
  const answer = await fetch(path, { headers: { "x-magpie-environment": "test", "x-magpie-csrf": session.csrf ?? "" } });
  return answer.json();
}, path);

const hash = (action) => encodeURIComponent(action);
const known = {};
{
  const { page, context } = await visit("/tools");
  const { rows } = await ask(page, `/v1/available-actions/${platform}?limit=500`);
  const connections = await ask(page, `/v1/vault/connections?platform=${platform}&limit=1`);
  known.action = env.ACTION ?? rows.find(({ method, path }) => method === "GET" && !path.includes("{{"))?.systemId ?? rows.find(({ method }) => method === "GET")?.systemId ?? rows[0].systemId;
  known.write = env.WRITE ?? rows.find(({ method }) => method === "POST")?.systemId;
  known.parts = env.PARTS ?? rows.find(({ path }) => path === "/audio/transcriptions")?.systemId;
  known.connection = env.CONNECTION ?? connections.rows[0]?.key;
  known.title = rows.find(({ systemId }) => systemId === known.action)?.title;
  await context.close();
}
const play = (action, connection = known.connection) => `/playground?action=${hash(action)}&connection=${hash(connection)}`;
const send = (page) => page.getByRole("button", { name: /^Send [A-Z]+$/ });

/* By the keyboard's way: the label is drawn over the radio button. */
const shape = async (page, name) => {
  await page.locator(".play-form").getByRole("radio", { name }).focus();
  await page.keyboard.press("Space");
  if (await page.locator(".play-form").getByRole("radio", { name }).isChecked()) return;
  await page.keyboard.press(name === "Form" ? "ArrowLeft" : "ArrowRight");
};

const fillAll = async (page) => {
  // What must be there: every field that says so, and is empty.
  for (const field of await page.locator(".play-form [aria-required=true]").all()) {
    if (await field.inputValue()) continue;
    const tag = await field.evaluate((element) => element.tagName);
    if (tag === "SELECT") await field.selectOption({ index: 1 });
    else await field.fill((await field.getAttribute("inputmode")) ? "1" : "x1");
  }
};

const claims = {
  async connectors_are_found_by_words_category_and_sign_in() {
    const { page, close } = await visit("/tools");
    await page.locator(".tool-card").first().waitFor();
    const all = await page.locator(".pager p").innerText();
    await page.getByLabel("How people connect").selectOption("oauth");
    await eventually("fewer with OAuth", async () => (await page.locator(".pager p").innerText()) !== all);
    const category = page.getByLabel("Category");
    await category.selectOption({ index: 1 });
    await eventually("one category", async () => page.url().includes("category="));
    await page.getByLabel("How people connect").selectOption("");
    await category.selectOption("");
    await page.keyboard.press("/");
    await page.keyboard.type(platform);
    await page.locator(`.tool-card[href="#/tools/${platform}"]`).waitFor();
    await page.locator(".action-list a").first().waitFor();
    await sound(page, "tools-search");
    await page.locator(`.tool-card[href="#/tools/${platform}"]`).click();
    await page.locator(".action-list a").first().waitFor();
    await close();
  },
  async actions_are_found_by_words_tag_and_method_and_paged() {
    const { page, close } = await visit(`/tools/${env.LARGE ?? "github"}`);
    await page.locator(".action-list a").first().waitFor();
    const first = await page.locator(".action-title").first().innerText();
    await page.getByRole("button", { name: "Next page" }).click();
    await eventually("another page", async () => (await page.locator(".action-title").first().innerText()) !== first);
    await page.getByLabel("Method").selectOption("DELETE");
    await eventually("only DELETE", async () => {
      const methods = await page.locator(".action-list .method").allInnerTexts();
      return methods.length > 0 && methods.every((text) => text === "DELETE");
    });
    await page.getByLabel("Tag").selectOption({ index: 1 });
    await page.getByLabel("Search actions").fill("list issues");
    await page.getByLabel("Method").selectOption("");
    await eventually("the words count", async () => page.url().includes("q=list+issues"));
    await sound(page, "connector");
    await page.reload();
    await eventually("the words are there again", async () => (await page.getByLabel("Search actions").inputValue()) === "list issues");
    await close();
  },
  async an_actions_page_tells_how_it_is_called_and_leads_to_the_playground() {
    const { page, close } = await visit(`/tools/${platform}/${hash(known.action)}`);
    await page.getByRole("heading", { level: 1, name: known.title }).waitFor();
    await page.getByRole("heading", { name: "What agents read" }).waitFor();
    for (const [tab, word] of [["Node", "await fetch"], ["Python", "requests.request"], ["MCP", "execute_action"], ["curl", "/v1/passthrough/"]]) {
      await page.getByRole("tab", { name: tab, exact: true }).click();
      await eventually(tab, async () => (await page.locator(".action-side pre").innerText()).includes(word));
    }
    await page.getByRole("button", { name: "Copy the action id" }).click();
    await eventually("the id is in the clipboard", async () => (await page.evaluate(() => navigator.clipboard.readText())) === known.action);
    await sound(page, "action");
    await page.getByRole("link", { name: "Try it" }).click();
    await page.getByRole("heading", { level: 1, name: "Playground" }).waitFor();
    await close();
  },
  async an_action_and_a_connection_are_chosen_by_keyboard() {
    const { page, close } = await visit("/playground");
    await page.getByRole("combobox", { name: "Action" }).fill(`${platform} ${known.title}`);
    // What was offered before anything was typed is not meant.
    await eventually("what is looked for comes first", async () => (await page.getByRole("option").first().innerText()).includes(known.title));
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await send(page).waitFor();
    await page.getByRole("combobox", { name: "Connection" }).click();
    await page.getByRole("option").first().waitFor();
    await sound(page, "playground-choosing");
    await page.keyboard.press("Enter");
    await eventually("both in the address", async () => /action=.*connection=/.test(page.url()));
    await close();
  },
  async a_request_is_seen_before_sent_and_its_answer_after() {
    const { page, close } = await visit(play(known.action));
    await send(page).waitFor();
    await fillAll(page);
    for (const tab of ["curl", "Node", "Python", "HTTP"]) await page.getByRole("tab", { name: tab, exact: true }).click();
    await eventually("the request as it is sent", async () => /x-pica-action-id/.test(await page.locator(".play-side pre").last().innerText()));
    await send(page).click();
    await page.getByRole("heading", { name: "Answer" }).waitFor();
    await page.getByRole("tab", { name: /^Headers/ }).click();
    await page.locator(".answer .header-list").waitFor();
    await page.getByRole("tab", { name: "Body" }).click();
    await page.getByRole("link", { name: "Show in the logs" }).waitFor();
    await page.getByRole("figure", { name: "Where the time went" }).waitFor();
    await sound(page, "playground-answer");
    const download = page.waitForEvent("download");
    await page.locator(".answer").getByRole("button", { name: "Download" }).click();
    await (await download).delete();
    const kept = await page.evaluate(() => JSON.stringify({ ...sessionStorage }) + JSON.stringify({ ...localStorage }));
    assert.ok(!/csrf|x-pica-secret/i.test(kept));
    await page.locator(".past-list button").first().click();
    await page.reload();
    await page.locator(".past-list button").first().waitFor();
    await page.getByRole("button", { name: "Forget all" }).click();
    await page.locator(".past-list").waitFor({ state: "detached" });
    await close();
  },
  async a_body_is_written_in_a_form_or_by_hand() {
    const { page, close } = await visit(play(known.write));
    await send(page).waitFor();
    await send(page).click();
    const isWrong = await page.locator(".play-form .note.error").count();
    await fillAll(page);
    await shape(page, "As text");
    const written = page.getByLabel("The body as it is sent");
    const before = await written.inputValue();
    await written.fill("{");
    await send(page).click();
    await page.getByText("This is not valid JSON.").first().waitFor();
    await sound(page, "playground-wrong");
    await written.fill('{"surely_unknown_field": 1}');
    await shape(page, "Form");
    await page.getByText("The form cannot show all of this").waitFor();
    await written.fill(before);
    await shape(page, "Form");
    await eventually("the form is back", async () => (await written.count()) === 0);
    assert.ok(isWrong >= 0);
    await close();
  },
  async a_body_in_parts_takes_files() {
    assert.ok(known.parts, "PARTS names an action that takes a file");
    const { page, close } = await visit(play(known.parts));
    await send(page).waitFor();
    const box = page.locator(".play-form");
    const chosen = box.getByRole("group", { name: "file", exact: true });
    await send(page).click();
    await box.getByText("This is needed.").first().waitFor();
    await box.getByLabel("File for file", { exact: true }).setInputFiles({ name: "first.mp3", mimeType: "audio/mpeg", buffer: Buffer.from("the first") });
    await chosen.getByText("first.mp3").waitFor();
    await eventually("the focus stays", () => chosen.getByRole("button", { name: "Choose another file for file" }).evaluate((button) => button === document.activeElement));
    await chosen.getByRole("button", { name: "Take first.mp3 away" }).click();
    await box.getByRole("textbox", { name: "file", exact: true }).waitFor();
    await box.getByLabel("File for file", { exact: true }).setInputFiles({ name: "speech.mp3", mimeType: "audio/mpeg", buffer: Buffer.from("what is said") });
    await box.getByLabel("model", { exact: true }).fill("whisper-1");
    await page.locator(".play-side pre").last().getByText("file: speech.mp3 (12 bytes)").waitFor();
    await page.getByRole("tab", { name: "curl", exact: true }).click();
    await page.locator(".play-side pre").last().getByText(`-F 'file=@"speech.mp3"'`).waitFor();
    await sound(page, "playground-file");
    await page.evaluate(() => {
      const { fetch } = window;
      const read = async ([name, value]) => [name, value instanceof File ? [value.name, value.type, await value.text()] : value];
      window.fetch = async (url, options) => {
        if (options?.body instanceof FormData) window.parts = await Promise.all([...options.body].map(read));
        return fetch(url, options);
      };
    });
    const sent = page.waitForRequest(/passthrough/);
    await send(page).click();
    const request = await sent;
    assert.match(await request.headerValue("content-type"), /^multipart\/form-data; boundary=/);
    await page.locator(".answer").getByText("Status 200").waitFor();
    assert.deepEqual(await page.evaluate(() => window.parts), [["file", ["speech.mp3", "audio/mpeg", "what is said"]], ["model", "whisper-1"]]);
    // What a browser keeps of it is the texts.
    const [kept] = await page.evaluate(() => JSON.parse(sessionStorage.getItem("magpie.playground.test")));
    assert.deepEqual(kept.values.body, { model: "whisper-1" });
    await close();
  },
  async a_write_in_production_is_asked_about_first() {
    const { page, close } = await visit("/tools", { environment: "live" });
    const live = await page.evaluate(async (platform) => {
      const session = await (await fetch("/admin/api/session")).json();
      return (await (await fetch(`/v1/vault/connections?platform=${platform}&limit=1`, { headers: { "x-magpie-environment": "live", "x-magpie-csrf": session.csrf ?? "" } })).json()).rows[0]?.key;
    }, platform);
    if (live) {
      await page.goto(`${base}/admin/#${play(known.write, live)}`);
      await send(page).waitFor();
      await fillAll(page);
      await send(page).click();
      await page.getByRole("dialog", { name: /to Production\?/ }).waitFor();
      await sound(page, "playground-sure");
      await page.keyboard.press("Escape");
      assert.equal(await page.getByRole("heading", { name: "Answer" }).count(), 0);
    }
    await close();
  },
  async a_document_is_checked_then_imported() {
    const { page, close } = await visit("/tools/import");
    const name = `walk-${Date.now().toString(36)}`;
    const document = JSON.stringify({ openapi: "3.0.3", info: { title: `Walk ${name}`, version: "1" }, servers: [{ url: "https://api.walk.example" }], paths: { "/things": { get: { operationId: "listThings", responses: { 200: { description: "ok" } } } } } });
    await page.getByLabel("Or paste it").fill(env.BROKEN ?? "openapi: 3.0.0\ninfo: {}\n  BROKEN: x\n");
    await page.getByRole("button", { name: "Check the document" }).click();
    await page.getByText("The document cannot be read").waitFor();
    await sound(page, "import-broken");
    await page.locator("input[type=file]").setInputFiles({ name: "walk.json", mimeType: "application/json", buffer: Buffer.from(document) });
    await page.getByText("walk.json").waitFor();
    await page.getByText("Name, address, and which operations").click();
    await page.getByLabel("Platform").fill(name);
    await page.getByRole("button", { name: "Check the document" }).click();
    await page.getByRole("heading", { name: "What it would make" }).waitFor();
    await sound(page, "import-checked");
    await page.getByRole("button", { name: "Import", exact: true }).click();
    await page.getByRole("heading", { name: /is a connector now/ }).waitFor();
    await sound(page, "import-made");
    await page.getByRole("button", { name: "Import another" }).click();
    await page.locator("input[type=file]").setInputFiles({ name: "walk.json", mimeType: "application/json", buffer: Buffer.from(document) });
    await page.getByText("Name, address, and which operations").click();
    await page.getByLabel("Platform").fill(name);
    await page.getByRole("button", { name: "Check the document" }).click();
    await page.getByLabel("Replace the connector that is there").check();
    await page.getByRole("button", { name: "Check the document" }).click();
    await page.getByRole("button", { name: "Import", exact: true }).click();
    await page.getByRole("heading", { name: /is a connector now/ }).waitFor();
    await close();
  },
  async logs_are_filtered_and_the_address_remembers() {
    const { page, close } = await visit("/logs");
    await page.locator(".log-table .row-link").first().waitFor();
    await page.getByLabel("Kind").selectOption("passthrough");
    await page.getByRole("button", { name: "More filters" }).click();
    await page.getByLabel("Status").fill("4xx");
    await page.getByLabel("Time").selectOption("7d");
    await page.getByLabel("Search path, error, connection, request id").fill("surely-nothing-like-this");
    await page.getByRole("heading", { name: "Nothing fits" }).waitFor();
    await sound(page, "logs-none");
    await page.reload();
    await eventually("the status is there again", async () => (await page.getByLabel("Status").inputValue()) === "4xx");
    await page.getByRole("button", { name: "Clear the filters" }).first().click();
    await page.locator(".log-table .row-link").first().waitFor();
    await eventually("any kind", async () => (await page.getByLabel("Kind").inputValue()) === "");
    await close();
  },
  async logs_come_by_themselves_and_wait_for_who_reads() {
    const { page, context, close } = await visit("/logs");
    await page.getByText("Live", { exact: true }).waitFor();
    await page.locator(".log-table .row-link").first().waitFor();
    const other = await context.newPage();
    const call = async () => {
      await other.goto(`${base}/admin/#${play(known.action)}`);
      await send(other).waitFor();
      await fillAll(other);
      await send(other).click();
      await other.getByRole("heading", { name: "Answer" }).waitFor();
      await other.goto("about:blank");
      // A page that nobody looks at is not drawn.
      await page.bringToFront();
    };
    const top = () => page.locator(".log-table tbody tr").first().innerText();
    const before = await top();
    await call();
    await eventually("a new row on top", async () => (await top()) !== before);
    const older = page.getByRole("button", { name: "Show more" });
    if (await older.count()) {
      const count = await page.locator(".log-table tbody tr").count();
      // Further down nothing moves any more.
      await older.evaluate((button) => button.scrollIntoView());
      await older.click();
      await eventually("older rows", async () => (await page.locator(".log-table tbody tr").count()) > count);
    }
    await page.evaluate(() => window.scrollTo(0, 0));
    await page.evaluate(() => window.scrollTo(0, 700));
    if (await page.evaluate(() => window.scrollY > 150)) {
      await call();
      await page.getByRole("button", { name: /\d+ new/ }).click();
      await eventually("at the top again", async () => page.evaluate(() => window.scrollY < 10));
    }
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText("Paused").waitFor();
    await sound(page, "logs");
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByText("Live", { exact: true }).waitFor();
    await close();
  },
  async an_entry_is_a_panel_beside_the_list_or_a_page() {
    const { page, close } = await visit("/logs?kind=passthrough");
    await page.getByRole("button", { name: "Pause" }).click();
    await page.locator(".log-table .row-link").first().click();
    const panel = page.getByRole("complementary", { name: "Log entry" });
    await panel.getByText("Request id").waitFor();
    await panel.getByText(/^Headers sent/).click();
    await panel.getByText(/^Headers received/).click();
    await panel.getByRole("button", { name: "Copy as curl" }).click();
    await sound(page, "log-panel");
    await page.keyboard.press("Escape");
    await eventually("the panel closes", async () => (await panel.count()) === 0);
    await close();
    const small = await visit("/logs?kind=passthrough", { width: 390 });
    await small.page.getByRole("button", { name: "Pause" }).click();
    await small.page.locator(".log-table .row-link").first().click();
    await small.page.getByText("Bodies are never kept").waitFor();
    await sound(small.page, "log-page");
    const again = small.page.getByRole("link", { name: "Try again in the playground" });
    if (await again.count()) {
      await again.click();
      await small.page.getByRole("heading", { level: 1, name: "Playground" }).waitFor();
    }
    await small.close();
  },
  async every_page_is_sound_in_both_themes_and_widths() {
    for (const theme of ["light", "dark"]) {
      for (const width of [1440, 390, 360]) {
        for (const [name, address] of Object.entries({ tools: "/tools", connector: `/tools/${platform}`, action: `/tools/${platform}/${hash(known.action)}`, playground: play(known.write), import: "/tools/import", logs: "/logs" })) {
          const { page, close } = await visit(address, { theme, width });
          await settled(page);
          await sound(page, name);
          await close();
        }
      }
    }
  },
};

// LOUD=1 says on stderr how it goes.
const told = Object.fromEntries(Object.entries(claims).map(([name, claim]) => [name, async () => {
  const say = (how) => env.LOUD && console.error(`${how} ${name}`);
  await claim().then(() => say("holds"), (error) => (say(`${String(error.stack).slice(0, 900)}\nFAILS`), Promise.reject(error)));
}]));
await tryClaims(told, { atOnce: 1 });
await browser.close();
