#!/usr/bin/env node
// How long the admin pages take until a person can use them: with nothing in the browser's cache, and again.
//
//   benches/pages.mjs URL [VISITS]      URL of a running `magpie dev`, built with --release; 15 visits unless told
//   KEY=sk_test_… benches/pages.mjs URL VISITS
//                                       the same once there are calls to show: some are made first, of a few platforms
//   KEY=sk_test_… benches/pages.mjs URL VISITS 10000
//                                       makes so many connections as well, and measures their page too
//
// WAIT is for how many ms a window has been open before the page is asked for in it: 1500 unless told. In the first second of a new
// profile Chromium starts its own toolbar, which takes one core.
//
// The peer is a page of nothing but a heading from the same address, in the same browser and in turns with the others,
// because the browser's own share is much of it. In ms since the navigation began:
//   drawn        the page's heading (of connections, the first row) is on the screen
//   interactive  as Lighthouse means it: drawn, and the last task of more than 50 ms has ended
//   idle         drawn, and for the first time the browser has nothing to do
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(fileURLToPath(new URL("../tests/clients/package.json", import.meta.url)));
const { chromium } = require("playwright-core");
const url = (process.argv[2] ?? "http://127.0.0.1:3005").replace(/\/$/, "");
const visits = Number(process.argv[3] ?? 15);
const wanted = Number(process.argv[4] ?? 0);
const wait = Number(process.env.WAIT ?? 1_500);

const headers = { "x-pica-secret": process.env.KEY, "content-type": "application/json" };

async function connect(platform, identity, field, tags = []) {
  const body = JSON.stringify({ platform, identity, authFormData: { [field]: `sk-${identity}` }, tags });
  const answer = await fetch(`${url}/v1/vault/connections`, { method: "POST", headers, body });
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  return answer.json();
}

/** Connections of as many identities, ten at a time. */
async function connectAll(number) {
  for (let at = 0; at < number; at += 10) {
    await Promise.all(Array.from({ length: 10 }, (_, more) => connect("openai", `customer-${at + more}`, "OPENAI_API_KEY", [`group-${(at + more) % 7}`])));
  }
}

/** Calls of three platforms, answered well and badly: something for every part of the overview. */
async function call() {
  for (const [platform, field] of [["openai", "OPENAI_API_KEY"], ["exa", "EXA_API_KEY"], ["resend", "RESEND_API_KEY"]]) {
    const { key } = await connect(platform, "caller", field);
    for (const status of ["200", "200", "404"]) {
      await fetch(`${url}/v1/passthrough/models`, { headers: { ...headers, "x-pica-connection-key": key, "x-mock-status": status } });
    }
  }
}

/** Runs in the page before anything else: notes when it is drawn, when it is idle after that, and its long tasks. */
function watch() {
  let tasksEnd = 0;
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) tasksEnd = startTime + duration;
  }).observe({ type: "longtask", buffered: true });
  window.measured = new Promise((resolve) => {
    const look = () => {
      if (!document.querySelector(location.hash.startsWith("#/connections") ? ".row-link" : "h1")) return;
      watcher.disconnect();
      // The first task after a frame: what was there has been drawn.
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          const drawn = performance.now();
          requestIdleCallback(() => {
            const idle = performance.now();
            setTimeout(() => resolve({ drawn, interactive: Math.max(drawn, tasksEnd), idle }), 1_500);
          });
        };
        port2.postMessage(null);
      });
    };
    const watcher = new MutationObserver(look);
    watcher.observe(document, { childList: true, subtree: true });
  });
}

async function measure(context, address) {
  const page = await context.newPage();
  // A person has a browser open before; what it does to make a window is not the page's.
  await page.waitForTimeout(wait);
  await page.goto(address);
  const measured = await page.evaluate(async () => ({
    ...(await window.measured),
    requests: performance.getEntriesByType("resource").length + 1,
    bytes: performance.getEntries().reduce((sum, { transferSize = 0 }) => sum + transferSize, 0),
  }));
  await page.close();
  return measured;
}

const peer = createServer((_, answer) => answer.setHeader("content-type", "text/html").end("<!doctype html><title>x</title><h1>x</h1>"));
await new Promise((done) => peer.listen(0, "127.0.0.1", done));
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
if (process.env.KEY) await call();
if (wanted > 0) await connectAll(wanted);
const lists = wanted > 0 ? { [`${wanted} connections`]: "/admin/#/connections", "one of them found": `/admin/#/connections?q=customer-${wanted - 1}`, "sorted by name": "/admin/#/connections?sort=name" } : {};
const rows = { "a bare heading": [], "admin, first visit": [], "admin, again": [], ...Object.fromEntries(Object.keys(lists).map((name) => [name, []])) };
for (let visit = 0; visit < visits; visit += 1) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addInitScript(watch);
  rows["a bare heading"].push(await measure(context, `http://127.0.0.1:${peer.address().port}/`));
  rows["admin, first visit"].push(await measure(context, `${url}/admin/`));
  rows["admin, again"].push(await measure(context, `${url}/admin/`));
  for (const [name, path] of Object.entries(lists)) rows[name].push(await measure(context, url + path));
  await context.close();
}
await browser.close();
peer.close();

const at = (values, share) => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
for (const [name, all] of Object.entries(rows)) {
  const of = (what, share) => Math.round(at(all.map((each) => each[what]), share));
  console.log(`${name.padEnd(20)} drawn ${of("drawn", 0.5)} ms, interactive ${of("interactive", 0.5)} ms (90 %: ${of("interactive", 0.9)} ms), idle ${of("idle", 0.5)} ms, ${of("requests", 0.5)} requests, ${of("bytes", 0.5)} bytes`);
}
