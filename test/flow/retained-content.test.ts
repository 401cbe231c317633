import { createSecretKey } from "node:crypto";
import { status, type ServerWritableStream } from "@grpc/grpc-js";
import { uuidv7 } from "@signalbox/kit";
import { CACHE_ERASED_SUBJECT, SignalboxError, type ErasedAnswers, type ErasureEvent } from "@signalbox/proto";
import type { DispatchFrame, DispatchRequest } from "@signalbox/proto/grpc/dispatcher";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Config } from "../../services/ingress/src/config.ts";
import { ContentSeal } from "../../services/ingress/src/responses/content-seal.ts";
import { openContentStore } from "./content-rig.ts";
import { dispatchTo, startIngressRig, type IngressRig } from "./ingress-rig.ts";
import { decisionEvent, INPUT } from "./ledger-events.ts";
import { appendLeaf } from "./played-leaves.ts";

/*
 * Goal: what is retained of requests and answers is encrypted, of named tenants alone, and gone for good when it is
 * erased; and the erasure is recorded.
 */

const SECRET = "The treasure lies beneath the oak.";
const ANSWER = "I shall tell nobody.";
const DECISION = uuidv7();

let rig: IngressRig;
/** The request that the played ledger says DECISION to be of. */
let decided = "";

beforeAll(async () => {
  rig = await startIngressRig(
    {
      dispatcher: answer,
      ledger: {
        get: (call, reply) => {
          const { id } = call.request;
          if (id === DECISION) {
            const entry = {
              index: 3n,
              eventId: uuidv7(),
              type: "decision",
              tenant: "alice",
              leaf: Buffer.of(),
              atMs: 1n,
            };
            const decision = { ...entry, requestId: decided, decisionId: DECISION };
            return reply(null, { decision, outcome: undefined, related: [], labelsJson: "" });
          }
          const error = new SignalboxError("not-found", "The register holds no such decision or request.");
          return reply({ code: status.NOT_FOUND, details: JSON.stringify(error.toJSON()) });
        },
      },
    },
    { content: { tenants: ["alice"], entryMaxBytes: 4_096 } },
  );
  await rig.playLine(() => dispatchTo(rig.address));
});
afterAll(() => rig[Symbol.asyncDispose]());

function answer(exchange: ServerWritableStream<DispatchRequest, DispatchFrame>): void {
  const stream = (JSON.parse(exchange.request.body.toString()) as { stream?: boolean }).stream === true;
  const pieces = stream ? [`data: {"a":"${ANSWER}"}\n\n`, "data: [DONE]\n\n"] : [`{"a":"${ANSWER}"}`];
  for (const piece of pieces) exchange.write({ frame: { $case: "content", value: Buffer.from(piece) } });
  exchange.write({ frame: { $case: "final", value: { tail: Buffer.of() } } });
  exchange.end();
}

async function ask(key: string, more: object = {}): Promise<string> {
  const response = await rig.post({ model: "auto", messages: [{ role: "user", content: SECRET }], ...more }, { key });
  expect(response.status).toBe(200);
  await response.text();
  return response.headers.get("x-request-id") ?? "";
}

const said = (chars: number): object => ({ messages: [{ role: "user", content: "u".repeat(chars) }] });

type Row = { request_id: string; tenant: string; key: Buffer | null; sealed: Buffer };

async function rows(): Promise<Row[]> {
  const found = await sql<Row>`
    select request_id, c.tenant, key, sealed from retained_content c left join content_key k on k.id = c.key_id
    order by request_id`.execute(rig.db);
  return found.rows;
}

/** What is retained of a request, once it is: it is kept after the answer has left. */
async function kept(requestId: string): Promise<Row> {
  return vi.waitUntil(async () => (await rows()).find((row) => row.request_id === requestId), { timeout: 5_000 });
}

async function request(method: string, path: string, options: { key?: string; body?: object } = {}): Promise<Response> {
  const { key = rig.adminKey, body } = options;
  return fetch(`${rig.baseUrl}/admin/v1/content${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const erase = (body: object): Promise<Response> => request("POST", "/erase", { body });

const erasures = (): ErasureEvent[] =>
  rig.others.filter((event): event is ErasureEvent => event.schema === "signalbox.event.erasure.v1");

test("by default nothing is retained, and of a tenant that is not named nothing", async () => {
  expect(Config.shape.content.parse(undefined)).toMatchObject({ tenants: [] });
  const bobs = await ask(rig.otherTenantKey);
  const alices = await ask(rig.memberKey);
  await kept(alices);
  expect((await rows()).map((row) => row.request_id)).not.toContain(bobs);
});

test("what was asked and answered is read back by who may, and stands nowhere in the clear", async () => {
  const whole = await ask(rig.memberKey);
  const streamed = await ask(rig.memberKey, { stream: true });
  const row = await kept(whole);
  await kept(streamed);
  expect(row.sealed.includes(SECRET)).toBe(false);
  const read = (await (await request("GET", `/${whole}`)).json()) as { content: object; tenant: string };
  expect(read).toMatchObject({ requestId: whole, tenant: "alice", content: { dialect: "openai-chat", isWhole: true } });
  expect(read.content).toMatchObject({ request: expect.stringContaining(SECRET), answer: `{"a":"${ANSWER}"}` });
  const stream = (await (await request("GET", `/${streamed}`)).json()) as { content: { answer: string } };
  expect(stream.content.answer).toContain("[DONE]");
  const list = (await (await request("GET", "?tenant=alice&limit=2")).json()) as { data: object[]; has_more: boolean };
  expect(list).toMatchObject({ data: [{ requestId: streamed }, { requestId: whole }], has_more: true });
  expect((await request("GET", `/${whole}`, { key: rig.memberKey })).status).toBe(403);
  expect((await request("DELETE", `/${whole}`, { key: rig.memberKey })).status).toBe(403);
});

test("a long answer is cut off and says so, and a long request is not retained", async () => {
  const large = await ask(rig.memberKey, said(4_200));
  const next = await ask(rig.memberKey, said(4_020));
  await kept(next);
  const { content } = (await (await request("GET", `/${next}`)).json()) as { content: { isWhole: boolean } };
  expect(content.isWhole).toBe(false);
  expect((await rows()).map((row) => row.request_id)).not.toContain(large);
});

test("one request's content is erased by its decision, and the erasure is recorded", async () => {
  decided = await ask(rig.memberKey);
  await kept(decided);
  expect(await (await request("GET", `/${DECISION}`)).json()).toMatchObject({ requestId: decided });
  expect(await (await request("DELETE", `/${DECISION}`)).json()).toMatchObject({ tenant: "alice", erased: 1 });
  expect((await request("GET", `/${decided}`)).status).toBe(404);
  const erasure = {
    tenant: "_signalbox",
    of: "alice",
    by: rig.adminKey.split("-")[2],
    scope: { kind: "request", requestId: decided },
  };
  expect(erasures().at(-1)).toMatchObject({ ...erasure, erased: 1 });
  // One that finds nothing holds for what may be under way.
  expect((await request("DELETE", `/${DECISION}`)).status).toBe(404);
  expect(erasures().at(-1)).toMatchObject({ ...erasure, erased: 0 });
});

test("what is older than a time is erased", async () => {
  const old = await ask(rig.memberKey);
  const young = await ask(rig.memberKey);
  await kept(old);
  await kept(young);
  await sql`update retained_content set created_at = now() - interval '2 days' where request_id <> ${young}`.execute(
    rig.db,
  );
  const before = new Date(Date.now() - 86_400_000).toISOString();
  const erased = await erase({ tenant: "alice", before });
  expect(((await erased.json()) as { erased: number }).erased).toBeGreaterThan(3);
  expect((await rows()).map((row) => row.request_id)).toEqual([young]);
  expect(erasures().at(-1)).toMatchObject({ scope: { kind: "age", beforeMs: Date.parse(before) } });
});

test("erasing all of a tenant destroys its key: a copy of the ciphertext cannot be opened any more", async () => {
  const before = await kept(await ask(rig.memberKey));
  expect(await (await erase({ tenant: "alice" })).json()).toMatchObject({
    tenant: "alice",
  });
  expect(await rows()).toEqual([]);
  expect(erasures().at(-1)).toMatchObject({ of: "alice", scope: { kind: "tenant" } });
  // What comes after it is kept under another key, and the old copy put back is not opened with that one.
  const after = await kept(await ask(rig.memberKey));
  expect(after.key?.equals(before.key ?? Buffer.of())).toBe(false);
  await sql`insert into retained_content (request_id, tenant, key_id, created_at, expires_at, sealed)
    select ${before.request_id}, 'alice', id, now(), now() + interval '1 day', ${before.sealed} from content_key`.execute(
    rig.db,
  );
  expect((await request("GET", `/${before.request_id}`)).status).toBe(404);
  const seal = new ContentSeal(rig.pepper, "signalbox.retained-content.v1");
  const opened = ({ key: part }: Row): Buffer | null =>
    seal.open({ tenant: "alice", digestKey: createSecretKey(part ?? Buffer.of()) }, before.request_id, before.sealed);
  expect(opened(before)?.toString()).toContain(SECRET);
  expect(opened(after)).toBeNull();
});

const CACHE_KEY = "c".repeat(64);

/** What a line that caches and stores has of a request beside its content. */
async function keepElsewhere(
  requestId: string,
  { key, tenant = "alice" }: { key: string; tenant?: string },
): Promise<string> {
  const entryId = uuidv7();
  await sql`insert into cache_entry (entry_id, tenant, key, endpoint, dialect, usage, body, created_at, expires_at)
    values (${entryId}, ${tenant}, ${key}, 'a/b', 'openai-chat', '{}', ${Buffer.from(ANSWER)}, now(), now() + interval '1 day')`.execute(
    rig.db,
  );
  await sql`insert into stored_response (tenant, id, created_at, expires_at, sealed)
    values (${tenant}, ${`resp_${requestId.replaceAll("-", "")}`}, now(), now() + interval '1 day', ${Buffer.alloc(29)})`.execute(
    rig.db,
  );
  return entryId;
}

async function elsewhere(): Promise<string[]> {
  const { rows: found } = await sql<{ tenant: string }>`
    select tenant from cache_entry union all select tenant from stored_response order by 1`.execute(rig.db);
  return found.map(({ tenant }) => tenant);
}

test("with a request's content go its answer in the cache and its stored response, and of a tenant all of them", async () => {
  const told: ErasedAnswers[] = [];
  const operator = await rig.nats.connectAsOperator();
  operator.subscribe(CACHE_ERASED_SUBJECT, {
    callback: (_, { data }) => told.push(JSON.parse(Buffer.from(data).toString())),
  });
  await operator.flush();
  decided = uuidv7();
  const facts = { ...INPUT.facts, cache: { mode: "on", deterministic: false, key: CACHE_KEY } } as const;
  const input = { ...INPUT, facts };
  const parts = { requestId: decided, decisionId: DECISION, tenant: "alice", input };
  await appendLeaf(rig.db, decisionEvent(parts), parts);
  const answered = await keepElsewhere(decided, { key: CACHE_KEY });
  const others = [
    await keepElsewhere(uuidv7(), { key: "d".repeat(64) }),
    await keepElsewhere(uuidv7(), { key: CACHE_KEY, tenant: "bob" }),
  ];
  // Nothing need be retained of it.
  const erased = await (await request("DELETE", `/${DECISION}`)).json();
  const gone = { erased: 0, cachedAnswers: 1, storedResponses: 1, labels: 0 };
  expect(erased).toEqual({ object: "erasure", tenant: "alice", ...gone });
  expect(await elsewhere()).toEqual(["alice", "alice", "bob", "bob"]);
  expect(erasures().at(-1)).toMatchObject({ of: "alice", erased: 0, cachedAnswers: 1, storedResponses: 1 });
  expect((await request("DELETE", `/${DECISION}`)).status).toBe(404);
  await erase({ tenant: "alice", before: new Date(Date.now() - 60_000).toISOString() });
  expect(await elsewhere()).toHaveLength(4);
  await erase({ tenant: "alice" });
  expect(await elsewhere()).toEqual(["bob", "bob"]);
  await expect.poll(() => told).toEqual([{ entryIds: [answered] }, { entryIds: [others[0]] }]);
  await operator.close();
});

test("what is past its lifetime goes by itself, and the oldest where a tenant has more than its share", async () => {
  const ids = [await ask(rig.memberKey), await ask(rig.memberKey), await ask(rig.memberKey)];
  for (const id of ids) await kept(id);
  const recorded: object[] = [];
  const record = (erasure: object): Promise<void> => Promise.resolve(void recorded.push(erasure));
  await using store = openContentStore(rig, { tenantMaxBytes: 1_000_000, record });
  await sql`delete from retained_content where not request_id = any (${ids}::uuid[])`.execute(rig.db);
  await sql`update retained_content set created_at = now() - interval '3 hours', expires_at = now() - interval '1 hour'
    where request_id = ${ids[0]}`.execute(rig.db);
  await store.sweep();
  expect((await rows()).map((row) => row.request_id)).toEqual(ids.slice(1));
  await using small = openContentStore(rig, { tenantMaxBytes: (await rows())[1]!.sealed.length + 1, record });
  await small.sweep();
  expect((await rows()).map((row) => row.request_id)).toEqual(ids.slice(2));
  expect(recorded).toMatchObject([
    { of: "alice", by: "lifetime", erased: 1 },
    { of: "alice", by: "share", erased: 1 },
  ]);
  // What cannot be recorded is not erased.
  await using unheard = openContentStore(rig, {
    record: () => Promise.reject(new SignalboxError("audit-unavailable", "Not now.")),
  });
  const erasing = unheard.eraseEverywhere({ of: "alice", by: "somebody", scope: { kind: "tenant" } });
  await expect(erasing).rejects.toMatchObject({ code: "audit-unavailable" });
  expect(await rows()).toHaveLength(1);
});

test("feedback on a decision is recorded beside it, without its words", async () => {
  decided = uuidv7();
  const give = (body: object, id = DECISION): Promise<Response> =>
    fetch(`${rig.baseUrl}/v1/decisions/${id}/feedback`, {
      method: "POST",
      headers: { authorization: `Bearer ${rig.memberKey}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const given = await give({ score: 0.25, good: false, comment: SECRET });
  expect(given.status).toBe(201);
  expect(await given.json()).toMatchObject({ object: "feedback", decisionId: DECISION, score: 0.25 });
  const event = rig.others.at(-1);
  expect(event).toMatchObject({
    requestId: decided,
    decisionId: DECISION,
    tenant: "alice",
    score: 250_000,
    good: false,
  });
  expect(event).toMatchObject({ comment: expect.stringMatching(/^hmac-sha256:[0-9a-f]{64}$/) });
  expect((await give({ comment: "nothing else" })).status).toBe(400);
  expect((await give({ score: 2 })).status).toBe(400);
  expect((await give({ good: true }, uuidv7())).status).toBe(404);
});
