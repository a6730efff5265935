#!/usr/bin/env node
// How long the admin pages take until a person can use them: with nothing in the browser's cache, and again.
//
//   benches/pages.mjs URL [VISITS]      URL of a running `magpie dev`, built with --release; 15 visits unless told
//
// The peer is a page of nothing but a heading from the same address, in the same browser and in turns with the others,
// because the browser's own share is most of it. Interactive: the page's heading is drawn and the browser's main thread
// is idle for the first time. Times in ms since the navigation began.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(fileURLToPath(new URL("../tests/clients/package.json", import.meta.url)));
const { chromium } = require("playwright-core");
const url = (process.argv[2] ?? "http://127.0.0.1:3005").replace(/\/$/, "");
const visits = Number(process.argv[3] ?? 15);

/** Runs in the page before anything else: notes when there is a heading, and when nothing is left to do after it. */
function watch() {
  const look = () => {
    if (!document.querySelector("h1")) return;
    watcher.disconnect();
    const heading = performance.now();
    requestAnimationFrame(() => requestIdleCallback(() => (window.measured = { heading, interactive: performance.now() })));
  };
  const watcher = new MutationObserver(look);
  watcher.observe(document, { childList: true, subtree: true });
}

async function measure(context, address) {
  const page = await context.newPage();
  await page.goto(address, { waitUntil: "commit" });
  await page.waitForFunction(() => window.measured);
  const measured = await page.evaluate(() => ({
    ...window.measured,
    requests: performance.getEntriesByType("resource").length + 1,
    bytes: performance.getEntries().reduce((sum, { transferSize = 0 }) => sum + transferSize, 0),
  }));
  await page.close();
  return measured;
}

const peer = createServer((_, answer) => answer.setHeader("content-type", "text/html").end("<!doctype html><title>x</title><h1>x</h1>"));
await new Promise((done) => peer.listen(0, "127.0.0.1", done));
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const rows = { "a bare heading": [], "admin, first visit": [], "admin, again": [] };
for (let visit = 0; visit < visits; visit += 1) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addInitScript(watch);
  rows["a bare heading"].push(await measure(context, `http://127.0.0.1:${peer.address().port}/`));
  rows["admin, first visit"].push(await measure(context, `${url}/admin/`));
  rows["admin, again"].push(await measure(context, `${url}/admin/`));
  await context.close();
}
await browser.close();
peer.close();

const at = (values, share) => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
for (const [name, all] of Object.entries(rows)) {
  const of = (what, share) => Math.round(at(all.map((each) => each[what]), share));
  console.log(`${name.padEnd(20)} heading ${of("heading", 0.5)} ms, interactive ${of("interactive", 0.5)} ms (90 %: ${of("interactive", 0.9)} ms), ${of("requests", 0.5)} requests, ${of("bytes", 0.5)} bytes`);
}
