// An OAuth 2 and OpenID Connect provider that others wrote, as strict as it can be set: PKCE, short access
// tokens, refresh tokens that are good once, and everything revoked when one is used again.
import { randomUUID } from "node:crypto";
import { listen, send } from "./host.mjs";

// It greets on stdout, which is ours to report on.
console.log = console.info = console.warn = () => {};
const { default: Provider } = await import("oidc-provider");

/** How long an access token is good, in seconds. */
export const life = 5;

/** Starts the provider with one client; `seen` counts and keeps what it did. While `seen.isolates`, its page parts with its opener. */
export async function startProvider({ redirect, clientId, clientSecret }) {
  const { server, port } = await listen((request, response) => answer(request, response));
  const issuer = `http://127.0.0.1:${port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: clientId,
      client_secret: clientSecret,
      client_name: "Shop",
      redirect_uris: [redirect],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "client_secret_basic",
    }],
    cookies: { keys: [randomUUID()] },
    features: { devInteractions: { enabled: false }, revocation: { enabled: true }, introspection: { enabled: true } },
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    scopes: ["openid", "offline_access"],
    ttl: { AccessToken: life, AuthorizationCode: 30, Grant: 600, IdToken: 60, Interaction: 60, RefreshToken: 600, Session: 60 },
  });
  const seen = { isolates: false, redeemed: 0, refused: [], revoked: 0, issued: 0, refreshTokens: [], accessTokens: [] };
  provider.on("grant.success", ({ oidc }) => {
    seen.issued = Date.now();
    if (oidc.params.grant_type === "refresh_token") seen.redeemed += 1;
  });
  provider.on("grant.error", (_, error) => seen.refused.push(error.error));
  provider.on("grant.revoked", () => (seen.revoked += 1));
  provider.on("refresh_token.saved", ({ jti }) => seen.refreshTokens.push(jti));
  provider.on("access_token.saved", ({ jti }) => seen.accessTokens.push(jti));
  const serve = provider.callback();
  const answer = (request, response) => {
    if (!request.url.startsWith("/interaction/")) return serve(request, response);
    return request.method === "GET" ? ask(response, seen.isolates) : decide(provider, request, response);
  };
  return { issuer, seen, isGood: (token) => introspect(issuer, clientId, clientSecret, token), stop: () => (server.closeAllConnections(), server.close()) };
}

/** The page on which a person decides. */
function ask(response, isolates) {
  if (isolates) response.setHeader("cross-origin-opener-policy", "same-origin");
  send(response, 200, "text/html", `<!doctype html><title>Sign in</title><link rel="icon" href="data:,">
    <form method="post"><button name="decision" value="allow">Allow</button><button name="decision" value="deny">Deny</button></form>`);
}

async function decide(provider, request, response) {
  let body = "";
  for await (const piece of request) body += piece;
  const { params } = await provider.interactionDetails(request, response);
  if (body !== "decision=allow") {
    return provider.interactionFinished(request, response, { error: "access_denied", error_description: "the person said no" });
  }
  const grant = new provider.Grant({ accountId: "ada", clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  return provider.interactionFinished(request, response, { login: { accountId: "ada" }, consent: { grantId: await grant.save() } });
}

async function introspect(issuer, clientId, clientSecret, token) {
  const encoded = [clientId, clientSecret].map(encodeURIComponent).join(":");
  const headers = { authorization: `Basic ${btoa(encoded)}` };
  const answer = await fetch(`${issuer}/token/introspection`, { method: "POST", headers, body: new URLSearchParams({ token }) });
  return (await answer.json()).active;
}
