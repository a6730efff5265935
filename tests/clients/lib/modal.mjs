// What a person does with the modal, and what the page around it hears.
import { eventually } from "./claims.mjs";
import { discreet, quiet, visit } from "./browser.mjs";

/* No two runs meet the same people. */
const run = Date.now().toString(36);
let people = 0;

/** Everything that claims need to visit the application. */
export class Kit {
  constructor({ browser, host, url, key }) {
    Object.assign(this, { browser, host, url, key, secrets: [] });
  }

  /** A new person on the application's page. */
  async person(options = {}) {
    const { page = this.host.page, ...context } = options;
    const seen = await visit(this.browser, context);
    await seen.page.goto(page);
    return new Person(this, seen);
  }

  /** What the server's API answers. */
  async api(method, path, body, key = this.key) {
    const headers = { "x-pica-secret": key, "content-type": "application/json" };
    const answer = await fetch(this.url + path, { method, headers, body: body && JSON.stringify(body) });
    return { status: answer.status, body: await answer.json() };
  }

  /** What somebody has connected. */
  async connections({ identity }) {
    const { body } = await this.api("GET", `/v1/vault/connections?identity=${identity}&limit=100`);
    return body.rows;
  }

  /** The modal's words in a language. */
  async words(language) {
    return (await fetch(`${this.url}/assets/authkit/strings/${language}.json`)).json();
  }

  /** Takes a picture if somebody wants to look at it: `SHOTS` names a folder. */
  async shot(page, name) {
    const folder = process.env.SHOTS;
    if (folder) await page.screenshot({ path: `${folder}/${name}.png`, animations: "disabled" });
  }
}

/** A person, whose own application knows them by a secret of its own. */
export class Person {
  constructor(kit, visited) {
    people += 1;
    Object.assign(this, { kit, ...visited, visited });
    this.identity = `person-${run}-${people}`;
    this.secret = `app-session-${Math.random().toString(36).slice(2)}`;
    kit.secrets.push(this.secret);
    this.become(this.page);
  }

  /** Goes on in another page. */
  become(page) {
    this.page = page;
    this.modal = page.frameLocator("#event-link");
  }

  /** Opens the modal as the application does, by its button. */
  async open(options = {}) {
    const { backEnd = this.kit.host.node, press = (button) => button.click(), headers = {}, ...rest } = options;
    const token = { url: backEnd, headers: { authorization: `Bearer ${this.identity}:${this.secret}`, ...headers } };
    const baseUrl = `${this.kit.url}/authkit`;
    await this.page.evaluate((options) => (window.options = options), { baseUrl, companyName: "Shop", token, ...rest });
    await press(this.page.locator("#open"));
    return this.modal;
  }

  /** The same, until the list is there. */
  async openList(options) {
    await this.open(options);
    await this.modal.getByRole("searchbox").waitFor();
    return this.modal;
  }

  /** The heading of the view. */
  heading(text) {
    return this.modal.getByRole("heading", { name: text, exact: true });
  }

  button(name, exact = true) {
    return this.modal.getByRole("button", { name, exact });
  }

  /** Chooses a connector in the list. */
  async choose(title) {
    await this.modal.getByRole("searchbox").fill(title);
    await this.modal.locator("button.row", { has: this.modal.locator(".title", { hasText: new RegExp(`^${title}$`) }) }).click();
  }

  /** Presses the button that opens the provider's window, and gives the window. */
  async popup(name) {
    const [popup] = await Promise.all([this.page.waitForEvent("popup"), this.button(name).click()]);
    return popup;
  }

  /** Connects through the built-in provider's page. */
  async signIn(title, { account = "ada@example.com", decision = "Approve", button = `Connect ${title}` } = {}) {
    const popup = await this.popup(button);
    await popup.getByLabel(account).check();
    await popup.getByRole("button", { name: decision }).click();
    return popup;
  }

  /** What the component called back with, once it did. */
  async called(type) {
    const find = (type) => window.events.find((event) => event.type === type)?.value ?? (window.events.some((event) => event.type === type) || null);
    return eventually(`on ${type}`, () => this.page.evaluate(find, type));
  }

  /** Presses Tab until `locator` has the focus. */
  async tabTo(locator) {
    for (let presses = 0; presses < 25; presses += 1) {
      if (await locator.evaluate((element) => element === document.activeElement)) return;
      await this.page.keyboard.press("Tab");
    }
    throw new Error(`out of reach for the Tab key: ${locator}`);
  }

  /** The types of what the component called back with, in order. */
  events() {
    return this.page.evaluate(() => window.events.map(({ type }) => type));
  }

  /** Lets what was called back so far be as if it had not been. */
  forget() {
    return this.page.evaluate(() => (window.events.length = 0));
  }

  /** Until the component has taken the frame away. */
  async gone() {
    await this.page.locator("#event-link").waitFor({ state: "detached" });
  }

  /** The modal's own frame. */
  async frame() {
    const handle = await this.page.locator("#event-link").elementHandle();
    return handle.contentFrame();
  }

  /** Ends the visit; nothing may have gone wrong unseen. `expected` covers what the browser itself reports. */
  async leave({ expected, secrets = [] } = {}) {
    quiet(this.visited.seen, expected);
    this.kit.secrets.push(...secrets);
    await discreet(this.visited, [this.secret, ...this.kit.host.tokens, this.kit.key, ...secrets]);
    await this.context.close();
  }
}
