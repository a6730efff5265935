// The modal in a real browser, opened by the published component with tokens from the published packages.
//
//   MAGPIE_URL=http://127.0.0.1:3005 MAGPIE_TEST_KEY=sk_test_… node authkit.mjs
//
// Prints one line of JSON: the names of the claims that hold, and those that do not with the reason.
import { launch } from "./lib/browser.mjs";
import { tryClaims } from "./lib/claims.mjs";
import { startHost } from "./lib/host.mjs";
import { Kit } from "./lib/modal.mjs";
import { connecting } from "./claims/connecting.mjs";

const url = process.env.MAGPIE_URL;
const key = process.env.MAGPIE_TEST_KEY;

const host = await startHost({ url, key });
const browser = await launch({ "app.example.com": `127.0.0.1:${host.port}` });
const kit = new Kit({ browser, host, url, key });

await tryClaims({ ...connecting(kit) }, { atOnce: 3, more: () => ({ secrets: host.tokens }) });
await browser.close();
await host.stop();
