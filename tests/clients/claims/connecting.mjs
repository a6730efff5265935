// Connecting, from the application's button to a connection that works.
import assert from "node:assert/strict";

export const connecting = (kit) => ({
  async "Gmail is connected through a window, and then works"() {
    const person = await kit.person({ reducedMotion: "no-preference" });
    await person.openList();
    await person.choose("Gmail");
    await person.signIn("Gmail");
    await person.heading("Gmail is connected").waitFor();
    await person.modal.getByText("ada@example.com").waitFor();
    await worksAs(kit, person, await person.called("success"));
    await person.button("Done").click();
    await person.called("close");
    await person.gone();
    assert.deepEqual(await person.events(), ["success", "close"]);
    await person.leave();
  },

  async "the same with a back end in Python, whose identity may be a team's"() {
    const person = await kit.person();
    await person.openList({ backEnd: kit.host.python, headers: { "x-kind": "team" } });
    await person.choose("Gmail");
    await person.signIn("Gmail", { account: "grace@example.com" });
    const record = await person.called("success");
    await worksAs(kit, person, record);
    assert.equal(record.identityType, "team");
    await person.leave();
  },

  async "a token endpoint may be relative to the application's page"() {
    const person = await kit.person({ page: `${kit.host.page}deep/page?a=1` });
    await person.openList({ backEnd: "/api/token" });
    await person.leave();
  },

  async "a back end of the older generation is understood"() {
    const person = await kit.person();
    await person.openList({ backEnd: `${kit.host.api}/old` });
    await person.choose("Gmail");
    await person.signIn("Gmail");
    await worksAs(kit, person, await person.called("success"));
    await person.leave();
  },

  async "what the back end leaves out of its rows is not offered"() {
    const person = await kit.person();
    await person.open({ backEnd: `${kit.host.api}/few` });
    await person.heading("Connect your apps").waitFor();
    const rows = await person.modal.locator("button.row").evaluateAll((rows) => rows.map((row) => row.dataset.row));
    assert.deepEqual(rows.sort(), ["gmail", "stripe"]);
    await person.leave();
  },

  async "a wrong key is refused beside the form, nothing is lost, and the right one connects"() {
    const person = await kit.person();
    await person.openList({ showNameInput: true });
    await person.choose("Stripe");
    const [key, name] = [person.modal.getByLabel("Secret or restricted key"), person.modal.getByLabel("Name of this connection")];
    await key.fill("sk_invalid_41");
    await name.fill("Our shop");
    await person.button("Connect Stripe").click();
    await person.modal.getByText("Stripe could not be connected").waitFor();
    assert.deepEqual(await Promise.all([key.inputValue(), name.inputValue()]), ["sk_invalid_41", "Our shop"]);
    assert.equal((await kit.connections(person)).length, 0);
    assert.deepEqual(await person.events(), []);
    await key.fill("sk_good_42");
    await person.button("Connect Stripe").click();
    await person.heading("Stripe is connected").waitFor();
    const record = await person.called("success");
    assert.deepEqual([record.platform, record.name, record.identity], ["stripe", "Our shop", person.identity]);
    assert.deepEqual(await person.events(), ["success"]);
    await person.leave({ expected: /status of 400/, secrets: ["sk_invalid_41", "sk_good_42"] });
  },

  async "a key is connected by keyboard alone"() {
    const person = await kit.person();
    const { keyboard } = person.page;
    await person.openList({ press: async (button) => (await button.focus(), keyboard.press("Enter")) });
    await person.heading("Connect your apps").waitFor();
    await keyboard.press("/");
    await keyboard.type("exa");
    await person.modal.locator("button.row").nth(0).filter({ hasText: "Exa" }).waitFor();
    await keyboard.press("ArrowDown");
    await keyboard.press("Enter");
    await person.heading("Connect Exa").waitFor();
    await person.tabTo(person.modal.getByLabel("API key"));
    await keyboard.type("key-43");
    await keyboard.press("Enter");
    await person.heading("Exa is connected").waitFor();
    await person.called("success");
    await person.tabTo(person.button("Done"));
    await keyboard.press("Enter");
    await person.gone();
    await person.leave({ secrets: ["key-43"] });
  },

  async "the modal is closed by its button and by Escape, one step at a time"() {
    const person = await kit.person();
    await person.openList();
    await person.button("Close").click();
    await person.gone();
    await person.openList();
    await person.choose("Gmail");
    await person.heading("Connect Gmail").waitFor();
    await person.page.keyboard.press("Escape");
    await person.modal.getByRole("searchbox").focus();
    await person.page.keyboard.press("Escape");
    await person.modal.locator("button.row").nth(20).waitFor();
    await person.page.keyboard.press("Escape");
    await person.gone();
    assert.deepEqual(await person.events(), ["close", "close"]);
    await person.leave();
  },

  async "a chosen connector skips the list, whatever its case; an unknown one says so"() {
    const person = await kit.person();
    for (const selectedConnection of ["gmail", "Gmail", "GOOGLE-CALENDAR", "google calendar"]) {
      await person.open({ selectedConnection });
      await person.heading(/gmail/i.test(selectedConnection) ? "Connect Gmail" : "Connect Google Calendar").waitFor();
      await person.button("Close").click();
      await person.gone();
    }
    await person.openList({ selectedConnection: "Nope <b>" });
    await person.modal.getByText("“Nope <b>” is not available here.").waitFor();
    await person.leave();
  },

  async "title, company and picture of the application are shown"() {
    const person = await kit.person();
    const imageUrl = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>";
    await person.openList({ title: "Bring your tools", companyName: "Müller & Söhne", imageUrl });
    await person.heading("Bring your tools").waitFor();
    await person.modal.getByText("Choose what Müller & Söhne should work with.").waitFor();
    const image = person.modal.locator(".brand img");
    assert.equal(await image.evaluate((image) => image.decode().then(() => image.naturalWidth)), 9);
    await person.leave();
  },

  async "the application's theme wins over the person's, which counts without one"() {
    const ground = (person) => person.modal.locator("dialog").evaluate((element) => {
      const [, r, g, b] = /(\d+), (\d+), (\d+)/.exec(colour(element));
      function colour(element) {
        const canvas = document.createElement("canvas").getContext("2d");
        canvas.fillStyle = getComputedStyle(element).backgroundColor;
        canvas.fillRect(0, 0, 1, 1);
        return canvas.getImageData(0, 0, 1, 1).data.join(", ");
      }
      return Number(r) + Number(g) + Number(b) > 380 ? "light" : "dark";
    });
    const person = await kit.person();
    for (const [colorScheme, appTheme, expected] of [
      ["light", "dark", "dark"], ["dark", "light", "light"], ["dark", undefined, "dark"], ["light", undefined, "light"],
    ]) {
      await person.page.emulateMedia({ colorScheme });
      await person.openList({ appTheme });
      assert.equal(await ground(person), expected, `${colorScheme} ${appTheme}`);
      await person.button("Close").click();
      await person.gone();
    }
    await person.leave();
  },

  async "on a phone everything fits, and Gmail is connected"() {
    const person = await kit.person({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await person.openList();
    const fits = () => person.modal.locator("dialog").evaluate((dialog) => {
      const { left, right, top, bottom } = dialog.getBoundingClientRect();
      return left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight && document.documentElement.scrollWidth <= innerWidth;
    });
    assert.ok(await fits(), "list");
    await person.choose("Gmail");
    await person.heading("Connect Gmail").waitFor();
    assert.ok(await fits(), "connector");
    const { width, height } = await person.button("Connect Gmail").boundingBox();
    assert.ok(width > 250 && height >= 40, `${width}×${height}`);
    await person.signIn("Gmail");
    await person.heading("Gmail is connected").waitFor();
    assert.ok(await fits(), "saved");
    await person.button("Done").tap();
    await person.gone();
    await person.leave();
  },

  async "the person's language is spoken"() {
    for (const [locale, language] of [["de-AT", "de"], ["ja-JP", "ja"], ["pt-BR", "en"]]) {
      const words = await kit.words(language);
      const said = (name) => words[name].replace("{title}", "Gmail");
      const person = await kit.person({ locale });
      await person.openList();
      await person.heading(said("list.title")).waitFor();
      assert.equal(await person.modal.locator("html").getAttribute("lang"), language);
      await kit.shot(person.page, `${locale}-list`);
      await person.choose("Gmail");
      await person.signIn("Gmail", { button: said("connect.button") });
      await person.heading(said("saved.title")).waitFor();
      await kit.shot(person.page, `${locale}-saved`);
      await person.leave();
    }
  },
});

/** Whether a record is this person's, and its connection signs requests. */
async function worksAs(kit, person, record) {
  assert.equal(record._id, record.id);
  assert.equal(record.platform, "gmail");
  assert.equal(record.identity, person.identity);
  assert.match(record.key, /^test::gmail::default::[0-9a-f]{32}\|person-\w+-\d+$/);
  const answer = await fetch(`${kit.url}/v1/passthrough/users/me/profile`, {
    headers: { "x-pica-secret": kit.key, "x-pica-connection-key": record.key, "x-mock-echo": "true" },
  });
  assert.equal(answer.status, 200);
  const arrived = await answer.json();
  assert.equal(arrived.platform, "gmail");
  assert.deepEqual(arrived.headers.authorization, ["Bearer •••"]);
}
