import { DEFAULT_STREAM_LIMITS, ensureStreams } from "@signalbox/infra/nats/streams.ts";
import { uuidv7 } from "@signalbox/kit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decisionEvent } from "../flow/ledger-events.ts";
import { until } from "../flow/ledger-rig.ts";
import { FaultRig } from "./ledger-fault-rig.ts";

/*
 * Goal: the queue's files are removed under a stopped server, with acknowledged events in them. What producers send
 * again, as those do that wait for the ledger's receipt, is recorded; what nobody sends again is named missing by its
 * producer's numbers.
 */

const GAP_AFTER_MS = 10_000;

let fault: FaultRig;
beforeAll(async () => {
  fault = await FaultRig.start();
});
afterAll(() => fault[Symbol.asyncDispose]());

test("B15 a wiped queue shows in the register, by the numbers of the events that never came", async () => {
  const { nats } = fault.rig;
  const config = { gapAfterMs: GAP_AFTER_MS };
  const stopped = await fault.start({ config });
  await fault.record(fault.sign(10));
  const since = await fault.keepCheckpoint(stopped);
  await stopped.end("SIGTERM");
  const wiped = signDecisions(10);
  await fault.rig.enqueue(wiped);
  await nats.end("SIGTERM");
  await nats.wipe();
  await nats.startAgain();
  await ensureStreams(nats.operatorUrl, DEFAULT_STREAM_LIMITS);
  await fault.hastenRedelivery();
  const ledger = await fault.start({ config });
  // Numbers 11 to 20 are the policy's ten that were wiped; it sends every second one again, and goes on.
  await fault.record(wiped.filter((_, at) => at % 2 === 0));
  await fault.record(signDecisions(3));
  const gap = await until(async () => {
    return (await fault.rig.leaves(0)).find(({ type }) => type === "gap");
  }, 90_000);
  expect(gap.event).toMatchObject({
    service: "policy",
    instance: "policy",
    missing: [12, 14, 16, 18, 20].map((seq) => ({ first: seq, last: seq })),
  });
  expect(await fault.wrongWith(ledger, since)).toEqual([]);
});

function signDecisions(count: number): ReturnType<FaultRig["sign"]> {
  const parts = Array.from({ length: count }, () => ({ requestId: uuidv7(), decisionId: uuidv7() }));
  return fault.rig.policy.sign(parts.map(decisionEvent));
}
