import { createHmac } from "node:crypto";
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { assert as fcAssert, asyncProperty, constantFrom, integer, string as anyText, tuple } from "fast-check";
import { exportSPKI } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHAT, startIngressRig, type IngressRig } from "./ingress-rig.ts";
import { makeKey, signToken, startTokenIssuers, type IssuerKey, type TokenIssuers } from "./token-issuer.ts";

/*
 * Goal: a token of a configured issuer does what a key does, and nothing that only looks like one does: the issuer here is
 * an HTTP server whose keys come, go and cannot be read.
 */

const COOLDOWN_MS = 150;
const AUDIENCE = "signalbox";

let issuers: TokenIssuers;
let rig: IngressRig;
let key: IssuerKey;
let rsa: IssuerKey;
beforeAll(async () => {
  issuers = await startTokenIssuers(["house", "partner", "open", "late", "evil"]);
  key = await makeKey("first");
  rsa = await makeKey("rsa", "RS256");
  issuers.of("house").keys = [key.jwk, rsa.jwk, { kty: "oct", k: "c2VjcmV0", kid: "shared", alg: "HS256" }];
  for (const name of ["partner", "open"]) issuers.of(name).keys = [key.jwk];
  issuers.of("late").isDown = true;
  const roles = { roles: "realm.roles", team: "team", user: "email" };
  rig = await startIngressRig(
    {},
    {
      identity: {
        jwks: { cooldownMs: COOLDOWN_MS, timeoutMs: 1_000, refreshMs: 60_000 },
        issuers: [
          {
            issuer: issuers.issuer("house"),
            audience: AUDIENCE,
            tenant: "alice",
            claims: roles,
            roleMap: { boss: "admin", book: "auditor" },
          },
          {
            issuer: issuers.issuer("partner"),
            audience: [AUDIENCE, "other"],
            jwksUri: `${issuers.issuer("partner")}/keys`,
            claims: { tenant: "org" },
            tenants: ["bob", "nobody"],
          },
          { issuer: issuers.issuer("open"), audience: AUDIENCE, claims: { tenant: "org" }, tenants: ["*"] },
          { issuer: issuers.issuer("late"), audience: AUDIENCE, tenant: "bob", defaultRole: null },
        ],
      },
    },
  );
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  await issuers[Symbol.asyncDispose]();
});

const house = (claims: object = {}): Record<string, unknown> => ({
  iss: issuers.issuer("house"),
  aud: AUDIENCE,
  sub: "u-1",
  ...claims,
});

type Told = { status: number; message: string };

async function tell(token: string, path = "/v1/models", headers?: Record<string, string>): Promise<Told> {
  const response = await fetch(rig.baseUrl + path, { headers: headers ?? { authorization: `Bearer ${token}` } });
  const { error } = (await response.json()) as { error?: { message: string } };
  return { status: response.status, message: error?.message ?? "" };
}

const nowS = (): number => Math.floor(Date.now() / 1_000);

/** What a member may, and what an administrator. */
async function asRoles(roles: unknown): Promise<number[]> {
  const token = await signToken(key, house({ realm: { roles } }));
  return [(await tell(token)).status, (await tell(token, "/admin/v1/keys")).status];
}

async function ofTenant(org: unknown, iss = issuers.issuer("partner")): Promise<number> {
  const claims = { ...house({ org }), iss, aud: ["x", "other", AUDIENCE] };
  return (await tell(await signToken(key, claims))).status;
}

async function shifted(claims: object): Promise<Told> {
  return tell(await signToken(key, house(claims)));
}

function asAdmin(method: string, path: string, body: object): Promise<Response> {
  return fetch(`${rig.baseUrl}/admin/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${rig.adminKey}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

async function forged(header: object, secret: string | null): Promise<string> {
  const text = `${part(header)}.${part({ ...house(), exp: nowS() + 600 })}`;
  return `${text}.${secret === null ? "" : createHmac("sha256", secret).update(text).digest("base64url")}`;
}

describe("a token of an issuer", () => {
  test("does what a key does, and says who asks", async () => {
    await rig.playLine(() => null);
    const token = await signToken(
      key,
      house({ email: "jane@example.org", team: "red", realm: { roles: ["x", "boss"] } }),
    );
    expect(await tell(token)).toMatchObject({ status: 200 });
    expect(await tell("", "/v1/models", { "x-api-key": token })).toMatchObject({ status: 200 });
    const stop = new AbortController();
    const asking = rig.post(CHAT, { key: token, signal: stop.signal }).catch(() => null);
    while (rig.seen.length === 0) await sleep(5);
    stop.abort();
    await asking;
    const [{ facts, route } = { facts: null, route: null }] = rig.seen;
    expect(facts).toMatchObject({ tenant: "alice", keyId: expect.stringMatching(/^oidc-[0-9a-f]{32}$/) });
    expect(route?.caller).toEqual({ team: "red", user: "jane@example.org", roles: ["admin"] });
    expect(JSON.stringify(facts)).not.toMatch(/jane|u-1/);
  });

  test("has the role that its issuer's words are mapped to, and none that they are not", async () => {
    expect(await asRoles(["boss", "book"])).toEqual([200, 200]);
    expect(await asRoles("book")).toEqual([403, 200]);
    expect(await asRoles(["admin", "owner", "toString", "__proto__", 7])).toEqual([200, 403]);
    expect(await asRoles(undefined)).toEqual([200, 403]);
  });

  test("speaks for the tenants that its issuer may speak for", async () => {
    expect(await ofTenant("bob")).toBe(200);
    for (const org of ["alice", "_signalbox", "*", "", ["bob"], undefined]) expect(await ofTenant(org)).toBe(401);
    // It may be spoken for, but is not there.
    expect(await ofTenant("nobody")).toBe(403);
    // One that speaks for anybody does so for the tenant that runs the line only where it names it.
    const iss = issuers.issuer("open");
    expect([await ofTenant("bob", iss), await ofTenant("alice", iss)]).toEqual([200, 403]);
  });

  test("makes changes under its user's name", async () => {
    const token = await signToken(rsa, house({ email: "boss@example.org", realm: { roles: "boss" } }));
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const made = await fetch(`${rig.baseUrl}/admin/v1/teams`, { method: "POST", headers, body: '{"id":"blue"}' });
    expect(made.status).toBe(201);
    expect(rig.changes.at(-1)).toMatchObject({
      object: "team",
      change: "created",
      id: "blue",
      of: "alice",
      by: expect.stringMatching(/^oidc-[0-9a-f]{32} boss@example\.org$/),
    });
  });

  test("is refused at once when its user is disabled, and let in again after", async () => {
    const token = await signToken(key, house({ email: "joe@example.org" }));
    expect(await tell(token)).toMatchObject({ status: 200 });
    await asAdmin("POST", "users", { id: "joe@example.org" });
    expect((await asAdmin("PATCH", "users/joe@example.org", { disabled: true })).status).toBe(200);
    expect(await tell(token)).toMatchObject({ status: 403 });
    await asAdmin("PATCH", "users/joe@example.org", { disabled: false });
    expect(await tell(token)).toMatchObject({ status: 200 });
  });

  test("may be off by a little time, and not by more", async () => {
    expect(await shifted({ exp: nowS() - 10 })).toMatchObject({ status: 200 });
    expect(await shifted({ nbf: nowS() + 10, iat: nowS() + 10 })).toMatchObject({ status: 200 });
    expect(await shifted({ exp: nowS() - 60 })).toEqual({ status: 401, message: "The token has expired." });
    expect((await shifted({ nbf: nowS() + 60 })).status).toBe(401);
    expect((await shifted({ iat: nowS() + 60 })).status).toBe(401);
  });
});

describe("what only looks like a token is refused:", () => {
  test.each<[string, () => Promise<string>]>([
    ["another audience", () => signToken(key, house({ aud: "somebody-else" }))],
    ["no audience", () => signToken(key, house({ aud: undefined }))],
    ["an issuer that is not configured", () => signToken(key, house({ iss: issuers.issuer("evil") }))],
    ["an issuer that is nearly configured", () => signToken(key, house({ iss: `${issuers.issuer("house")}/` }))],
    ["a key that its issuer has not", () => signToken(rsa, house({ iss: issuers.issuer("partner"), org: "bob" }))],
    ["no end", () => signToken(key, house({ exp: undefined }))],
    ["an end that is no time", () => signToken(key, house({ exp: "tomorrow" }))],
    ["no subject", () => signToken(key, house({ sub: undefined }))],
    ["no signature", () => forged({ alg: "none" }, null)],
    ["no signature, spelt otherwise", () => forged({ alg: "NONE", kid: "first" }, null)],
    [
      "the public key as a shared secret",
      async () => forged({ alg: "HS256", kid: "rsa" }, await exportSPKI(rsa.pair.publicKey)),
    ],
    ["the public key's text as a shared secret", async () => forged({ alg: "HS256", kid: "rsa" }, rsa.jwk.n ?? "")],
    ["a shared secret that the issuer publishes", () => forged({ alg: "HS256", kid: "shared" }, "secret")],
    ["another key under a known name", async () => signToken(await makeKey("first"), house())],
    ["a key of another kind under a known name", async () => signToken(await makeKey("rsa"), house())],
    [
      "a key that it brings along",
      async () => {
        const own = await makeKey("first");
        return signToken(own, house(), { jwk: own.jwk });
      },
    ],
    [
      "a place that it names for its key",
      async () => {
        const own = await makeKey("own");
        issuers.of("evil").keys = [own.jwk];
        return signToken(own, house(), {
          jku: `${issuers.issuer("evil")}/keys`,
          x5u: `${issuers.issuer("evil")}/keys`,
        });
      },
    ],
    [
      "an extension that nobody here knows",
      async () =>
        (await signToken(key, house())).replace(/^[^.]+/, part({ alg: "ES256", kid: "first", crit: ["x"], x: 1 })),
    ],
    [
      "claims that were changed",
      async () => {
        const [head, , signature] = (await signToken(key, house())).split(".");
        return [head, part({ ...house({ realm: { roles: "boss" } }), exp: nowS() + 600 }), signature].join(".");
      },
    ],
    ["a user whose name is too long", () => signToken(key, house({ email: "x".repeat(65) }))],
    ["a token that is too long", () => signToken(key, house({ filler: "x".repeat(8_192) }))],
    ["a token of claims that are none", async () => `${part({ alg: "ES256", kid: "first" })}.bnVsbA.AAAA`],
  ])("%s", async (_what, make) => {
    const token = await make();
    const told = await tell(token);
    expect(told.status).toBe(401);
    expect(token).not.toContain(told.message);
    expect(issuers.of("evil").asked.keys).toBe(0);
  });

  test("a token in a URL, which every log on the way keeps", async () => {
    const token = await signToken(key, house());
    expect(await tell(token, `/v1/models?key=${token}`, {})).toMatchObject({ status: 401 });
  });

  test("a header that is larger than any may be", async () => {
    const socket = request(`${rig.baseUrl}/v1/models`, {
      headers: { authorization: `Bearer ey.${"x".repeat(60_000)}` },
    });
    const status = await new Promise((resolve) => {
      socket.on("response", (response) => resolve(response.resume().statusCode));
      socket.on("error", () => resolve("cut"));
      socket.end();
    });
    expect([400, 431, "cut"]).toContain(status);
  });

  test("B15 no header that anybody can write lets them in, or is a defect", async () => {
    const token = await signToken(key, house());
    const secrets = [token, rig.memberKey];
    const scheme = constantFrom("Bearer", "bearer", "BEARER ", "Basic", "Token", "", "Bearer Bearer");
    const header = constantFrom("authorization", "x-api-key", "x-goog-api-key");
    const edit = tuple(
      constantFrom(...secrets),
      integer({ min: 0, max: 400 }),
      anyText({ minLength: 1, maxLength: 12 }),
    );
    await fcAssert(
      asyncProperty(header, scheme, edit, async (name, said, [secret, at, text]) => {
        const clean = text.replaceAll(/[^\x20-\x7e\xa0-\xff]/g, "~");
        const changed = secret.slice(0, at % secret.length) + clean + secret.slice((at % secret.length) + clean.length);
        if (secrets.includes(changed)) return;
        const value = name === "authorization" ? `${said} ${changed}` : changed;
        const response = await fetch(`${rig.baseUrl}/v1/models`, { headers: { [name]: value } });
        expect(response.status).toBe(401);
        expect(await response.text()).not.toContain(changed.slice(-20));
      }),
      { numRuns: 200 },
    );
  });
});

describe("the keys of an issuer", () => {
  test("are read again for one that is not known, and not more often than the cooldown allows", async () => {
    const next = await makeKey("next");
    const token = await signToken(next, house());
    await sleep(COOLDOWN_MS);
    const before = issuers.of("house").asked.keys;
    const startedMs = performance.now();
    const unknown = Array.from({ length: 20 }, async (_, at) =>
      tell(await signToken({ ...next, kid: `k${at}` }, house())),
    );
    expect(new Set((await Promise.all(unknown)).map(({ status }) => status))).toEqual(new Set([401]));
    const most = 1 + (performance.now() - startedMs) / COOLDOWN_MS;
    const asked = issuers.of("house").asked.keys;
    expect(asked - before).toBeGreaterThanOrEqual(1);
    expect(asked - before).toBeLessThanOrEqual(most);
    issuers.of("house").keys = [...issuers.of("house").keys, next.jwk];
    await sleep(COOLDOWN_MS);
    expect(await tell(token)).toMatchObject({ status: 200 });
    expect(issuers.of("house").asked.keys).toBe(asked + 1);
  });

  test("vouch for nothing any more once they are withdrawn, not even for what was let in before", async () => {
    const token = await signToken(rsa, house());
    expect(await tell(token)).toMatchObject({ status: 200 });
    issuers.of("house").keys = issuers.of("house").keys.filter(({ kid }) => kid !== "rsa");
    await sleep(COOLDOWN_MS);
    // Somebody else's new key leads to the next reading.
    await tell(await signToken(await makeKey("unseen"), house()));
    expect(await tell(token)).toMatchObject({ status: 401 });
  });

  test("hold on while they cannot be read again", async () => {
    issuers.of("house").isDown = true;
    await sleep(COOLDOWN_MS);
    expect((await tell(await signToken(await makeKey("unseen-too"), house()))).status).toBe(401);
    expect(await tell(await signToken(key, house({ jti: "new" })))).toMatchObject({ status: 200 });
    issuers.of("house").isDown = false;
  });

  test("may be missing when the line starts: until they are there, that is said", async () => {
    const token = await signToken(key, { ...house(), iss: issuers.issuer("late") });
    const response = await fetch(`${rig.baseUrl}/v1/models`, { headers: { authorization: `Bearer ${token}` } });
    expect({ status: response.status, retry: response.headers.get("retry-after") }).toEqual({
      status: 503,
      retry: "1",
    });
    issuers.of("late").keys = [key.jwk];
    issuers.of("late").isDown = false;
    while ((await tell(token)).status === 503) await sleep(20);
    // Its issuer gives nobody a role, and none is given without.
    expect(await tell(token)).toEqual({ status: 401, message: "The token gives no role that is known here." });
  });
});
