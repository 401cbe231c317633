import { endpoint } from "@signalbox/decision/fixtures/documents";
import { loadEngine } from "@signalbox/kit";
import { AUDIT_STREAM, Receipt, eventSubject, receiptSubject, type DecisionEvent } from "@signalbox/proto";
import { sha256Digest } from "@signalbox/tlog";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startPolicyRig, type PolicyRig } from "./policy-rig.ts";

let rig: PolicyRig;
beforeAll(async () => {
  rig = await startPolicyRig([endpoint("a/one"), endpoint("b/two")]);
  await rig.listenAsDispatcher();
});
afterAll(() => rig[Symbol.asyncDispose]());

async function query(role: "policy" | "audit-ledger", text: string, values: unknown[] = []) {
  const client = new Client({ connectionString: rig.db.urlFor(role) });
  await client.connect();
  try {
    return (await client.query<{ kind: string; body: Buffer }>(text, values)).rows;
  } finally {
    await client.end();
  }
}

async function bodyOf(digest: string): Promise<string> {
  const [row] = await query("audit-ledger", "select kind, body from document where digest = $1", [digest]);
  expect(sha256Digest(row?.body ?? "")).toBe(digest);
  return row?.body.toString("utf8") ?? "";
}

async function replay({ input }: DecisionEvent) {
  const { engine, policy, catalogue, health } = input.documents;
  const texts = { policy: await bodyOf(policy), catalogue: await bodyOf(catalogue), health: await bodyOf(health) };
  return loadEngine(await bodyOf(engine)).decide(input, texts);
}

test("the ledger replays a decision from what was recorded and kept", async () => {
  await using _policy = await rig.start();
  const { recorded } = await rig.send();
  const [event] = recorded;
  expect(event).toBeDefined();
  expect(event === undefined ? null : await replay(event)).toEqual(event?.decision);
});

test("a restart keeps nothing twice", async () => {
  const kept = await query("audit-ledger", "select kind, body from document");
  await using _policy = await rig.start();
  expect(await query("audit-ledger", "select kind, body from document")).toEqual(kept);
});

test("policy can neither change nor remove a document, nor keep one under another's name", async () => {
  await expect(query("policy", "update document set body = 'x'")).rejects.toThrow("permission denied");
  await expect(query("policy", "delete from document")).rejects.toThrow("permission denied");
  const forged =
    "insert into document (digest, kind, media_type, body) values ($1, 'policy', 'application/json', '{}')";
  await expect(query("policy", forged, [`sha256:${"0".repeat(64)}`])).rejects.toThrow("document_is_what_it_is_named");
});

test("a synchronous decision is carried out after the ledger's receipt, and not before", async () => {
  await using _policy = await rig.start();
  const receiptAfterMs = 300;
  const subscription = rig.operator.subscribe(eventSubject("decision", "*"), {
    callback: (_error, message) => {
      // The envelope is opened by the rig; the receipt needs no more of it than who made which event.
      const payload = /"payload":"([^"]+)"/.exec(message.string())?.[1] ?? "";
      const event = JSON.parse(Buffer.from(payload, "base64").toString()) as DecisionEvent;
      const receipt = Receipt.parse({ events: [{ status: "committed", eventId: event.eventId, index: 0 }] });
      setTimeout(() => {
        rig.operator.publish(receiptSubject(event.producer.instance), JSON.stringify(receipt));
      }, receiptAfterMs);
    },
  });
  const startedAtMs = performance.now();
  const answer = await rig.send({ facts: { audit: "sync" } });
  subscription.unsubscribe();
  expect(answer.kind).toBe("order");
  expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(receiptAfterMs - 1);
});

test("a synchronous decision without a receipt is given up while its request still has time to be told", async () => {
  await using _policy = await rig.start();
  const deadlineInMs = 700;
  const startedAtMs = performance.now();
  const answer = await rig.send({ facts: { audit: "sync" }, deadlineInMs });
  expect(performance.now() - startedAtMs).toBeLessThan(deadlineInMs);
  expect(answer).toMatchObject({ kind: "reply", reply: { kind: "failed", error: { code: "audit-unavailable" } } });
  expect(answer.recorded).toHaveLength(1);
});

test("a decision that cannot be recorded is not carried out", async () => {
  await using _policy = await rig.start();
  const streams = await rig.operator.jetstreamManager();
  const { config } = await streams.streams.info(AUDIT_STREAM.name);
  await streams.streams.delete(AUDIT_STREAM.name);
  const answer = await rig.send();
  await streams.streams.add(config);
  expect(answer).toMatchObject({
    kind: "reply",
    reply: {
      kind: "failed",
      decisionId: null,
      error: { code: "audit-unavailable", details: { stage: "audit-ledger", retryAfterMs: 1_000 } },
    },
  });
  expect((await rig.send()).kind).toBe("order");
});
