// Every view in both themes: fit for assistive technology, and on request as a picture.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const looks = (kit) => Object.fromEntries(["light", "dark"].map((appTheme) => [
  `nothing keeps anybody out of a view, in the ${appTheme} theme`,
  () => everyView(kit, appTheme),
]));

async function everyView(kit, appTheme) {
  const person = await kit.person({ colorScheme: appTheme });
  const look = async (name) => fine(kit, await person.frame(), person.page, `${appTheme}-${name}`);
  const options = { appTheme, showNameInput: true };
  await person.openList(options);
  await look("list");
  await person.modal.getByRole("searchbox").fill("mail");
  await look("search");
  await person.modal.getByRole("searchbox").fill("qqqq");
  await look("not-found");
  await person.choose("Zendesk");
  await person.heading("Connect Zendesk").waitFor();
  await look("form");
  await person.button("Connect Zendesk").click();
  await person.modal.locator("[aria-invalid=true]").first().waitFor();
  await look("form-errors");
  await person.page.keyboard.press("Escape");
  await person.choose("Stripe");
  await person.modal.getByLabel("Secret or restricted key").fill("sk_invalid_46");
  await person.button("Connect Stripe").click();
  await person.modal.getByText("Stripe could not be connected").waitFor();
  await look("refused-key");
  await person.page.keyboard.press("Escape");
  await person.choose("Gmail");
  await person.heading("Connect Gmail").waitFor();
  await look("oauth");
  const popup = await person.popup("Connect Gmail");
  await popup.getByRole("button", { name: "Deny" }).waitFor();
  await fine(kit, popup.mainFrame(), popup, `${appTheme}-consent`);
  await person.heading("Continue in the new window").waitFor();
  await look("waiting");
  await popup.getByRole("button", { name: "Deny" }).click();
  await person.heading("Access was not given").waitFor();
  await look("denied");
  await person.signIn("Gmail", { button: "Try again" });
  await person.heading("Gmail is connected").waitFor();
  await look("saved");
  await person.button("Connect another app").click();
  await person.modal.getByRole("searchbox").fill("");
  await person.modal.locator("[data-row^='own:']").waitFor();
  await look("list-own");
  await person.modal.locator("[data-row^='own:']").click();
  await person.heading("Gmail").waitFor();
  await look("own");
  await person.button("Disconnect").click();
  await person.button("Keep it").waitFor();
  await look("disconnect");
  await person.button("Close").click();
  await person.gone();
  await person.open({ ...options, backEnd: `${kit.host.api}/html` });
  await person.heading("The app gave an answer that makes no sense").waitFor();
  await look("trouble");
  await person.leave({ expected: /status of 400/, secrets: ["sk_invalid_46"] });
  await onPhone(kit, appTheme);
}

async function onPhone(kit, appTheme) {
  const person = await kit.person({ colorScheme: appTheme, viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const look = async (name) => fine(kit, await person.frame(), person.page, `${appTheme}-phone-${name}`);
  await person.openList({ appTheme });
  await look("list");
  await person.choose("Zendesk");
  await person.heading("Connect Zendesk").waitFor();
  await look("form");
  await person.leave();
}

/** Whether axe finds nothing that is serious. */
async function fine(kit, frame, page, name) {
  await kit.shot(page, name);
  // By the debugger, since the page's policy lets no script of others in.
  await frame.evaluate(axe);
  const found = await frame.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
    return violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html, failureSummary }) => `${html}: ${failureSummary}`) }));
  });
  const bad = found.filter(({ impact }) => impact === "serious" || impact === "critical");
  assert.deepEqual(bad, [], name);
}
