import { afterAll, beforeAll, expect, test } from "vitest";
import { hashKey, revokeKey } from "../../services/ingress/src/keys/index.ts";
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

async function make(wish: object): Promise<Made> {
  return (await asAdmin("POST", "/v1/keys", wish)).body as Made;
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
  const row = await rig.db.selectFrom("virtual_key").selectAll().where("id", "=", made.id).executeTakeFirstOrThrow();
  expect(row.hash).toEqual(hashKey(made.key, rig.pepper));
  expect(JSON.stringify(row)).not.toContain(made.key.slice(-43));
});

test("a key may be of a tenant that is new, and of the role admin", async () => {
  const made = await make({ name: "carol's", tenant: "carol", role: "admin" });
  expect(made).toMatchObject({ tenant: "carol", role: "admin" });
  expect(await statusWith(made.key)).toBe(200);
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
  expect(await revokeKey(rig.db, made.id)).toBe(true);
  const revokedMs = performance.now();
  while ((await statusWith(made.key)) !== 401) expect(performance.now() - revokedMs).toBeLessThan(1_000);
});

test.each([
  [{}, "name"],
  [{ name: "x", role: "owner" }, "role"],
  [{ name: "x", tenant: "No Spaces" }, "tenant"],
  [{ name: "x", scope: "all" }, "scope"],
])("the wish %j is refused with the field at fault", async (wish, param) => {
  expect(await asAdmin("POST", "/v1/keys", wish)).toMatchObject({ status: 400, body: { error: { param } } });
});
