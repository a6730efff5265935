// Connecting, from the application's button to a connection that works.
import assert from "node:assert/strict";

export const connecting = (kit) => ({
  async "Gmail is connected through a window, and then works"() {
    const person = await kit.person();
    await person.openList();
    await person.choose("Gmail");
    await person.signIn("Gmail");
    await person.heading("Gmail is connected").waitFor();
    await worksAs(kit, person, await person.called("success"));
    await person.button("Done").click();
    await person.called("close");
    await person.gone();
    assert.deepEqual(await person.events(), ["success", "close"]);
    await person.leave();
  },

  async "the same with a back end in Python"() {
    const person = await kit.person();
    await person.openList({ backEnd: kit.host.python });
    await person.choose("Gmail");
    await person.signIn("Gmail");
    await worksAs(kit, person, await person.called("success"));
    await person.leave();
  },
});

/** Whether a record is this person's, and its connection signs requests. */
async function worksAs(kit, person, record) {
  assert.equal(record._id, record.id);
  assert.equal(record.platform, "gmail");
  assert.equal(record.identity, person.identity);
  assert.match(record.key, /^test::gmail::default::[0-9a-f]{32}\|person-\d+$/);
  const answer = await fetch(`${kit.url}/v1/passthrough/users/me/profile`, {
    headers: { "x-pica-secret": kit.key, "x-pica-connection-key": record.key, "x-mock-echo": "true" },
  });
  assert.equal(answer.status, 200);
  const arrived = await answer.json();
  assert.equal(arrived.platform, "gmail");
  assert.deepEqual(arrived.headers.authorization, ["Bearer •••"]);
}
