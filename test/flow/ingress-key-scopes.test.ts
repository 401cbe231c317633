import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHAT, startIngressRig, type IngressRig } from "./ingress-rig.ts";

/*
 * Goal: what a key is bound to holds for its bearer at once: where it is used from, what it asks for, whose it is, how long
 * it and each of its secrets goes on.
 */

let rig: IngressRig;
beforeAll(async () => {
  // The test speaks for a proxy, so that it can come from anywhere.
  rig = await startIngressRig({}, { identity: { trustedProxies: ["127.0.0.1", "198.51.100.0/24"] } });
  await rig.playLine(() => ({
    kind: "failed",
    decisionId: null,
    error: { code: "no-candidate", message: "", details: {} },
  }));
});
afterAll(() => rig[Symbol.asyncDispose]());

type Key = { id: string; secret: string; expiresAt: string | null; renewableUntil: string | null } & Record<
  string,
  unknown
>;
type Told<T = Key> = {
  status: number;
  body: T & { error?: { message: string; param: string | null } };
  headers: Headers;
};

async function call<T = Key>(
  method: string,
  path: string,
  { body, key = rig.adminKey }: { body?: object; key?: string } = {},
): Promise<Told<T>> {
  const response = await fetch(`${rig.baseUrl}/admin/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Told<T>["body"], headers: response.headers };
}

const make = async (settings: object): Promise<Key> =>
  (await call("POST", "keys", { body: { name: "k", ...settings } })).body;

async function statusWith(key: string, forwarded?: string): Promise<number> {
  const headers = {
    authorization: `Bearer ${key}`,
    ...(forwarded === undefined ? {} : { "x-forwarded-for": forwarded }),
  };
  const response = await fetch(`${rig.baseUrl}/v1/models`, { headers });
  await response.arrayBuffer();
  return response.status;
}

describe("a key that is bound to networks", () => {
  test.each([
    ["192.0.2.9", 200],
    ["2001:db8::7", 200],
    ["[2001:db8::7]:4711", 200],
    ["::ffff:192.0.2.9", 200],
    ["203.0.113.1, 192.0.2.9, 198.51.100.2", 200],
    ["192.0.3.1", 403],
    ["2001:db9::1", 403],
    ["192.0.2.9, 192.0.3.1", 403],
    ["192.0.2.9, unknown", 403],
    ["192.0.2.9, ", 200],
    [undefined, 403],
  ])("from %s: %s", async (forwarded, status) => {
    const { secret } = await make({ networks: ["192.0.2.0/24", "2001:db8::/32"] });
    expect(await statusWith(secret, forwarded)).toBe(status);
  });

  test("is let in from elsewhere once its networks are changed, and from anywhere once they are taken away", async () => {
    const { id, secret } = await make({ networks: ["192.0.2.0/24"] });
    await call("PATCH", `keys/${id}`, { body: { networks: ["127.0.0.1"] } });
    expect([await statusWith(secret), await statusWith(secret, "192.0.2.9")]).toEqual([200, 403]);
    await call("PATCH", `keys/${id}`, { body: { networks: null } });
    expect(await statusWith(secret, "203.0.113.1")).toBe(200);
  });

  test.each(["10.0.0.0/33", "example.org", "10.0.0.0/8/8", ""])("is not made with %j", async (network) => {
    expect(await call("POST", "keys", { body: { name: "x", networks: [network] } })).toMatchObject({
      status: 400,
      body: { error: { param: "networks.0" } },
    });
  });
});

test("a key asks for what it may, and for nothing else", async () => {
  const { secret } = await make({ operations: ["embeddings"] });
  const post = async (path: string, body: object): Promise<[number, string]> => {
    const response = await fetch(rig.baseUrl + path, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return [response.status, ((await response.json()) as { error: { code: string } }).error.code];
  };
  expect(await post("/v1/chat/completions", CHAT)).toEqual([403, "forbidden"]);
  expect(await post("/v1/embeddings", { model: "m", input: "text" })).toEqual([400, "no_candidate"]);
});

describe("a secret", () => {
  test("that is rotated with an overlap goes on for so long, and not beyond its key", async () => {
    const key = await make({});
    const rotated = await call("POST", `keys/${key.id}/rotate`, { body: { overlapSeconds: 1 } });
    expect(rotated.status).toBe(200);
    expect(rotated.headers.get("cache-control")).toBe("no-store");
    expect(rotated.body.secret).toMatch(new RegExp(`^sk-sb-${key.id}-`));
    expect([await statusWith(key.secret), await statusWith(rotated.body.secret)]).toEqual([200, 200]);
    await sleep(1_000);
    expect([await statusWith(key.secret), await statusWith(rotated.body.secret)]).toEqual([401, 200]);
    const again = await call("POST", `keys/${key.id}/rotate`, { body: { overlapSeconds: 3_600 } });
    await call("DELETE", `keys/${key.id}`);
    const after = [key.secret, rotated.body.secret, again.body.secret].map((secret) => statusWith(secret));
    expect(await Promise.all(after)).toEqual([401, 401, 401]);
    expect(await call("POST", `keys/${key.id}/rotate`, { body: {} })).toMatchObject({ status: 400 });
  });

  test("that is rotated without one ends at once, and its change is recorded without it", async () => {
    const key = await make({});
    const { body } = await call("POST", `keys/${key.id}/rotate`, { body: {} });
    expect([await statusWith(key.secret), await statusWith(body.secret)]).toEqual([401, 200]);
    const changes = rig.changes.filter(({ id }) => id === key.id);
    expect(changes.map(({ change }) => change)).toEqual(["created", "changed"]);
    expect(changes[1]?.before).toBe(changes[0]?.after);
    expect(changes[1]?.after).not.toBe(changes[1]?.before);
    expect(JSON.stringify(changes)).not.toContain(body.secret.slice(-20));
  });
});

test("a key that is revoked, rotated or disabled here is refused by every other instance within a second", async () => {
  await using replica = await rig.startReplica();
  const there = async (key: string): Promise<number> => {
    const response = await fetch(`${replica.baseUrl}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
    await response.arrayBuffer();
    return response.status;
  };
  const keys = [await make({}), await make({}), await make({ team: "short" })];
  while ((await there(keys.at(-1)?.secret ?? "")) !== 200) await sleep(20);
  const [first, second, third] = keys.map(({ secret }) => secret);
  await call("DELETE", `keys/${keys[0]?.id}`);
  await call("POST", `keys/${keys[1]?.id}/rotate`, { body: {} });
  await call("PATCH", "teams/short", { body: { disabled: true } });
  const changedMs = performance.now();
  const statuses = () => Promise.all([first, second, third].map((secret) => there(secret ?? "")));
  while ((await statuses()).some((status) => status !== 401)) expect(performance.now() - changedMs).toBeLessThan(1_000);
});

test("a key that looks at records and settings alone has a time of last use as well", async () => {
  const key = await make({ role: "auditor" });
  {
    await using replica = await rig.startReplica();
    const asked = (): Promise<Response> =>
      fetch(`${replica.baseUrl}/admin/v1/teams`, { headers: { authorization: `Bearer ${key.secret}` } });
    while (!(await asked()).ok) await sleep(20);
  }
  expect((await call("GET", `keys/${key.id}`)).body).toMatchObject({ lastUsedAt: expect.any(String) });
});

describe("a short-lived key", () => {
  test("is renewed by its bearer, each time for its lifetime, and no longer than it may be", async () => {
    const untilMs = Date.now() + 90_000;
    const key = await make({ lifetimeSeconds: 60, expiresAt: new Date(untilMs).toISOString() });
    expect(Date.parse(key.expiresAt ?? "") - Date.now()).toBeGreaterThan(50_000);
    expect(Date.parse(key.expiresAt ?? "") - Date.now()).toBeLessThanOrEqual(60_000);
    await rig.db
      .updateTable("virtual_key")
      .set({ expires_at: new Date(Date.now() + 20_000) })
      .where("id", "=", key.id)
      .execute();
    const once = await call("POST", `keys/${key.id}/refresh`, { key: key.secret });
    expect(once.status).toBe(200);
    expect(Date.parse(once.body.expiresAt ?? "") - Date.now()).toBeGreaterThan(50_000);
    expect([await statusWith(key.secret), await statusWith(once.body.secret)]).toEqual([200, 200]);
    // Who holds an old secret alone cannot make it go on.
    expect(await call("POST", `keys/${key.id}/refresh`, { key: key.secret })).toMatchObject({ status: 403 });
    await rig.db
      .updateTable("virtual_key")
      .set({ renewable_until: new Date(Date.now() + 5_000) } as object)
      .where("id", "=", key.id)
      .execute();
    const last = await call("POST", `keys/${key.id}/refresh`, { key: once.body.secret });
    expect(Date.parse(last.body.expiresAt ?? "") - Date.now()).toBeLessThanOrEqual(5_000);
    await rig.db
      .updateTable("virtual_key")
      .set({ renewable_until: new Date() } as object)
      .where("id", "=", key.id)
      .execute();
    expect(await call("POST", `keys/${key.id}/refresh`, { key: last.body.secret })).toMatchObject({ status: 400 });
  });

  test("is renewed by nobody else but who manages keys, and by nobody once it has ended", async () => {
    const key = await make({ lifetimeSeconds: 60 });
    expect(await call("POST", `keys/${key.id}/refresh`, { key: rig.memberKey })).toMatchObject({ status: 403 });
    expect(await call("POST", `keys/${key.id}/refresh`)).toMatchObject({ status: 200 });
    await rig.db.updateTable("virtual_key").set({ expires_at: new Date() }).where("id", "=", key.id).execute();
    expect(await call("POST", `keys/${key.id}/refresh`)).toMatchObject({ status: 400 });
    expect(await call("POST", `keys/${(await make({})).id}/refresh`)).toMatchObject({
      status: 400,
      body: { error: { message: "The key is not a short-lived one: rotate it." } },
    });
  });
});

describe("whose a key is", () => {
  type Identity = { id: string; team: string | null; project: string | null; disabledAt: string | null };

  test("is known with each of its requests, and what is named for the first time is made with it", async () => {
    const before = rig.changes.length;
    const key = await make({ team: "red", project: "apollo", serviceAccount: "ci" });
    await call("GET", "keys");
    const response = await rig.post(CHAT, { key: key.secret, headers: { "x-signalbox-tags": "nightly" } });
    await response.arrayBuffer();
    expect(rig.seen.at(-1)?.route.caller).toEqual({
      team: "red",
      project: "apollo",
      serviceAccount: "ci",
      tags: ["nightly"],
    });
    const made = rig.changes
      .slice(before)
      .filter(({ object }) => object !== "virtual-key")
      .map(({ object, change, id, of }) => [object, change, id, of]);
    expect(made).toEqual([
      ["team", "created", "red", "alice"],
      ["project", "created", "apollo", "alice"],
      ["service-account", "created", "ci", "alice"],
    ]);
    await (await rig.post(CHAT)).arrayBuffer();
    expect(rig.seen.at(-1)?.route.caller).toBeUndefined();
  });

  test("follows from the user or the project, and cannot contradict them", async () => {
    await call("POST", "projects", { body: { id: "gemini", team: "blue" } });
    await call("POST", "users", { body: { id: "jane", project: "gemini" } });
    expect(await make({ user: "jane" })).toMatchObject({ user: "jane", project: "gemini", team: "blue" });
    expect(await make({ project: "gemini" })).toMatchObject({ user: null, project: "gemini", team: "blue" });
    for (const [settings, param] of [
      [{ project: "gemini", team: "red" }, "team"],
      [{ user: "jane", project: "apollo" }, "project"],
      [{ user: "jane", serviceAccount: "ci" }, "serviceAccount"],
    ] as const) {
      expect(await call("POST", "keys", { body: { name: "x", ...settings } })).toMatchObject({
        status: 400,
        body: { error: { param } },
      });
    }
    expect(await call("POST", "users", { body: { id: "jane" } })).toMatchObject({
      status: 400,
      body: { error: { param: "id" } },
    });
    expect(await call("POST", "teams", { body: { id: "t", team: "blue" } })).toMatchObject({ status: 400 });
    expect(await call("PATCH", "users/nobody", { body: { disabled: true } })).toMatchObject({ status: 404 });
  });

  test("moves with its project", async () => {
    const { id, secret } = await make({ project: "mercury", team: "red", user: "john" });
    expect(await call("PATCH", "projects/mercury", { body: { team: "green" } })).toMatchObject({
      status: 200,
      body: { team: "green" },
    });
    expect((await call("GET", `keys/${id}`)).body).toMatchObject({ team: "green", project: "mercury" });
    const { data } = (await call<{ data: Identity[] }>("GET", "users?tenant=alice")).body;
    expect(data.find((user) => user.id === "john")).toMatchObject({ team: "green", project: "mercury" });
    await (await rig.post(CHAT, { key: secret })).arrayBuffer();
    expect(rig.seen.at(-1)?.route.caller).toMatchObject({ team: "green", project: "mercury", user: "john" });
  });

  test.each([
    ["service-accounts", "bot"],
    ["projects", "venus"],
    ["teams", "black"],
  ])("ends it at once when of %s %s is disabled, until that is over", async (path, id) => {
    const { secret } = await make({ team: "black", project: "venus", serviceAccount: "bot" });
    expect(await statusWith(secret)).toBe(200);
    const disabled = await call<Identity>("PATCH", `${path}/${id}`, { body: { disabled: true } });
    expect(disabled.body.disabledAt).not.toBeNull();
    expect(await statusWith(secret)).toBe(401);
    expect((await call<Identity>("PATCH", `${path}/${id}`, { body: { disabled: false } })).body.disabledAt).toBeNull();
    expect(await statusWith(secret)).toBe(200);
    const changes = rig.changes.filter((change) => change.id === id).slice(-2);
    expect(changes.map(({ change }) => change)).toEqual(["revoked", "changed"]);
    expect(changes[1]?.before).toBe(changes[0]?.after);
  });
});

test("B15 a secret that is written where the model's name belongs is not passed on", async () => {
  const secret = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
  await (await rig.post({ ...CHAT, model: secret })).arrayBuffer();
  expect(rig.seen.at(-1)?.facts.model).toMatch(/^hmac-sha256:[0-9a-f]{64}$/);
  expect(JSON.stringify(rig.seen.at(-1))).not.toContain(secret);
});
