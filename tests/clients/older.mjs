// The published package of the older generation, unchanged, against a running server: its back end
// half, and the session that the modal takes from its answer.
//
//   MAGPIE_URL=… MAGPIE_TEST_KEY=sk_test_… MAGPIE_LIVE_KEY=sk_live_… node older.mjs
import assert from "node:assert/strict";
import { tryClaims } from "./lib/claims.mjs";

const { MAGPIE_URL: url, MAGPIE_TEST_KEY: testKey, MAGPIE_LIVE_KEY: liveKey } = process.env;
process.env.PICA_API_BASE_URL = `${url}/v1`;
const { AuthKitToken } = (await import("@picahq/authkit-node")).default;

/** What the modal hears with the token of a back end's answer. */
async function session(answer) {
  assert.ok(answer.linkSettings?.eventIncToken.startsWith("ln_tk::"), JSON.stringify(answer));
  const authorization = `Bearer ${answer.linkSettings.eventIncToken}`;
  const headers = { authorization, "x-authkit-origin": "https://app.example.com" };
  const response = await fetch(`${url}/authkit/api/session`, { headers });
  assert.equal(response.status, 200, await response.clone().text());
  return response.json();
}

const claims = {};
for (const prefix of ["", "/internal"]) {
  const create = (key, payload) => new AuthKitToken(key, { baseUrl: url + prefix }).create(payload);

  claims[`a team's session is the team's, below ${prefix || "/"}`] = async () => {
    const answer = await create(testKey, { identity: "u1", identityType: "team" });
    assert.match(answer.sessionId, /^session_id::/);
    // It never asks for more than the first hundred definitions.
    assert.ok(answer.linkSettings.connectedPlatforms.length > 90);
    const { environment, identity, identityType } = await session(answer);
    assert.deepEqual([environment, identity, identityType], ["test", "u1", "team"]);
  };

  claims[`a group of production is an identity there, below ${prefix || "/"}`] = async () => {
    const answer = await create(liveKey, { group: "g1", label: "Ours" });
    assert.deepEqual([answer.group, answer.label], ["g1", "Ours"]);
    const { environment, identity } = await session(answer);
    assert.deepEqual([environment, identity], ["live", "g1"]);
  };
}

await tryClaims(claims);
