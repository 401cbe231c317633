import { generateKeyPairSync } from "node:crypto";
import { status } from "@grpc/grpc-js";
import { callerOf } from "@signalbox/kit/grpc";
import { uuidv7 } from "@signalbox/kit";
import { SignalboxError } from "@signalbox/proto";
import type { LedgerEntry, LedgerRecord, LedgerQueryRequest } from "@signalbox/proto/grpc/ledger";
import { signEvents } from "@signalbox/tlog";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startIngressRig, type IngressRig } from "./ingress-rig.ts";

const KEY_ID = `sha256:${"0".repeat(64)}`;
/** Ids of a moment ago would be asked for again. */
const MADE_AT_MS = Date.now() - 60_000;
const DECISION_ID = uuidv7(MADE_AT_MS);
const REQUEST_ID = uuidv7(MADE_AT_MS);

const { privateKey } = generateKeyPairSync("ed25519");

function entryOf(index: number, type: string, event: object): LedgerEntry {
  const payload = Buffer.from(JSON.stringify(event));
  const payloadType = `application/vnd.signalbox.${type}.v1+json`;
  const [leaf] = signEvents([{ payload, payloadType }], { keyId: KEY_ID, privateKey });
  return {
    index: BigInt(index),
    eventId: uuidv7(),
    type,
    tenant: "alice",
    requestId: REQUEST_ID,
    decisionId: DECISION_ID,
    leaf: leaf!,
    atMs: 1n,
  };
}

const DECISION = { schema: "x", decisionId: DECISION_ID };
const OUTCOME = { schema: "y", result: "completed" };
const RECORD: LedgerRecord = {
  decision: entryOf(7, "decision", DECISION),
  outcome: entryOf(8, "outcome", OUTCOME),
  related: [entryOf(9, "superseded", { schema: "z" })],
  labelsJson: '{"user":"jane"}',
};

let rig: IngressRig;
let queries: LedgerQueryRequest[] = [];
const asked: [string, string][] = [];
const tailed: [string, string][] = [];
/** A decision whose record waits in the queue while it is asked for twice. */
const queued = { id: "", asked: 0 };
beforeAll(async () => {
  rig = await startIngressRig({
    ledger: {
      get: (call, reply) => {
        const { tenant, id } = call.request;
        asked.push([callerOf(call.metadata), tenant]);
        const isMine = tenant === "" || tenant === "alice";
        if (isMine && (id === DECISION_ID || id === REQUEST_ID)) return reply(null, RECORD);
        if (id === queued.id && (queued.asked += 1) > 2) return reply(null, RECORD);
        const error = new SignalboxError("not-found", "The register holds no such decision.");
        return reply({ code: status.NOT_FOUND, details: JSON.stringify(error.toJSON()) });
      },
      query: (call, reply) => {
        queries.push(call.request);
        reply(null, {
          records: [RECORD],
          ...(call.request.oldestFirst
            ? { nextBeforeIndex: 0n, nextFromIndex: 9n }
            : { nextBeforeIndex: 7n, nextFromIndex: 0n }),
        });
      },
      replay: (call) => {
        call.write({
          decisionId: call.request.decisionId,
          index: 7n,
          identical: false,
          differences: [{ path: "/action/plan/0", recordedJson: '"a/b"', replayedJson: "" }],
          error: "",
        });
        call.end();
      },
      tail: (call) => {
        const { fromIndex, types, tenant } = call.request;
        tailed.push([callerOf(call.metadata), tenant]);
        for (let index = Number(fromIndex); index < 5; index += 1) {
          const entry = entryOf(index, index % 2 === 0 ? "decision" : "outcome", { n: index });
          if (types.length === 0 || types.includes(entry.type)) call.write(entry);
        }
        // Dies once it has told what it knows, as a ledger that is started again does.
        if (fromIndex < 5n) call.emit("error", { code: status.UNAVAILABLE, details: "gone" });
        else call.write(entryOf(Number(fromIndex), "decision", { n: Number(fromIndex) }));
      },
    },
  });
});
afterAll(() => rig[Symbol.asyncDispose]());

async function read(
  path: string,
  key = rig.memberKey,
  init: RequestInit = {},
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(rig.baseUrl + path, { ...init, headers: { authorization: `Bearer ${key}` } });
  return { status: response.status, body: await response.json() };
}

test.each([
  ["decision", DECISION_ID],
  ["request", REQUEST_ID],
])("a %s id shows the whole record", async (_kind, id) => {
  expect(await read(`/v1/decisions/${id}`)).toEqual({
    status: 200,
    body: {
      object: "decision",
      index: 7,
      decisionId: DECISION_ID,
      requestId: REQUEST_ID,
      decision: DECISION,
      outcome: OUTCOME,
      related: [expect.objectContaining({ index: 9, type: "superseded", event: { schema: "z" } })],
      labels: { user: "jane" },
      explanation: [],
    },
  });
});

test("a tenant reads its own records alone; an admin all, with the operator's credential", async () => {
  asked.length = 0;
  expect(await read(`/v1/decisions/${DECISION_ID}`, rig.otherTenantKey)).toMatchObject({ status: 404 });
  expect(await read(`/v1/decisions/${DECISION_ID}`, rig.adminKey)).toMatchObject({ status: 200 });
  expect(asked).toEqual([
    ["ingress", "bob"],
    ["operator", ""],
  ]);
  expect(await read("/v1/decisions/not-an-id")).toMatchObject({ status: 404, body: { error: { code: "not_found" } } });
});

test("a decision can be read as soon as its answer names it, though its record is still on its way", async () => {
  Object.assign(queued, { id: uuidv7(), asked: 0 });
  expect(await read(`/v1/decisions/${queued.id}`)).toMatchObject({ status: 200 });
  expect(queued.asked).toBe(3);
});

test("the list takes filters and says where its next page starts", async () => {
  queries = [];
  const list = await read(
    "/v1/decisions?model=auto&provider=mock&kind=route&key=0123&from=1000&to=2026-01-01&limit=2&before=99" +
      "&reason=cheapest+good&tag=team:red&min_cost_pico_usd=5&max_cost_pico_usd=70000000000",
  );
  expect(list).toMatchObject({ status: 200, body: { object: "list", has_more: true, next_before: 7 } });
  expect(queries).toEqual([
    {
      tenant: "alice",
      fromMs: 1_000n,
      toMs: BigInt(Date.parse("2026-01-01")),
      keyId: "0123",
      model: "auto",
      provider: "mock",
      kind: "route",
      limit: 2,
      beforeIndex: 99n,
      reason: "cheapest good",
      tag: expect.stringMatching(/^hmac-sha256:[0-9a-f]{64}$/),
      minCostPicoUsd: "5",
      maxCostPicoUsd: "70000000000",
      oldestFirst: false,
      fromIndex: 0n,
    },
  ]);
  const oldest = await read("/v1/decisions?order=asc&from_index=12");
  expect(oldest).toMatchObject({ status: 200, body: { has_more: true, next_before: null, next_from_index: 9 } });
  expect(queries.at(-1)).toMatchObject({ oldestFirst: true, fromIndex: 12n, beforeIndex: 0n });
});

test.each(["limit=0", "limit=501", "kind=none", "order=up", "from_index=-1", "from=yesterday", "nothing=1"])(
  "the filter %s is refused with its name",
  async (query) => {
    const [param] = query.split("=");
    expect(await read(`/v1/decisions?${query}`)).toMatchObject({ status: 400, body: { error: { param } } });
  },
);

test("a replay says which fields differ", async () => {
  expect(await read(`/v1/decisions/${REQUEST_ID}/replay`, rig.memberKey, { method: "POST" })).toEqual({
    status: 200,
    body: { identical: false, differences: [{ path: "/action/plan/0", recorded: "a/b" }] },
  });
});

async function events(path: string, count: number, headers: Record<string, string> = {}): Promise<string[]> {
  const abort = new AbortController();
  const response = await fetch(rig.baseUrl + path, {
    headers: { authorization: `Bearer ${rig.memberKey}`, ...headers },
    signal: abort.signal,
  });
  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body!) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.split("\ndata: ").length > count) break;
  }
  abort.abort();
  return text.split("\n\n").filter((event) => event.includes("data: "));
}

test("the register is followed by index, over a ledger that goes away, without a gap or a repetition", async () => {
  const all = await events("/v1/events?from=2", 4);
  expect(all.map((event) => /^id: (\d+)$/m.exec(event)?.[1])).toEqual(["2", "3", "4", "5"]);
  const first = all[0]!.split("\n");
  expect(first).toContain("event: decision");
  expect(JSON.parse(first.find((line) => line.startsWith("data: "))!.slice(6))).toEqual({
    index: 2,
    eventId: expect.any(String),
    type: "decision",
    requestId: REQUEST_ID,
    decisionId: DECISION_ID,
    event: { n: 2 },
  });
});

test("the index to begin at has a word of its own, and a second word for it is refused beside it", async () => {
  const [first] = await events("/v1/events?from_index=4", 1);
  expect(first).toContain("id: 4\n");
  const wrong = { "from_index=-1": "from_index", "from=2026-11-01": "from", "from=1&from_index=1": "from" };
  for (const [query, param] of Object.entries(wrong)) {
    expect(await read(`/v1/events?${query}`)).toMatchObject({ status: 400, body: { error: { param } } });
  }
});

test("a reader that comes back with Last-Event-ID goes on behind it, and gets the types that it asks for", async () => {
  const [next] = await events("/v1/events?from=0&types=outcome", 1, { "last-event-id": "1" });
  expect(next).toContain("id: 3\n");
});

test("who reaches all tenants follows all of them or one; who does not follows its own alone", async () => {
  tailed.length = 0;
  for (const [key, tenant] of [
    [rig.adminKey, ""],
    [rig.adminKey, "alice"],
    [rig.memberKey, ""],
    [rig.memberKey, "alice"],
  ] as const) {
    const query = tenant === "" ? "" : `&tenant=${tenant}`;
    await events(`/v1/events?from=5${query}`, 1, { authorization: `Bearer ${key}` });
  }
  expect(tailed).toEqual([
    ["operator", ""],
    ["operator", "alice"],
    ["ingress", "alice"],
    ["ingress", "alice"],
  ]);
  expect(await read("/v1/events?tenant=bob")).toMatchObject({ status: 403 });
  expect(await read("/v1/events?tenant=No%20Name", rig.adminKey)).toMatchObject({
    status: 400,
    body: { error: { param: "tenant" } },
  });
});

test("a feed ends when its key is revoked, within about a second", async () => {
  const made = await fetch(`${rig.baseUrl}/v1/keys`, {
    method: "POST",
    headers: { authorization: `Bearer ${rig.adminKey}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "reader" }),
  });
  const { key, id } = (await made.json()) as { key: string; id: string };
  const feed = await fetch(`${rig.baseUrl}/v1/events?from=10`, { headers: { authorization: `Bearer ${key}` } });
  await fetch(`${rig.baseUrl}/v1/keys/${id}`, {
    method: "DELETE",
    headers: { authorization: `Bearer ${rig.adminKey}` },
  });
  const revokedMs = performance.now();
  await feed.text();
  expect(performance.now() - revokedMs).toBeLessThan(1_000);
});

test("a conversation is not compacted here, which is said in words", async () => {
  const response = await fetch(`${rig.baseUrl}/v1/responses/compact`, {
    method: "POST",
    headers: { authorization: `Bearer ${rig.memberKey}`, "content-type": "application/json" },
    body: "{}",
  });
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({
    error: { code: "not_found", message: expect.stringContaining("'responses/compact' is not served here") },
  });
});

async function textOf(path: string): Promise<string> {
  return (await fetch(rig.baseUrl + path)).text();
}

test("health, readiness and metrics need no key, and no label holds what a caller made up", async () => {
  expect(await textOf("/healthz")).toBe("ok\n");
  expect(JSON.parse(await textOf("/readyz"))).toMatchObject({
    status: "ready",
    dependencies: { nats: { state: "ok" } },
  });
  await read("/v1/models/made-up-by-a-caller");
  const metrics = await textOf("/metrics");
  expect(metrics).toMatch(/signalbox_ingress_requests_total\{route="\/v1\/models\/\*",status="404"\} [1-9]/);
  expect(metrics).toMatch(/signalbox_ingress_errors_total\{code="model-not-found"\} [1-9]/);
  expect(metrics).toContain("signalbox_ingress_in_flight 0");
  expect(metrics).not.toContain("made-up");
});

test("a ledger that is not there is a typed 503", async () => {
  await using lonely = await startIngressRig({}, { ledgerAddress: "127.0.0.1:1" });
  const response = await fetch(`${lonely.baseUrl}/v1/decisions`, {
    headers: { authorization: `Bearer ${lonely.memberKey}` },
  });
  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toBe("1");
  expect(await response.json()).toMatchObject({ error: { code: "stage_unavailable" } });
});
