// Looks at pages of the stand-in in Chromium: pictures, what axe finds, what the console says.
// node tests/front/admin/look.mjs <folder for pictures> [address after the #, …]
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { start } from "./standin.mjs";

const require = createRequire(fileURLToPath(new URL("../../clients/package.json", import.meta.url)));
const { chromium } = require("playwright-core");
const axe = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");
const [folder, ...wanted] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const { url, stop, world } = await start(0);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
let bad = 0;

for (const theme of (process.env.THEMES ?? "light,dark").split(",")) {
  for (const width of (process.env.WIDTHS ?? "1440,390").split(",").map(Number)) {
    const context = await browser.newContext({ colorScheme: theme, viewport: { width, height: width > 600 ? 900 : 844 }, reducedMotion: "reduce", locale: "en-US" });
    const page = await context.newPage();
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && report(`console: ${message.text()}`));
    page.on("pageerror", (error) => report(`script: ${error.stack}`));
    let name = "";
    const report = (text) => ((bad += 1), console.log(`${theme} ${width} ${name}: ${text}`));
    for (const each of wanted.length > 0 ? wanted : ["/"]) {
      // An address may begin with moods: `empty=1|/keys`; and end with a button to press: `/keys>Create key`.
      const [mood, rest] = each.includes("|") ? each.split("|") : ["", each];
      const [address, ...presses] = rest.split(">");
      name = each;
      world.mood = Object.fromEntries(new URLSearchParams(mood));
      await page.goto(`about:blank`);
      await page.goto(`${url}/admin/#${address}`);
      await page.waitForSelector("h1, .blank", { timeout: 10_000 }).catch(() => report("no heading"));
      await page.waitForTimeout(500);
      for (const press of presses) {
        const what = press.startsWith("=") ? page.keyboard.press(press.slice(1)) : page.getByRole(press.startsWith("@") ? "menuitem" : "button", { name: press.replace("@", ""), exact: false }).first().click({ timeout: 3_000 });
        await what.catch((error) => report(String(error).split("\n")[0]));
        await page.waitForTimeout(350);
      }
      const file = `${theme}-${width}-${each.replace("?", "help").replace(/[^\w]+/g, "-").replace(/^-|-$/g, "") || "home"}.png`;
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      await page.screenshot({ path: `${folder}/${file}`, fullPage: presses.length === 0 && height < 9_000 });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (wide > 0) report(`the page is ${wide} px too wide`);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
      for (const { id, impact, nodes } of violations) report(`axe ${impact} ${id}: ${nodes.slice(0, 3).map(({ html, failureSummary }) => `${html.slice(0, 200)} — ${failureSummary.replace(/\s+/g, " ").slice(0, 260)}`).join("\n    ")}`);
    }
    await context.close();
  }
}
await browser.close();
await stop();
console.log(bad === 0 ? "nothing to complain about" : `${bad} complaints`);
