import { AUDIT_STREAM } from "@signalbox/proto";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startIngressRig, type IngressRig } from "./ingress-rig.ts";

/* Goal: an administrator's change and its record are one, whatever breaks between them. */

let rig: IngressRig;
beforeAll(async () => {
  rig = await startIngressRig();
});
afterAll(() => rig[Symbol.asyncDispose]());

async function asAdmin(method: string, path: string, body: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(rig.baseUrl + path, {
    method,
    headers: { authorization: `Bearer ${rig.adminKey}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

const waiting = async (): Promise<number> => (await sql`select from admin_outbox`.execute(rig.db)).rows.length;

const BUDGET = { limit: { usd: 1 }, scope: { tenant: "alice" } };

test.each([
  ["/admin/v1/keys", { name: "unwritten" }, "virtual_key where name = 'unwritten'"],
  ["/v1/keys", { name: "unsaid" }, "virtual_key where name = 'unsaid'"],
  ["/admin/v1/teams", { id: "unwritten" }, "identity where id = 'unwritten'"],
  ["/admin/v1/budgets", { name: "unwritten", ...BUDGET }, "budget where name = 'unwritten'"],
])("B15 a change at %s whose record cannot be written down is no change", async (path, body, rows) => {
  await sql`alter table admin_outbox add constraint broken check (false) not valid`.execute(rig.db);
  try {
    expect((await asAdmin("POST", path, body)).status).toBeGreaterThanOrEqual(500);
  } finally {
    await sql`alter table admin_outbox drop constraint broken`.execute(rig.db);
  }
  expect((await sql`select from ${sql.raw(rows)}`.execute(rig.db)).rows).toEqual([]);
  expect((await asAdmin("POST", path, body)).status).toBe(201);
});

test("B15 a record whose acknowledgement was lost is sent again as the same event, by whoever is there", async () => {
  await using replica = await rig.startReplica();
  const manager = await rig.operator.jetstreamManager();
  await manager.streams.update(AUDIT_STREAM.name, { no_ack: true });
  const made = (await asAdmin("POST", "/admin/v1/keys", { name: "unacknowledged" })).body as { id: string };
  expect(replica.baseUrl).not.toBe(rig.baseUrl);
  expect(await waiting()).toBe(1);
  await manager.streams.update(AUDIT_STREAM.name, { no_ack: false });
  // Nobody waits here for what is late to be so.
  await sql`update admin_outbox set at = at - interval '1 minute'`.execute(rig.db);
  await vi.waitFor(async () => expect(await waiting()).toBe(0), { timeout: 10_000, interval: 100 });
  const [first, ...again] = rig.changes.filter(({ id }) => id === made.id);
  expect(first).toMatchObject({ object: "virtual-key", change: "created" });
  expect(again.length).toBeGreaterThan(0);
  for (const event of again) expect(event).toEqual(first);
});
