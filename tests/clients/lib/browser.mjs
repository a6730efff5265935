// A person's browser: Chromium as Debian packages it, and a record of whatever should not happen in it.
import assert from "node:assert/strict";
import { patience } from "./patience.mjs";
import { chromium } from "playwright-core";

const flags = [
  "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-extensions",
];

/** Starts the browser. `hosts` gives names the ports that stand for their port 80: `{"a.localhost": 1234}`. */
export function launch(hosts = {}) {
  const rules = Object.entries(hosts).map(([name, port]) => `MAP ${name} 127.0.0.1:${port}`);
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [...flags, ...(rules.length > 0 ? [`--host-resolver-rules=${rules.join(",")}`] : [])],
  });
}

/**
 * One person's visit: a context of its own with everything recorded that happens in it. Without a
 * graphics card movement costs time, so only who asks for it sees it.
 */
export async function visit(browser, options = {}) {
  const context = await browser.newContext({ locale: "en-US", reducedMotion: "reduce", ...options });
  context.setDefaultTimeout(patience);
  await context.addInitScript(hearToasts);
  const seen = { errors: [], said: [], urls: [], referrers: [] };
  context.on("console", (message) => {
    const text = `${message.type()}: ${message.text()} (${message.location().url})`;
    seen.said.push(text);
    if (message.type() === "error" || message.type() === "warning") seen.errors.push(text);
  });
  context.on("weberror", (error) => seen.errors.push(String(error.error())));
  context.on("request", (request) => {
    seen.urls.push(request.url());
    seen.referrers.push(request.headers().referer ?? "");
  });
  context.on("page", (page) => page.on("framenavigated", (frame) => seen.urls.push(frame.url())));
  return { context, seen, page: await context.newPage() };
}

/** Fails if there was an error in a console, other than those that `expected` (a RegExp) covers. */
export function quiet({ errors }, expected) {
  assert.deepEqual(errors.filter((error) => !expected?.test(error) && !slow.test(error)), []);
}

/* What Chromium says of a page that takes long to begin; a machine under load is no fault of the page. */
const slow = /was preloaded using link preload but not used within a few seconds/;

/* What a page says in passing is gone after some seconds: all of it is written down as it comes. */
export function hearToasts() {
  window.heard = [];
  const words = (node) => (node.matches?.(".toast") ? [node] : [...(node.querySelectorAll?.(".toast") ?? [])]).map((each) => each.textContent);
  new MutationObserver((changes) => window.heard.push(...changes.flatMap(({ addedNodes }) => [...addedNodes].flatMap(words)))).observe(document, { childList: true, subtree: true });
}

/** Waits until a message with these words has come; each is good for one wait. */
export const toast = (page, words = "") => page.waitForFunction((words) => {
  const at = window.heard.findIndex((each) => each.includes(words));
  return at >= 0 && window.heard.splice(at, 1);
}, words, { polling: 50 });

/** Fails if one of `secrets` is in an address, a console, a storage or a cookie. */
export async function discreet({ context, seen }, secrets) {
  const kept = [JSON.stringify(await context.cookies())];
  for (const page of context.pages())
    for (const frame of page.frames())
      kept.push(await frame.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href])).catch(() => ""));
  const places = { addresses: seen.urls, referrers: seen.referrers, consoles: seen.said, storage: kept };
  for (const [place, texts] of Object.entries(places))
    for (const text of texts)
      for (const secret of secrets) assert.ok(!decodeURIComponent(safe(text)).includes(secret), `a secret in ${place}: ${text}`);
}

const safe = (text) => text.replace(/%(?![0-9a-f]{2})/gi, "%25");
