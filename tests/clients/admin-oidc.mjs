// People sign in to the admin pages at a provider that this project did not write: npm's oidc-provider.
//
//   MAGPIE_URL=http://localhost:3005 PORT=… LINK=http://…/admin/#/setup?token=… node admin-oidc.mjs
//
// The server has `http://127.0.0.1:PORT` as its issuer. A browser is not needed: what one does is to follow
// redirects and to keep cookies. Prints one line of JSON, as authkit.mjs does.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import { tryClaims } from "./lib/claims.mjs";

const { MAGPIE_URL: url, PORT: port, LINK: link, CLIENT_SECRET: clientSecret } = process.env;
const issuer = `http://127.0.0.1:${port}`;
console.log = console.info = console.warn = () => {};
const { default: Provider } = await import("oidc-provider");

/** Everybody whom the provider knows. */
const people = {
  ada: { email: "ada@example.com", email_verified: true, name: "Ada" },
  grace: { email: "Grace@Example.com", email_verified: true, name: "Grace Hopper" },
  eve: { email: "grace@example.com", email_verified: false, name: "Eve" },
  mallory: { email: "grace@example.com", email_verified: true, name: "Mallory" },
  stranger: { email: "stranger@example.com", email_verified: true, name: "Stranger" },
  elsewhere: { email: "ada@elsewhere.test", email_verified: true, name: "Elsewhere" },
};
/** Who sits before the browser; nobody says no. */
let person;

const provider = new Provider(issuer, {
  clients: [{
    client_id: "magpie:1", client_secret: clientSecret, redirect_uris: [`${url}/admin/api/session/oidc/callback`],
    grant_types: ["authorization_code"], response_types: ["code"], token_endpoint_auth_method: "client_secret_basic",
  }],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  cookies: { keys: ["x"] },
  features: { devInteractions: { enabled: false } },
  findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId, ...people[accountId] }) }),
  interactions: { url: (_, { uid }) => `/interaction/${uid}` },
  pkce: { required: () => true },
});
const serve = provider.callback();
const server = createServer(async (request, response) => {
  if (!request.url.startsWith("/interaction/")) return serve(request, response);
  const { params } = await provider.interactionDetails(request, response);
  if (!person) return provider.interactionFinished(request, response, { error: "access_denied" });
  const grant = new provider.Grant({ accountId: person, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  return provider.interactionFinished(request, response, { login: { accountId: person }, consent: { grantId: await grant.save() } });
}).listen(port, "127.0.0.1");
await once(server, "listening");

/** A browser, as far as redirects and cookies go: it keeps those of our own server and of the provider apart. */
class Browser {
  jars = new Map();

  async go(address) {
    const { host } = new URL(address);
    const jar = this.jars.get(host) ?? this.jars.set(host, new Map()).get(host);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(address, { redirect: "manual", headers: cookie ? { cookie } : {} });
    for (const line of answer.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split("; ");
      const at = pair.indexOf("=");
      const isGone = attributes.includes("Max-Age=0") || pair.length === at + 1;
      isGone ? jar.delete(pair.slice(0, at)) : jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const to = answer.headers.get("location");
    return { status: answer.status, to: to && new URL(to, address).href, cookies: answer.headers.getSetCookie() };
  }

  /** Goes on until `stop` says that it is far enough. */
  async follow(address, stop) {
    for (let steps = 0; !stop(address); steps += 1) {
      assert.ok(steps < 10, address);
      const { to, status } = await this.go(address);
      assert.ok(to, `${address}: ${status}`);
      address = to;
    }
    return address;
  }

  /** Goes to the provider and comes back: the address of the callback. */
  async toCallback(who) {
    person = who;
    const start = await this.go(`${url}/admin/api/session/oidc/start`);
    assert.equal(start.status, 302);
    return this.follow(start.to, (address) => address.includes("/oidc/callback"));
  }

  /** Where a whole sign-in ends. */
  async signIn(who) {
    return (await this.go(await this.toCallback(who))).to;
  }

  get session() {
    return this.jars.get(new URL(url).host)?.get("__Host-magpie");
  }

  async view() {
    const headers = this.session ? { cookie: `__Host-magpie=${this.session}` } : {};
    return (await fetch(`${url}/admin/api/session`, { headers })).json();
  }
}

const pages = `${url}/admin/`;
const outcome = (word) => `${pages}#/?signIn=${word}`;
const post = (path, body, headers = {}) =>
  fetch(url + path, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });

const claims = {
  async "nobody comes in so before there is an administrator"() {
    assert.equal(await new Browser().signIn("ada"), outcome("no_member"));
  },

  async "the owner, who has a password, comes in by the provider as well"() {
    const token = link.split("token=")[1];
    const made = await post("/admin/api/setup", { token, email: "ada@example.com", name: "Ada L.", password: "purple otters juggle" });
    assert.equal(made.status, 200);
    const browser = new Browser();
    assert.equal(await browser.signIn("ada"), pages);
    const view = await browser.view();
    assert.deepEqual([view.member.name, view.member.role, view.oidc.name], ["Ada L.", "admin", "Acme SSO"]);
    assert.equal(browser.jars.get(new URL(url).host).has("__Host-magpie-oidc"), false);
  },

  async "somebody who was not invited does not"() {
    const browser = new Browser();
    assert.equal(await browser.signIn("stranger"), outcome("no_member"));
    assert.equal(browser.session, undefined);
  },

  async "an address that is not verified, or of another domain, is none"() {
    await invite("grace@example.com");
    assert.equal(await new Browser().signIn("eve"), outcome("no_member"));
    assert.equal(await new Browser().signIn("elsewhere"), outcome("no_member"));
  },

  async "somebody who was invited joins so, and the link is good no more"() {
    const browser = new Browser();
    assert.equal(await browser.signIn("grace"), pages);
    const { member } = await browser.view();
    assert.deepEqual([member.name, member.email, member.role], ["Grace Hopper", "grace@example.com", "manager"]);
    assert.equal((await post("/admin/api/invitations/accept", { token: invited.split("token=")[1], password: "purple otters juggle" })).status, 404);
  },

  async "an address that was given to somebody else does not lead into the old account"() {
    assert.equal(await new Browser().signIn("mallory"), outcome("no_member"));
  },

  async "a person who says no is told so"() {
    assert.equal(await new Browser().signIn(undefined), outcome("refused"));
  },

  async "a callback is good in the browser that began, and once"() {
    const browser = new Browser();
    const callback = await browser.toCallback("ada");
    assert.equal((await new Browser().go(callback)).to, outcome("lost"));
    const other = new Browser();
    await other.toCallback("ada");
    assert.equal((await other.go(callback)).to, outcome("lost"));
    const forged = callback.replace(/state=[^&]*/, "state=x");
    const kept = new Map(browser.jars.get(new URL(url).host));
    assert.equal((await browser.go(forged)).to, outcome("lost"));
    browser.jars.set(new URL(url).host, new Map(kept));
    const mixed = callback.replace(/iss=[^&]*/, "iss=https%3A%2F%2Fevil.example");
    assert.equal((await browser.go(mixed)).to, outcome("failed"));
    browser.jars.set(new URL(url).host, new Map(kept));
    assert.equal((await browser.go(callback)).to, pages);
    browser.jars.set(new URL(url).host, new Map(kept));
    assert.equal((await browser.go(callback)).to, outcome("failed"));
  },
};

let invited;

async function invite(email) {
  const browser = new Browser();
  await browser.signIn("ada");
  const { csrf } = await browser.view();
  const headers = { cookie: `__Host-magpie=${browser.session}`, "x-magpie-csrf": csrf, "x-magpie-environment": "test" };
  const answer = await post("/admin/api/members", { email, role: "manager" }, headers);
  assert.equal(answer.status, 200);
  invited = (await answer.json()).link;
}

await tryClaims(claims);
server.closeAllConnections();
server.close();
