import { createHmac, randomBytes } from "node:crypto";
import { status } from "@grpc/grpc-js";
import { uuidv7 } from "@signalbox/kit";
import { ErasureEvent, SignalboxError } from "@signalbox/proto";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startIngressRig, type IngressRig } from "./ingress-rig.ts";
import { decisionEvent, INPUT, outcomeEvent } from "./ledger-events.ts";
import { appendLeaf } from "./played-leaves.ts";

/*
 * Goal: the plain labels of requests go with what is erased of them, by request, by time, by tenant and by end user; the
 * record of it names nobody.
 */

const ADA = "ada@example.org";
const HOUR_MS = 3_600_000;
const DECISION = uuidv7();

let rig: IngressRig;
/** The request that the played ledger says DECISION to be of. */
let decided = "";

beforeAll(async () => {
  rig = await startIngressRig({
    ledger: {
      get: (call, reply) => {
        if (call.request.id !== DECISION) {
          const error = new SignalboxError("not-found", "The register holds no such decision or request.");
          return reply({ code: status.NOT_FOUND, details: JSON.stringify(error.toJSON()) });
        }
        const event = { index: 3n, eventId: uuidv7(), type: "decision", leaf: Buffer.of(), atMs: 1n };
        const decision = { ...event, tenant: "alice", requestId: decided, decisionId: DECISION };
        return reply(null, { decision, outcome: undefined, related: [], labelsJson: "" });
      },
    },
  });
  for (const tenant of ["alice", "bob"]) {
    await sql`insert into content_key (tenant, key) values (${tenant}, ${randomBytes(32)})`.execute(rig.db);
  }
});
afterAll(() => rig[Symbol.asyncDispose]());

async function label(requestId: string, labels: object, tenant = "alice"): Promise<void> {
  await sql`insert into ledger_label (request_id, tenant, labels)
    values (${requestId}, ${tenant}, ${JSON.stringify(labels)}::jsonb)`.execute(rig.db);
}

/** What a line that retains, caches and stores has of a request. */
async function keep(requestId: string, cacheKey: string): Promise<void> {
  const times = sql`now(), now() + interval '1 day'`;
  await sql`insert into retained_content (request_id, tenant, key_id, created_at, expires_at, sealed)
    select ${requestId}, tenant, id, ${times}, ${Buffer.alloc(29)} from content_key where tenant = 'alice'`.execute(
    rig.db,
  );
  await sql`insert into cache_entry (entry_id, tenant, key, endpoint, dialect, usage, body, created_at, expires_at)
    values (${uuidv7()}, 'alice', ${cacheKey}, 'a/b', 'openai-chat', '{}', ${Buffer.alloc(1)}, ${times})`.execute(
    rig.db,
  );
  await sql`insert into stored_response (tenant, id, created_at, expires_at, sealed)
    values ('alice', ${`resp_${requestId.replaceAll("-", "")}`}, ${times}, ${Buffer.alloc(29)})`.execute(rig.db);
}

/** Puts a request of an end user into the register. */
async function record(requestId: string, { user, cacheKey }: { user: string; cacheKey: string }): Promise<void> {
  const parts = { requestId, decisionId: uuidv7(), tenant: "alice" };
  const cache = { mode: "on", deterministic: true, key: cacheKey } as const;
  const facts = { ...INPUT.facts, labels: { ...INPUT.facts.labels, user }, cache };
  await appendLeaf(rig.db, decisionEvent({ ...parts, input: { ...INPUT, facts } }), parts);
  await appendLeaf(rig.db, outcomeEvent(parts), parts);
}

async function idsIn(table: "ledger_label" | "retained_content"): Promise<string[]> {
  const { rows } = await sql<{ request_id: string }>`
    select request_id from ${sql.table(table)} order by request_id`.execute(rig.db);
  return rows.map((row) => row.request_id);
}

async function countIn(table: "cache_entry" | "stored_response"): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::integer from ${sql.table(table)}`.execute(rig.db);
  return rows[0]?.count ?? 0;
}

async function request(method: string, path: string, body?: object): Promise<Response> {
  return fetch(`${rig.baseUrl}/admin/v1/content${path}`, {
    method,
    headers: { authorization: `Bearer ${rig.adminKey}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function erase(body: object): Promise<unknown> {
  const answer = await request("POST", "/erase", body);
  return answer.status === 200 ? answer.json() : answer.status;
}

const lastErasure = (): unknown => rig.others.findLast((event) => ErasureEvent.safeParse(event).success);

const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

test("labels go with their request, with what came within a time, and with their tenant", async () => {
  await sql`delete from ledger_label`.execute(rig.db);
  decided = uuidv7();
  const [hourOld, dayOld] = [uuidv7(Date.now() - HOUR_MS), uuidv7(Date.now() - 24 * HOUR_MS)];
  for (const id of [decided, hourOld, dayOld]) await label(id, { user: ADA, tags: ["a"] });
  const bobs = uuidv7(Date.now() - HOUR_MS);
  await label(bobs, { user: ADA }, "bob");

  const one = await request("DELETE", `/${DECISION}`);
  expect(await one.json()).toMatchObject({ erased: 0, cachedAnswers: 0, storedResponses: 0, labels: 1 });
  expect(lastErasure()).toMatchObject({ scope: { kind: "request", requestId: decided }, erased: 0, labels: 1 });
  expect((await request("DELETE", `/${DECISION}`)).status).toBe(404);

  const [from, before] = [ago(2 * HOUR_MS), ago(1_000)];
  expect(await erase({ tenant: "alice", from, before })).toMatchObject({ labels: 1 });
  const scope = { kind: "age", fromMs: Date.parse(from), beforeMs: Date.parse(before) };
  expect(lastErasure()).toMatchObject({ of: "alice", scope, labels: 1 });
  expect(await idsIn("ledger_label")).toEqual([dayOld, bobs]);
  // What lies before the first time that can be recorded is that time.
  expect(await erase({ tenant: "alice", from: "1960-01-01T00:00:00Z" })).toMatchObject({ labels: 1 });
  expect(lastErasure()).toMatchObject({ scope: { kind: "age", fromMs: 0 } });

  await label(uuidv7(), { metadata: { mail: ADA } });
  expect(await erase({ tenant: "alice" })).toMatchObject({ labels: 1 });
  expect(lastErasure()).toMatchObject({ scope: { kind: "tenant" }, labels: 1 });
  expect(await idsIn("ledger_label")).toEqual([bobs]);
});

test("what is kept of one end user goes, also of requests whose words are gone, and the record has a digest alone", async () => {
  await sql`insert into content_key (tenant, key) values ('alice', ${randomBytes(32)}) on conflict do nothing`.execute(
    rig.db,
  );
  const { rows } = await sql<{ key: Buffer }>`select digest_key as key from tenant where id = 'alice'`.execute(rig.db);
  const user = `hmac-sha256:${createHmac("sha256", rows[0]!.key).update(ADA).digest("hex")}`;
  const cacheKey = randomBytes(32).toString("hex");
  const [worded, known, others] = [uuidv7(), uuidv7(), uuidv7()];
  await keep(worded, randomBytes(32).toString("hex"));
  await label(worded, { user: ADA });
  // The register was brought back from its files: its leaves alone say whose request it was.
  await keep(known, cacheKey);
  await record(known, { user, cacheKey });
  await keep(others, randomBytes(32).toString("hex"));
  await label(others, { user: "bea@example.org", metadata: { user: ADA } });
  const before = [await countIn("cache_entry"), await countIn("stored_response")];

  const counts = { erased: 2, cachedAnswers: 1, storedResponses: 2, labels: 1 };
  expect(await erase({ tenant: "alice", user: ADA })).toEqual({ object: "erasure", tenant: "alice", ...counts });
  expect(await idsIn("retained_content")).toEqual([others]);
  expect(await idsIn("ledger_label")).toContain(others);
  // The answer to a request that the register does not know is found by nobody, and ends with its lifetime.
  expect([await countIn("cache_entry"), await countIn("stored_response")]).toEqual([before[0]! - 1, before[1]! - 2]);
  expect(lastErasure()).toMatchObject({ of: "alice", by: rig.adminKey.split("-")[2], scope: { kind: "user", user } });
  expect(JSON.stringify(rig.others)).not.toContain(ADA);

  expect(await erase({ tenant: "alice", user: ADA, before: ago(0) })).toBe(400);
  expect(await erase({ tenant: "nobody", user: ADA })).toBe(400);
  expect(await erase({ tenant: "alice", from: ago(0), before: ago(HOUR_MS) })).toBe(400);
});
