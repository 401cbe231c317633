import { setTimeout as sleep } from "node:timers/promises";
import type { ServiceError } from "@grpc/grpc-js";
import { Metadata, status } from "@grpc/grpc-js";
import { uuidv7 } from "@signalbox/kit";
import {
  LedgerQueryRequest,
  type LedgerDocument,
  type LedgerEntry,
  type LedgerQueryResponse,
  type LedgerRecord,
} from "@signalbox/proto/grpc/ledger";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DECISION, decisionEvent, outcomeEvent } from "./ledger-events.ts";
import { as, startLedgerRig, until, type Ledger, type LedgerRig } from "./ledger-rig.ts";

let rig: LedgerRig;
let ledger: Ledger;
beforeAll(async () => {
  rig = await startLedgerRig();
  ledger = await rig.start();
});
afterAll(() => rig[Symbol.asyncDispose]());

function get(tenant: string, id: string, metadata = as("ingress")): Promise<LedgerRecord> {
  return new Promise((resolve, reject) => {
    ledger.client.get({ tenant, id }, metadata, (error, value) => (error === null ? resolve(value) : reject(error)));
  });
}

function query(request: Partial<LedgerQueryRequest>, metadata = as("ingress")): Promise<LedgerQueryResponse> {
  const none = LedgerQueryRequest.fromPartial({ tenant: "default" });
  return new Promise((resolve, reject) => {
    ledger.client.query({ ...none, ...request }, metadata, (error, value) => {
      if (error === null) resolve(value);
      else reject(error);
    });
  });
}

async function codeOf(call: Promise<unknown>): Promise<number> {
  return await call.then(
    () => status.OK,
    (error: ServiceError) => error.code,
  );
}

/** Reads until `count` entries have come. */
function tail(options: { from: bigint; count: number; types?: string[]; tenant?: string }): Promise<LedgerEntry[]> {
  const { from, count, types = [], tenant = "default" } = options;
  const call = ledger.client.tail({ tenant, fromIndex: from, types }, as(tenant === "" ? "operator" : "ingress"));
  const entries: LedgerEntry[] = [];
  return new Promise((resolve, reject) => {
    call.on("error", (error: ServiceError) => {
      if (error.code !== status.CANCELLED) reject(error);
    });
    call.on("data", (entry: LedgerEntry) => {
      entries.push(entry);
      if (entries.length !== count) return;
      call.cancel();
      resolve(entries);
    });
  });
}

async function record(tenant: string, keyId = "key-1"): Promise<{ requestId: string; decisionId: string }> {
  const ids = { requestId: uuidv7(), decisionId: uuidv7() };
  const [outcome] = rig.dispatcher.sign([outcomeEvent({ ...ids, tenant, endpoint: "simulator/large" })]);
  if (outcome === undefined) throw new Error("nothing was signed");
  await rig.enqueue(rig.policy.sign([decisionEvent({ ...ids, tenant, keyId })]), { user: "jo", tags: ["a"] });
  await rig.enqueue([outcome]);
  await rig.receipt(outcome.eventId);
  return ids;
}

test("a decision is readable within a second, by its own id and by its request's", async () => {
  const startedAtMs = performance.now();
  const ids = await record("default");
  const found = await get("default", ids.decisionId);
  expect(performance.now() - startedAtMs).toBeLessThan(1_000);
  expect(found.decision).toMatchObject({ type: "decision", ...ids, tenant: "default" });
  expect(found.outcome).toMatchObject({ type: "outcome", ...ids });
  expect(found.related).toEqual([]);
  expect(JSON.parse(found.labelsJson)).toEqual({ user: "jo", tags: ["a"] });
  expect(await get("default", ids.requestId)).toEqual(found);
});

test("of a request's decisions the executed one is shown, and the others with their closing leaves beside it", async () => {
  const requestId = uuidv7();
  const [first, second] = [uuidv7(), uuidv7()];
  const [outcome] = rig.dispatcher.sign([outcomeEvent({ requestId, decisionId: first })]);
  if (outcome === undefined) throw new Error("nothing was signed");
  await rig.enqueue(rig.policy.sign([first, second].map((decisionId) => decisionEvent({ requestId, decisionId }))));
  await rig.enqueue([outcome]);
  await rig.receipt(outcome.eventId);
  const found = await get("default", requestId);
  expect(found.decision?.decisionId).toBe(first);
  expect(found.related.map(({ type, decisionId }) => [type, decisionId])).toEqual([
    ["decision", second],
    ["superseded", second],
  ]);
  expect((await get("default", second)).decision?.decisionId).toBe(second);
});

test("B14 a tenant sees nothing of another's, by id, by query or by following", async () => {
  const ids = await record("acme");
  await record("default");
  expect(await codeOf(get("default", ids.decisionId))).toBe(status.NOT_FOUND);
  expect(await codeOf(get("default", ids.requestId))).toBe(status.NOT_FOUND);
  expect((await get("acme", ids.decisionId)).decision?.tenant).toBe("acme");
  const { records } = await query({ limit: 500 });
  expect(new Set(records.map((each) => each.decision?.tenant))).toEqual(new Set(["default"]));
  const followed = await tail({ from: 0n, count: 2, tenant: "acme" });
  expect(followed.map((entry) => entry.requestId)).toEqual([ids.requestId, ids.requestId]);
});

test("B15 a call without a known token is refused, and only the operator reads across tenants", async () => {
  expect(await codeOf(get("default", uuidv7(), new Metadata()))).toBe(status.UNAUTHENTICATED);
  const wrong = new Metadata();
  wrong.set("authorization", "Bearer token of ingress!");
  expect(await codeOf(get("default", uuidv7(), wrong))).toBe(status.UNAUTHENTICATED);
  expect(await codeOf(query({ tenant: "" }))).toBe(status.PERMISSION_DENIED);
  expect(await codeOf(query({ tenant: "No Tenant" }))).toBe(status.INVALID_ARGUMENT);
  expect(await codeOf(get("default", "not an id"))).toBe(status.INVALID_ARGUMENT);
  const tenants = (await query({ tenant: "" }, as("operator"))).records.map((each) => each.decision?.tenant);
  expect(new Set(tenants)).toEqual(new Set(["default", "acme"]));
});

async function countOf(filter: Partial<LedgerQueryRequest>): Promise<number> {
  return (await query({ tenant: "pages", ...filter })).records.length;
}

test("a query goes from the newest page to the oldest, and finds by key, kind and by either endpoint", async () => {
  for (let time = 0; time < 5; time += 1) await record("pages", time < 2 ? "key-a" : "key-b");
  const pages: string[][] = [];
  let beforeIndex = 0n;
  do {
    const page = await query({ tenant: "pages", limit: 2, beforeIndex });
    pages.push(page.records.map((each) => String(each.decision?.index)));
    beforeIndex = page.nextBeforeIndex;
  } while (beforeIndex > 0n);
  expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
  const indexes = pages.flat().map(Number);
  expect(indexes).toEqual(indexes.toSorted((a, b) => b - a));
  expect(await countOf({ keyId: "key-a" })).toBe(2);
  expect(await countOf({ kind: "route" })).toBe(5);
  expect(await countOf({ kind: "refuse" })).toBe(0);
  expect(await countOf({ provider: "simulator" })).toBe(5);
  // The plan's first endpoint, the one that answered, and one that was neither.
  expect(await countOf({ model: "small" })).toBe(5);
  expect(await countOf({ model: "large" })).toBe(5);
  expect(await countOf({ model: "medium" })).toBe(0);
  expect(await countOf({ toMs: 1n })).toBe(0);
});

test("a follower gets every entry once and in order, across reconnects and while the log grows", async () => {
  const ids = Array.from({ length: 150 }, () => ({ requestId: uuidv7(), decisionId: uuidv7() }));
  const tenant = "followed";
  const growing = (async () => {
    for (let at = 0; at < ids.length; at += 10) {
      await rig.enqueue(rig.policy.sign(ids.slice(at, at + 10).map((each) => decisionEvent({ ...each, tenant }))));
      await sleep(15);
    }
  })();
  const seen: LedgerEntry[] = [];
  let from = 0n;
  while (seen.length < ids.length) {
    const part = await tail({ from, count: Math.min(40, ids.length - seen.length), tenant });
    seen.push(...part);
    from = (part.at(-1)?.index ?? 0n) + 1n;
  }
  await growing;
  expect(seen.map((entry) => entry.decisionId)).toEqual(ids.map((each) => each.decisionId));
});

test("a follower of some types gets those, at once, and holds nothing up when it reads slowly", async () => {
  const from = BigInt((await rig.leaves(0)).length);
  const superseded = tail({ from, count: 1, types: ["superseded"] });
  const idle = ledger.client.tail({ tenant: "default", fromIndex: 0n, types: [] }, as("ingress"));
  idle.on("error", () => {});
  idle.pause();
  const requestId = uuidv7();
  const [first, second] = [uuidv7(), uuidv7()];
  const startedAtMs = performance.now();
  await rig.enqueue(rig.policy.sign([first, second].map((decisionId) => decisionEvent({ requestId, decisionId }))));
  await rig.enqueue(rig.dispatcher.sign([outcomeEvent({ requestId, decisionId: second })]));
  expect((await superseded)[0]).toMatchObject({ type: "superseded", decisionId: first });
  expect(performance.now() - startedAtMs).toBeLessThan(1_000);
  idle.cancel();
  const invalid = await codeOf(tail({ from: 0n, count: 1, types: ["nonsense"] }));
  expect(invalid).toBe(status.INVALID_ARGUMENT);
});

function documentOf(digest: string): Promise<LedgerDocument> {
  return new Promise((resolve, reject) => {
    ledger.client.document({ digest }, as("ingress"), (error, value) => (error ? reject(error) : resolve(value)));
  });
}

test("a document is given by its digest, and only by one", async () => {
  const body = Buffer.from(JSON.stringify(DECISION));
  const { rows } = await rig.owner.query<{ digest: string }>(
    "insert into document (digest, kind, media_type, body) values ('sha256:' || encode(sha256($1), 'hex'), 'policy', 'application/json', $1) returning digest",
    [body],
  );
  expect(await documentOf(rows[0]?.digest ?? "")).toEqual({ kind: "policy", mediaType: "application/json", body });
  expect(await codeOf(documentOf(`sha256:${"0".repeat(64)}`))).toBe(status.NOT_FOUND);
  expect(await codeOf(documentOf("policy"))).toBe(status.INVALID_ARGUMENT);
});

test("labels can be erased without touching the log", async () => {
  const ids = await record("default");
  await rig.owner.query("delete from ledger_label where request_id = $1", [ids.requestId]);
  const found = await until(async () => await get("default", ids.decisionId));
  expect(found.labelsJson).toBe("");
  expect(found.decision?.leaf.length).toBeGreaterThan(0);
});

// Last, because it stops the ledger.
test("a stop lets followers go at once, also one that does not read, with an error after which they come back", async () => {
  const open = (): { reads: ReturnType<typeof ledger.client.tail>; ended: Promise<number> } => {
    const reads = ledger.client.tail({ tenant: "default", fromIndex: 0n, types: [] }, as("ingress"));
    const ended = new Promise<number>((resolve) => {
      reads.on("error", (error: ServiceError) => {
        resolve(error.code);
      });
    });
    return { reads, ended };
  };
  const [follows, idle] = [open(), open()];
  const began = new Promise((resolve) => follows.reads.once("data", resolve));
  follows.reads.on("data", () => {});
  idle.reads.pause();
  await began;
  const startedAtMs = performance.now();
  await ledger[Symbol.asyncDispose]();
  idle.reads.resume();
  expect(await Promise.all([follows.ended, idle.ended])).toEqual([status.UNAVAILABLE, status.UNAVAILABLE]);
  expect(performance.now() - startedAtMs).toBeLessThan(3_000);
});
