import { afterAll, beforeAll, expect, test } from "vitest";
import { startIngressRig, type IngressRig } from "./ingress-rig.ts";
import { makeKey, signToken, startTokenIssuers, type IssuerKey, type TokenIssuers } from "./token-issuer.ts";

let issuers: TokenIssuers;
let rig: IngressRig;
let key: IssuerKey;
beforeAll(async () => {
  issuers = await startTokenIssuers(["house"]);
  key = await makeKey("first");
  issuers.of("house").keys = [key.jwk];
  const claims = { roles: "roles" };
  const house = {
    issuer: issuers.issuer("house"),
    audience: "line",
    tenant: "alice",
    claims,
    roleMap: { boss: "admin" },
  };
  rig = await startIngressRig({}, { identity: { issuers: [house] } });
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  await issuers[Symbol.asyncDispose]();
});

async function statusOf(token: string): Promise<number> {
  return (await fetch(`${rig.baseUrl}/admin/v1/keys`, { headers: { authorization: `Bearer ${token}` } })).status;
}

/** The claim that differs comes last, so the texts begin alike for hundreds of characters. */
function tokenOf(roles: string[]): Promise<string> {
  const endsAtS = Math.floor(Date.now() / 1_000) + 600;
  const pad = "x".repeat(600);
  return signToken(key, { iss: issuers.issuer("house"), aud: "line", sub: "u", pad, exp: endsAtS, roles });
}

test("B15 a token that was verified is remembered whole: one that begins or ends alike is another's", async () => {
  const [boss, member] = [await tokenOf(["boss"]), await tokenOf([])];
  expect(boss.slice(0, 600)).toBe(member.slice(0, 600));
  expect([await statusOf(boss), await statusOf(member)]).toEqual([200, 403]);
  const [head, body, signature = ""] = boss.split(".");
  const [, memberBody] = member.split(".");
  const forged = [
    [head, memberBody, signature],
    [head, body, signature.slice(0, -4)],
    [head, body, `${signature.slice(0, -4)}AAAA`],
  ];
  for (const parts of forged) expect(await statusOf(parts.join("."))).toBe(401);
});
