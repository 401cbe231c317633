import { setTimeout as sleep } from "node:timers/promises";
import { AUDIT_STREAM } from "@signalbox/proto";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { hashKey } from "../../services/ingress/src/keys/index.ts";
import { markRevoked } from "../../services/ingress/src/keys/key-store.ts";
import { startIngressRig, type IngressRig } from "./ingress-rig.ts";

let rig: IngressRig;
beforeAll(async () => {
  rig = await startIngressRig();
});
afterAll(() => rig[Symbol.asyncDispose]());

type Made = { id: string; key: string; tenant: string; role: string };

async function asAdmin(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(rig.baseUrl + path, {
    method,
    headers: {
      authorization: `Bearer ${rig.adminKey}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

async function make(body: object): Promise<Made> {
  return (await asAdmin("POST", "/v1/keys", body)).body as Made;
}

async function statusWith(key: string): Promise<number> {
  const response = await fetch(`${rig.baseUrl}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
  await response.arrayBuffer();
  return response.status;
}

test("an admin makes a key, which holds at once, is shown once and is stored as a keyed hash", async () => {
  const made = await make({ name: "ci" });
  expect(made).toMatchObject({ tenant: "alice", role: "member", key: expect.stringContaining(`sk-sb-${made.id}-`) });
  expect(await statusWith(made.key)).toBe(200);
  const { body } = await asAdmin("GET", "/v1/keys");
  expect((body as { data: object[] }).data).toContainEqual(
    expect.objectContaining({ id: made.id, name: "ci", revokedAt: null, lastUsedAt: null }),
  );
  expect(JSON.stringify(body)).not.toContain(made.key);
  // The small API has no word of the settings that `/admin/v1/keys` shows.
  const [listed = {}] = (body as { data: object[] }).data.filter((key) => "id" in key && key.id === made.id);
  const times = ["createdAt", "revokedAt", "expiresAt", "lastUsedAt"];
  expect(Object.keys(listed)).toEqual(["object", "id", "tenant", "name", "role", ...times]);
  expect(Object.keys(made)).toEqual(["object", "id", "tenant", "name", "role", "expiresAt", "key"]);
  const row = await rig.db.selectFrom("virtual_key").selectAll().where("id", "=", made.id).executeTakeFirstOrThrow();
  expect(row.hash).toEqual(hashKey(made.key, rig.pepper));
  expect(JSON.stringify(row)).not.toContain(made.key.slice(-43));
});

test("a key may be of a tenant that is new, and of the role admin", async () => {
  const made = await make({ name: "carol's", tenant: "carol", role: "admin" });
  expect(made).toMatchObject({ tenant: "carol", role: "admin" });
  expect(await statusWith(made.key)).toBe(200);
});

test("making and revoking a key is recorded once each, by either API, with who did it and what it was before and after", async () => {
  const made = await make({ name: "recorded" });
  expect(await asAdmin("PATCH", `/admin/v1/keys/${made.id}`, { name: "renamed" })).toMatchObject({ status: 200 });
  for (let times = 0; times < 2; times += 1) await asAdmin("DELETE", `/v1/keys/${made.id}`);
  const changes = rig.changes.filter(({ id }) => id === made.id);
  const by = rig.adminKey.split("-")[2];
  expect(changes).toMatchObject([
    { object: "virtual-key", change: "created", of: "alice", by, before: null },
    { object: "virtual-key", change: "changed", of: "alice", by },
    { object: "virtual-key", change: "revoked", of: "alice", by },
  ]);
  // By whichever route a key was changed, one change begins where the one before it ended.
  const [created, changed, revoked] = changes;
  expect(changed?.before).toBe(created?.after);
  expect(revoked?.before).toBe(changed?.after);
  expect(new Set(changes.map(({ after }) => after)).size).toBe(3);
});

test("a key that is revoked here is refused from then on", async () => {
  const made = await make({ name: "short-lived" });
  expect(await asAdmin("DELETE", `/v1/keys/${made.id}`)).toMatchObject({ status: 200, body: { revoked: true } });
  expect(await statusWith(made.key)).toBe(401);
  expect(await asAdmin("DELETE", `/v1/keys/${made.id}`)).toMatchObject({ status: 200 });
  expect(await asAdmin("DELETE", "/v1/keys/ffffffffffff")).toMatchObject({ status: 404 });
});

test("a key that is revoked elsewhere is refused within a second", async () => {
  const made = await make({ name: "revoked elsewhere" });
  expect(await statusWith(made.key)).toBe(200);
  expect(await markRevoked(rig.db, made.id)).toBe(true);
  const revokedMs = performance.now();
  while ((await statusWith(made.key)) !== 401) expect(performance.now() - revokedMs).toBeLessThan(1_000);
});

test("a key that expires is refused from that moment on, and its bearer is told why", async () => {
  const expiresAtMs = Date.now() + 700;
  const expiresAt = new Date(expiresAtMs).toISOString();
  const made = await make({ name: "a trial", expiresAt });
  expect(made).toMatchObject({ expiresAt });
  expect(await statusWith(made.key)).toBe(200);
  const { body: list } = await asAdmin("GET", "/v1/keys");
  expect((list as { data: object[] }).data).toContainEqual(expect.objectContaining({ id: made.id, expiresAt }));
  await sleep(expiresAtMs - Date.now() + 1);
  const response = await fetch(`${rig.baseUrl}/v1/models`, { headers: { authorization: `Bearer ${made.key}` } });
  expect(response.status).toBe(401);
  expect(await response.json()).toEqual({
    error: {
      message: `The API key expired at ${expiresAt}.`,
      type: "invalid_request_error",
      param: null,
      code: "invalid_api_key",
    },
  });
});

test("an event stream that is open when its key expires ends within a second", async () => {
  const expiresAtMs = Date.now() + 600;
  const made = await make({ name: "a watcher", expiresAt: new Date(expiresAtMs).toISOString() });
  const response = await fetch(`${rig.baseUrl}/v1/events`, { headers: { authorization: `Bearer ${made.key}` } });
  expect(response.status).toBe(200);
  expect(await response.text()).toContain("following the register");
  expect(Date.now()).toBeGreaterThanOrEqual(expiresAtMs);
  expect(Date.now()).toBeLessThan(expiresAtMs + 1_000);
});

test("an expiry says nothing to who does not hold the whole key", async () => {
  const made = await make({ name: "brief", expiresAt: new Date(Date.now() + 50).toISOString() });
  await sleep(60);
  const forged = made.key.slice(0, -4) + (made.key.endsWith("AAAA") ? "BBBB" : "AAAA");
  const response = await fetch(`${rig.baseUrl}/v1/models`, { headers: { authorization: `Bearer ${forged}` } });
  expect(await response.json()).toMatchObject({ error: { message: "The API key is not valid." } });
});

test.each([
  [{}, "name"],
  [{ name: "x", expiresAt: "2020-01-01T00:00:00Z" }, "expiresAt"],
  [{ name: "x", expiresAt: "tomorrow" }, "expiresAt"],
  [{ name: "x", expiresAt: "2099-01-01T00:00:00" }, "expiresAt"],
  [{ name: "x", role: "owner" }, "role"],
  [{ name: "x", tenant: "No Spaces" }, "tenant"],
  [{ name: "x", scope: "all" }, "scope"],
])("the body %j is refused with the field at fault", async (body, param) => {
  expect(await asAdmin("POST", "/v1/keys", body)).toMatchObject({ status: 400, body: { error: { param } } });
});

test("a change that the register could not take holds, and is recorded once it can", async () => {
  const manager = await rig.operator.jetstreamManager();
  const { config } = await manager.streams.info(AUDIT_STREAM.name);
  await manager.streams.delete(AUDIT_STREAM.name);
  const made = await make({ name: "unrecorded" });
  expect(await statusWith(made.key)).toBe(200);
  const waiting = async (): Promise<number> => {
    return (await sql`select from admin_outbox`.execute(rig.db)).rows.length;
  };
  expect(await waiting()).toBe(1);
  const tried = rig.changes.length;
  await manager.streams.add(config);
  // Nobody waits here for what is late to be so.
  await sql`update admin_outbox set at = at - interval '1 minute'`.execute(rig.db);
  await vi.waitFor(async () => expect(await waiting()).toBe(0), { timeout: 10_000, interval: 100 });
  expect(rig.changes.slice(tried)).toMatchObject([
    { object: "virtual-key", change: "created", id: made.id, before: null },
  ]);
});

test("B10 costs that cannot be read hold up no key: one is revoked at once while they are asked for", async () => {
  const made = await make({ name: "revoked meanwhile" });
  const asked: Promise<{ status: number }>[] = [];
  await rig.db.transaction().execute(async (transaction) => {
    await sql`lock table cost_line in access exclusive mode`.execute(transaction);
    for (let times = 0; times < 8; times += 1) asked.push(asAdmin("GET", "/admin/v1/reconciliation"));
    await sleep(200);
    const startedMs = performance.now();
    expect((await asAdmin("DELETE", `/v1/keys/${made.id}`)).status).toBe(200);
    expect(await statusWith(made.key)).toBe(401);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });
  expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(asked.map(() => 200));
});
