import { createHash } from "node:crypto";
import type { ServerReadableStream, sendUnaryData } from "@grpc/grpc-js";
import { uuidv7 } from "@signalbox/kit";
import { startGrpcServer } from "@signalbox/kit/grpc";
import { AUDIT_STREAM, NO_USAGE, OutcomeEvent, receiptSubject } from "@signalbox/proto";
import { CacheService, type CacheStoreRequest, type CacheStoreResponse } from "@signalbox/proto/grpc/cache";
import { decodeAuditMessage } from "@signalbox/kit";
import { parseEnvelope } from "@signalbox/tlog";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { delta, streamed, whole } from "../kit/upstream.ts";
import { CHAT, OWN_TOKEN, type DispatchRig, startDispatchRig, wordsIn } from "./dispatch-rig.ts";

const STREAM = { ...CHAT, stream: true };

describe("no answer is final without its record", () => {
  test("with the ledger's stream gone, the stream ends in an error and has no end of its own", async () => {
    await using rig = await startDispatchRig();
    const manager = await rig.operator.jetstreamManager();
    await manager.streams.delete(AUDIT_STREAM.name);
    rig.one.next(streamed("Hello"));
    const { exchange } = await rig.send(STREAM);
    const { frames, text, error } = await exchange;
    expect([frames.at(-1), error?.code, text.includes("[DONE]")]).toEqual(["error", "audit-unavailable", false]);
  });

  test("in sync mode the final frame waits for the ledger's receipt", async () => {
    await using rig = await startDispatchRig({ instance: "synced" });
    const { promise: recorded, resolve } = Promise.withResolvers<string>();
    rig.operator.subscribe("signalbox.v1.event.outcome.*", {
      callback: (_error, message) => {
        for (const { envelope } of decodeAuditMessage(message.data)) {
          const payload = Buffer.from(parseEnvelope(envelope)!.payload).toString("utf8");
          resolve(OutcomeEvent.parse(JSON.parse(payload)).eventId);
        }
      },
    });
    rig.one.next(whole("Hello"));
    const sent = await rig.send(CHAT, { audit: "sync" });
    const eventId = await recorded;
    const early = await Promise.race([sent.exchange, new Promise((done) => setTimeout(done, 200, "waiting"))]);
    expect(early).toBe("waiting");
    const receipt = { events: [{ status: "committed", eventId, index: 1 }] };
    rig.operator.publish(receiptSubject("synced"), JSON.stringify(receipt));
    expect((await sent.exchange).frames.at(-1)).toBe("final");
  });

  test("in sync mode a ledger that says nothing is waited for as long as is declared, and no longer", async () => {
    await using rig = await startDispatchRig({ receiptTimeoutMs: 300 });
    rig.one.next(whole("Hello"));
    const { exchange } = await rig.send(CHAT, { audit: "sync" });
    const askedMs = performance.now();
    const { frames, error } = await exchange;
    expect([frames.at(-1), error?.code]).toEqual(["error", "audit-unavailable"]);
    expect(performance.now() - askedMs).toBeLessThan(1_500);
  });
});

const stored: { header: unknown; body: string }[] = [];

function store(
  call: ServerReadableStream<CacheStoreRequest, CacheStoreResponse>,
  reply: sendUnaryData<CacheStoreResponse>,
): void {
  const pieces: Buffer[] = [];
  let header: unknown;
  call.on("data", ({ part }: CacheStoreRequest) => {
    if (part?.$case === "header") header = part.value;
    else if (part !== undefined) pieces.push(part.value);
  });
  call.on("end", () => {
    stored.push({ header, body: Buffer.concat(pieces).toString("utf8") });
    reply(null, { stored: true, entryId: "e" });
  });
}

function read(): void {}

test("B15 a request that a stop breaks off is recorded as the dispatcher's failure, not as its client's", async () => {
  await using rig = await startDispatchRig();
  rig.one.next({ steps: [delta({ content: "half" }), { waitMs: 60_000 }] });
  const sent = await rig.send(STREAM);
  await sent.content(1);
  await rig.service[Symbol.asyncDispose]();
  const { text, frames, error } = await sent.exchange;
  expect([wordsIn(text), frames.at(-1), error?.code]).toEqual(["half", "error", "dispatcher-lost"]);
  expect(await rig.outcomeOf(sent.requestId)).toMatchObject({
    result: "failed",
    error: "dispatcher-lost",
    stage: "dispatcher",
    usage: { outputTokens: 1, source: "estimated" },
  });
  expect(rig.one.received[0]?.abortedAtMs).not.toBeNull();
});

describe("a complete answer goes to the cache when the decision says so", () => {
  let rig: DispatchRig;
  let cache: Awaited<ReturnType<typeof startGrpcServer>>;

  beforeAll(async () => {
    rig = await startDispatchRig();
    const callers = { dispatcher: `sha256:${createHash("sha256").update(OWN_TOKEN).digest("hex")}` };
    cache = await startGrpcServer({ host: "127.0.0.1", port: 0, advertiseHost: null, callers }, [
      { definition: CacheService, implementation: { store, read }, only: { store: "dispatcher" } },
    ]);
  });
  afterAll(async () => {
    await rig[Symbol.asyncDispose]();
    await cache[Symbol.asyncDispose]();
  });

  const key = createHash("sha256").update("k").digest("hex");
  const order = (): object => ({ requestId: uuidv7(), store: { address: cache.address, key, ttlSeconds: 60 } });

  test("a whole one as the provider sent it, and a streamed one put together to the same", async () => {
    rig.one.next(whole("Hello 🚦"));
    await (
      await rig.send(CHAT, order())
    ).exchange;
    await expect.poll(() => stored.length).toBe(1);
    rig.one.next(streamed("Hello ", "🚦"));
    await (
      await rig.send(STREAM, order())
    ).exchange;
    await expect.poll(() => stored.length).toBe(2);
    const [first, second] = stored.map(({ body }) => JSON.parse(body) as { choices: { message: object }[] });
    expect(first?.choices[0]?.message).toMatchObject({ content: "Hello 🚦" });
    expect(second?.choices[0]?.message).toMatchObject({ content: "Hello 🚦" });
    expect(stored[0]?.header).toMatchObject({
      tenant: "acme",
      key,
      endpoint: "one/model-one",
      dialect: "openai-chat",
      ttlSeconds: 60,
      usageJson: JSON.stringify({ ...NO_USAGE, inputTokens: 9, outputTokens: 12, source: "reported" }),
      bodyBytes: Buffer.byteLength(stored[0]?.body ?? ""),
    });
  });

  test("B14 but never one that was cut off", async () => {
    const before = stored.length;
    rig.one.next({ steps: [delta({ content: "half" })] });
    await (
      await rig.send(STREAM, order())
    ).exchange;
    await new Promise((done) => setTimeout(done, 100));
    expect(stored.length).toBe(before);
  });
});
