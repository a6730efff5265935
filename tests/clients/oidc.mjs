// A whole life of a connection at a provider that this project did not write: npm's oidc-provider.
//
//   MAGPIE_URL=http://localhost:3005 MAGPIE_TEST_KEY=sk_test_… node oidc.mjs
//
// The server is one in earnest that may reach 127.0.0.0/8. Prints one line of JSON, as authkit.mjs does.
import assert from "node:assert/strict";
import { launch } from "./lib/browser.mjs";
import { eventually, tryClaims } from "./lib/claims.mjs";
import { startHost } from "./lib/host.mjs";
import { Kit } from "./lib/modal.mjs";
import { life, startProvider } from "./lib/provider.mjs";

const [url, key] = [process.env.MAGPIE_URL, process.env.MAGPIE_TEST_KEY];
const platform = "generic-oauth2";
const title = "Any API with OAuth 2";
// Everything in it that a form or a header could trip over.
const [clientId, clientSecret] = ["shop:1", "se cret:+%&=/?~\"'1"];

const provider = await startProvider({ redirect: `${url}/connections/oauth/callback`, clientId, clientSecret });
const { issuer, seen } = provider;
const host = await startHost({ url, key });
const browser = await launch();
const kit = new Kit({ browser, host, url, key });

const configure = async (change) => {
  const { status, body } = await kit.api("PATCH", `/v1/integrations/${platform}`, change);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
};
const call = (connection) =>
  fetch(`${url}/v1/passthrough/me`, { headers: { "x-pica-secret": key, "x-pica-connection-key": connection } });

/** Opens the modal and decides at the provider. */
async function decide(person, decision, button = `Connect ${title}`) {
  const popup = await person.popup(button);
  const choice = popup.getByRole("button", { name: decision });
  await choice.waitFor();
  assert.equal(await popup.evaluate(() => window.opener === null), seen.isolates);
  await choice.click();
}

async function begun() {
  const person = await kit.person();
  await person.open({ selectedConnection: platform });
  return person;
}

async function connected() {
  const person = await begun();
  await decide(person, "Allow");
  await person.heading(`${title} is connected`).waitFor();
  return { person, record: await person.called("success") };
}

let kept;

const claims = {
  async "the connector is offered once an operator has filled it in"() {
    const view = await configure({
      active: true, clientId, clientSecret, scopes: "openid offline_access", authorizeParams: { prompt: "consent" },
      settings: {
        BASE_URL: issuer, ISSUER: issuer, AUTHORIZE_URL: `${issuer}/auth`, TOKEN_URL: `${issuer}/token`, REVOKE_URL: `${issuer}/token/revocation`,
      },
    });
    assert.deepEqual([view.ready, view.missing], [true, []]);
  },

  async "a person connects, and the connection calls the provider's API"() {
    const { person, record } = await connected();
    const answer = await call(record.key);
    assert.equal(answer.status, 200);
    assert.deepEqual(await answer.json(), { sub: "ada" });
    await person.leave({ secrets: [...seen.accessTokens, ...seen.refreshTokens] });
    kept = record;
  },

  async "a token that has ended is renewed once, however many ask"() {
    for (let round = 0; round < 2; round += 1) {
      const before = seen.redeemed;
      const end = seen.issued + life * 1000;
      await eventually("the token ends", () => Date.now() > end);
      const answers = await Promise.all(Array.from({ length: 24 }, () => call(kept.key)));
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
      assert.equal(seen.redeemed - before, 1);
    }
    // No refresh token was ever shown twice: the provider would have revoked everything.
    assert.deepEqual([seen.refused, seen.revoked], [[], 0]);
    assert.equal(new Set(seen.refreshTokens).size, seen.refreshTokens.length);
    assert.equal(await provider.isGood(seen.refreshTokens.at(-1)), true);
  },

  async "what is disconnected is revoked at the provider"() {
    const { status } = await kit.api("DELETE", `/v1/vault/connections/${kept.id}`);
    assert.equal(status, 200);
    await eventually("the refresh token is revoked", async () => !(await provider.isGood(seen.refreshTokens.at(-1))));
    assert.equal(await provider.isGood(seen.accessTokens.at(-1)), false);
    assert.equal((await call(kept.key)).status, 404);
  },

  async "a provider that isolates its pages is no hindrance"() {
    seen.isolates = true;
    const { person, record } = await connected();
    seen.isolates = false;
    assert.equal((await call(record.key)).status, 200);
    await person.leave();
  },

  async "who says no is told so"() {
    const person = await begun();
    await decide(person, "Deny");
    await person.heading("Access was not given").waitFor();
    assert.match(await person.called("error"), /the person said no/);
    await person.leave();
  },

  async "a wrong client secret is told in words, and the right one mends it"() {
    await configure({ clientSecret: "quite wrong" });
    const person = await begun();
    await decide(person, "Allow");
    await person.heading(`${title} could not be connected`).waitFor();
    const words = await person.called("error");
    assert.match(words, /invalid_client/);
    assert.ok(!words.includes("quite wrong"));
    assert.deepEqual(await kit.connections(person), []);
    await configure({ clientSecret });
    await decide(person, "Allow", "Try again");
    await person.heading(`${title} is connected`).waitFor();
    await person.leave();
  },
};

await tryClaims(claims, { more: () => ({ secrets: [...kit.secrets, ...host.tokens, ...seen.accessTokens, ...seen.refreshTokens, clientSecret] }) });
await browser.close();
await host.stop();
provider.stop();
