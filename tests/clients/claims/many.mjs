// More connectors than fit a page of the published packages.
import assert from "node:assert/strict";

export const many = (kit) => ({
  async "every connector of the catalogue is in the modal, each once"() {
    await listsAll(kit, 101, [kit.host.node, kit.host.python]);
  },

  async "so it is with hundreds of them"() {
    const backEnds = ["http://api.shop.localhost/api/token", "http://python.shop.localhost/token"];
    await listsAll(kit.many, 251, backEnds, { page: "http://shop.localhost/" });
  },
});

/** Whether both packages and the modal have everything that is there: at least `least`. */
async function listsAll(kit, least, backEnds, options) {
  const all = [];
  for (let page = 1, pages = 1; page <= pages; page += 1) {
    const { body } = await kit.api("GET", `/v1/available-connectors?authkit=true&limit=500&page=${page}`);
    all.push(...body.rows.map(({ platform }) => platform));
    pages = body.pages;
  }
  all.sort();
  assert.ok(all.length >= least && new Set(all).size === all.length, `${all.length}`);
  for (const backEnd of backEnds) {
    const person = await kit.person(options);
    const answer = person.page.waitForResponse((response) => response.url().startsWith(`${backEnd}?`) && response.request().method() === "POST");
    await person.openList({ backEnd });
    const merged = await (await answer).json();
    assert.deepEqual(merged.rows.map(({ type }) => type).sort(), all);
    assert.ok(merged.requestId ?? merged.request_id);
    const rows = await person.modal.locator("button.row").evaluateAll((rows) => rows.map((row) => row.dataset.row));
    assert.deepEqual(rows.sort(), all);
    await person.leave();
  }
}
