import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { delta, DONE, type ReceivedRequest, type Script, usageChunk } from "../kit/upstream.ts";
import { CHAT, type DispatchRig, type Sent, startDispatchRig } from "./dispatch-rig.ts";

let rig: DispatchRig;
beforeAll(async () => {
  rig = await startDispatchRig();
});
afterAll(() => rig[Symbol.asyncDispose]());

const STREAM = { ...CHAT, stream: true };
const ABORT_WITHIN_MS = 1_000;
const long = { waitMs: 30_000 };

async function cancelWhen(
  script: Script,
  body: object,
  ready: (sent: Sent) => Promise<unknown>,
): Promise<[Sent, ReceivedRequest]> {
  const before = rig.one.received.length;
  rig.one.next(script);
  const sent = await rig.send(body);
  await rig.one.arrived(before + 1);
  await ready(sent);
  const cancelledMs = Date.now();
  sent.cancel();
  const received = rig.one.received[before]!;
  await received.closed;
  expect(Date.now() - cancelledMs).toBeLessThan(ABORT_WITHIN_MS);
  expect(received.abortedAtMs).not.toBeNull();
  return [sent, received];
}

describe("B3 a client that leaves takes the provider's request with it, and one outcome says so", () => {
  test("before the answer's head: nothing was observed, nothing is billed", async () => {
    const [sent] = await cancelWhen({ before: [long], steps: [] }, CHAT, () => sleep(50));
    expect(await rig.outcomeOf(sent.requestId)).toMatchObject({
      result: "client-aborted",
      error: "client-aborted",
      attempts: [{ result: "aborted", httpStatus: null }],
      usage: { source: "none" },
      costPicoUsd: "0",
    });
  });

  test("after the first token: billed by what came", async () => {
    const script = { steps: [delta({ content: "x".repeat(40) }), long] };
    const [sent] = await cancelWhen(script, STREAM, (each) => each.content(1));
    expect(await rig.outcomeOf(sent.requestId)).toMatchObject({
      result: "client-aborted",
      endpoint: "one/model-one",
      usage: { inputTokens: 7, outputTokens: 10, source: "estimated" },
      costPicoUsd: String(7n * 1_000_000n + 10n * 2_000_000n),
    });
  });

  test("after the usage chunk and before [DONE]: billed by what was reported", async () => {
    const script = { steps: [delta({ content: "x" }), delta({}, "stop"), usageChunk(), long, DONE] };
    const [sent] = await cancelWhen(script, STREAM, async (each) => {
      await each.content(1);
      await sleep(50);
    });
    expect(await rig.outcomeOf(sent.requestId)).toMatchObject({
      result: "client-aborted",
      usage: { inputTokens: 9, outputTokens: 12, source: "reported" },
    });
  });

  test("in the middle of a whole answer", async () => {
    const script = { headers: { "content-type": "application/json" }, steps: [{ send: '{"choices":' }, long] };
    const [sent] = await cancelWhen(script, CHAT, () => sleep(50));
    expect(await rig.outcomeOf(sent.requestId)).toMatchObject({
      result: "client-aborted",
      usage: { source: "estimated" },
    });
    await sleep(100);
    expect(rig.outcomeCount(sent.requestId)).toBe(1);
  });

  test("while it reads too slowly to be written to", async () => {
    const script = { steps: [...Array.from({ length: 400 }, () => delta({ content: "x".repeat(65_536) })), long] };
    const [sent] = await cancelWhen(script, STREAM, async (each) => {
      each.call.pause();
      await sleep(300);
    });
    expect(await rig.outcomeOf(sent.requestId)).toMatchObject({ result: "client-aborted" });
  });
});

test("B12 a slow reader slows the provider down and loses nothing", async () => {
  let sentPieces = 0;
  const piece = "y".repeat(65_536);
  const pieces = Array.from({ length: 400 }, () => ({
    send: { ...(delta({ content: piece }) as { send: object }).send, n: (sentPieces += 1) },
  }));
  rig.one.next({ steps: [...pieces, delta({}, "stop"), usageChunk(), DONE] });
  const sent = await rig.send(STREAM);
  await sent.content(1);
  sent.call.pause();
  await sleep(400);
  const receivedMidway = rig.one.received.at(-1)!;
  expect(receivedMidway.abortedAtMs).toBeNull();
  const finishedEarly = await Promise.race([receivedMidway.closed.then(() => true), sleep(10).then(() => false)]);
  expect(finishedEarly).toBe(false);
  sent.call.resume();
  const { text, error } = await sent.exchange;
  expect(error).toBeNull();
  expect(text.split(piece).length - 1).toBe(400);
});
