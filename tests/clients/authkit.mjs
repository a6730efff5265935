// The modal in a real browser, opened by the published component with tokens from the published packages.
//
//   MAGPIE_URL=http://127.0.0.1:3005 MAGPIE_TEST_KEY=sk_test_… node authkit.mjs
//
// Besides that server it needs one with hundreds of connectors whose allowed origins are
// http://shop.localhost, http://api.shop.localhost and http://python.shop.localhost (MANY_URL, MANY_KEY), and one where nothing is switched on (BARE_URL, BARE_KEY).
// Prints one line of JSON: the names of the claims that hold, and those that do not with the reason.
import { launch } from "./lib/browser.mjs";
import { tryClaims } from "./lib/claims.mjs";
import { startHost } from "./lib/host.mjs";
import { Kit } from "./lib/modal.mjs";
import { connecting } from "./claims/connecting.mjs";
import { hostile } from "./claims/hostile.mjs";
import { link } from "./claims/link.mjs";
import { looks } from "./claims/looks.mjs";
import { many } from "./claims/many.mjs";
import { own } from "./claims/own.mjs";
import { troubles } from "./claims/troubles.mjs";

const { env } = process;
const servers = {
  usual: { url: env.MAGPIE_URL, key: env.MAGPIE_TEST_KEY },
  many: { url: env.MANY_URL, key: env.MANY_KEY },
  bare: { url: env.BARE_URL, key: env.BARE_KEY },
};

const names = Object.keys(servers);
const hosts = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await startHost(servers[name])])));
const { front, back, python } = hosts.many.ports;
const browser = await launch({ "shop.localhost": front, "api.shop.localhost": back, "python.shop.localhost": python });
const kits = Object.fromEntries(names.map((name) => [name, new Kit({ browser, host: hosts[name], ...servers[name] })]));
const kit = Object.assign(kits.usual, { many: kits.many, bare: kits.bare });

const groups = [looks, connecting, own, troubles, hostile, many, link];
const claims = Object.assign({}, ...groups.map((group) => group(kit)));
await tryClaims(claims, { atOnce: 3, more: () => ({ secrets: names.flatMap((name) => [...hosts[name].tokens, ...kits[name].secrets]) }) });
await browser.close();
await Promise.all(names.map((name) => hosts[name].stop()));
