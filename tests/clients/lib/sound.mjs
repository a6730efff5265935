// Whether a page is as it should be: nothing that axe complains about, nothing wider than the screen; and a picture of it.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const { SHOTS, AXE } = process.env;
const axe = AXE === "0" ? null : await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Waits until everything that was asked for is there and nothing moves. */
export async function settled(page) {
  await page.waitForFunction(() => {
    const isBusy = document.querySelector("[aria-busy=true], .skeleton") || document.fonts.status !== "loaded";
    const isMoving = document.getAnimations().some(({ playState, effect }) => playState === "running" && effect?.getComputedTiming().iterations !== Infinity);
    return !isBusy && !isMoving && document.querySelector("h1, dialog[open]");
  }, null, { polling: 50 });
  // What was just put in is drawn by the second frame.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

/** Takes a picture, `<name>.png` in `SHOTS`, and fails if axe finds something or if the page is wider than the screen. */
export async function sound(page, name, picture = {}) {
  await settled(page);
  if (SHOTS) {
    await mkdir(SHOTS, { recursive: true });
    await page.screenshot({ path: `${SHOTS}/${name}.png`, animations: "disabled", ...picture });
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${name}: ${wide} px too wide`);
  if (!axe) return;
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  assert.deepEqual(violations.map(({ id, nodes }) => `${name}: ${id} ${nodes[0].html.slice(0, 200)}`), []);
}

/** Looks at what `draw({theme, width})` gives as a page in both themes on a large and a small screen; `draw` gives `[page, close]`. */
export async function soundEverywhere(draw, themes = ["light", "dark"], widths = [1440, 390]) {
  for (const theme of themes) for (const width of widths) await draw({ theme, width });
}
