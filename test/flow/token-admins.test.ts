import { uuidv7 } from "@signalbox/kit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openContentStore } from "./content-rig.ts";
import { startIngressRig, type IngressRig } from "./ingress-rig.ts";
import { makeKey, signToken, startTokenIssuers, type TokenIssuers } from "./token-issuer.ts";

/* Goal: a token with an administrator's role administrates the tenant that it names, and is recorded as its user. */

let issuers: TokenIssuers;
let rig: IngressRig;
let tokenOf: (tenant: string) => Promise<string>;
beforeAll(async () => {
  issuers = await startTokenIssuers(["house"]);
  const key = await makeKey("first");
  issuers.of("house").keys = [key.jwk];
  const issuer = issuers.issuer("house");
  const terms = {
    issuer,
    audience: "signalbox",
    claims: { tenant: "org", roles: "groups", user: "email" },
    roleMap: { boss: "admin" },
    tenants: ["alice", "bob"],
  };
  rig = await startIngressRig({}, { identity: { issuers: [terms] } });
  const head = { iss: issuer, aud: "signalbox", sub: "u-1", email: "jane@example.org", groups: ["boss"] };
  tokenOf = (org) => signToken(key, { ...head, org });
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  await issuers[Symbol.asyncDispose]();
});

async function call(token: string, route: string, body?: object): Promise<{ status: number; body: unknown }> {
  const [method = "", path = ""] = route.split(" ");
  const response = await fetch(`${rig.baseUrl}/admin/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

test("in a tenant that does not run the line it administrates that tenant alone", async () => {
  const token = await tokenOf("bob");
  const { body } = await call(token, "GET /keys");
  const { data } = body as { data: { tenant: string }[] };
  expect(new Set(data.map(({ tenant }) => tenant))).toEqual(new Set(["bob"]));
  expect(await call(token, "POST /teams", { id: "by-token" })).toMatchObject({ status: 201, body: { tenant: "bob" } });
  expect(await call(token, "POST /teams", { id: "by-token", tenant: "alice" })).toMatchObject({ status: 403 });
  expect(await call(token, "GET /policies")).toMatchObject({ status: 403 });
});

test("what it erases is recorded under its user", async () => {
  await using content = openContentStore(rig);
  await content.keep(
    { tenant: "bob", requestId: uuidv7(), user: "" },
    { dialect: "openai-chat", request: "a", answer: "b", isWhole: true },
  );
  const erased = await call(await tokenOf("alice"), "POST /content/erase", { tenant: "bob" });
  expect(erased).toMatchObject({ status: 200, body: { erased: 1 } });
  await expect
    .poll(() => rig.others.at(-1))
    .toMatchObject({
      schema: "signalbox.event.erasure.v1",
      by: expect.stringMatching(/^oidc-[0-9a-f]{32} jane@example\.org$/),
    });
});
