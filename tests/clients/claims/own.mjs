// What a person has connected already.
import assert from "node:assert/strict";

export const own = (kit) => ({
  async "one's own connection is shown, and is disconnected after a question"() {
    const person = await kit.person();
    const { key } = await connected(person, "Gmail");
    await person.openList();
    await person.modal.locator("[data-row^='own:']").click();
    await person.heading("Gmail").waitFor();
    await person.modal.getByText("ada@example.com").waitFor();
    await person.button("Disconnect").click();
    await person.heading("Disconnect ada@example.com?").waitFor();
    await person.button("Keep it").click();
    assert.equal((await kit.connections(person)).length, 1);
    await person.button("Disconnect").click();
    await person.button("Disconnect").click();
    await person.modal.locator(".notice", { hasText: "Gmail has been disconnected" }).waitFor();
    assert.equal(await person.modal.locator("[data-row^='own:']").count(), 0);
    assert.deepEqual(await kit.connections(person), []);
    assert.equal((await kit.api("GET", `/v1/vault/connections/${encodeURIComponent(key)}`)).status, 404);
    await person.leave();
  },

  async "one's own connection is connected again and keeps its key"() {
    const person = await kit.person();
    const first = await connected(person, "Gmail");
    await person.openList();
    await person.modal.locator("[data-row^='own:']").click();
    await person.button("Reconnect").click();
    await person.signIn("Gmail", { button: "Reconnect Gmail" });
    await person.heading("Gmail is connected").waitFor();
    const again = await person.called("success");
    assert.deepEqual([again.key, again.id], [first.key, first.id]);
    assert.equal((await kit.connections(person)).length, 1);
    await person.leave();
  },

  async "nobody sees what others have connected"() {
    const [one, other] = [await kit.person(), await kit.person()];
    await connected(one, "Gmail");
    await other.openList();
    assert.equal(await other.modal.locator("[data-row^='own:']").count(), 0);
    await one.leave();
    await other.leave();
  },
});

/** Connects and closes, and gives the record. */
export async function connected(person, title) {
  await person.open({ selectedConnection: title });
  await person.signIn(title);
  await person.heading(`${title} is connected`).waitFor();
  const record = await person.called("success");
  await person.button("Done").click();
  await person.gone();
  await person.forget();
  return record;
}
