import { uuidv7 } from "@signalbox/kit";
import { AUDIT_STREAM, heartbeatSubject, type Heartbeat } from "@signalbox/proto";
import { verifyEnvelope } from "@signalbox/tlog";
import { nanos } from "nats";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decisionEvent, outcomeEvent, type SignedEvent } from "./ledger-events.ts";
import { headOf, rootOf, startLedgerRig, until, type Leaf, type Ledger, type LedgerRig } from "./ledger-rig.ts";

let rig: LedgerRig;
let ledger: Ledger;
beforeAll(async () => {
  rig = await startLedgerRig();
  ledger = await rig.start();
});
afterAll(() => rig[Symbol.asyncDispose]());

async function leavesOf(requestId: string, count: number): Promise<Leaf[]> {
  return await until(async () => {
    const leaves = (await rig.leaves(0)).filter((leaf) => leaf.requestId === requestId);
    return leaves.length >= count ? leaves : undefined;
  }, 60_000);
}

test("the outcome closes the request's other decisions as superseded, signed by the ledger", async () => {
  const requestId = uuidv7();
  const [first, second, third] = [uuidv7(), uuidv7(), uuidv7()];
  const decisions = [first, second, third].map((decisionId) => decisionEvent({ requestId, decisionId }));
  await rig.enqueue(rig.policy.sign(decisions.slice(0, 2)));
  await leavesOf(requestId, 2);
  await rig.enqueue(rig.policy.sign(decisions.slice(2)));
  await rig.enqueue(rig.dispatcher.sign([outcomeEvent({ requestId, decisionId: second })]));
  const leaves = await leavesOf(requestId, 6);
  expect(leaves.map(({ type }) => type)).toEqual([
    "decision",
    "decision",
    "decision",
    "outcome",
    "superseded",
    "superseded",
  ]);
  expect(leaves.slice(4).map(({ event }) => [event["decisionId"], event["by"]])).toEqual([
    [first, second],
    [third, second],
  ]);
  const keys = new Map([[rig.own.keyId, rig.own.publicKey]]);
  expect(leaves.map(({ bytes }) => verifyEnvelope(bytes, keys).ok)).toEqual([false, false, false, false, true, true]);
});

test("a decision that comes after its request's outcome is closed at once, unless the outcome names it", async () => {
  const requestId = uuidv7();
  const [late, named] = [uuidv7(), uuidv7()];
  await rig.enqueue(rig.dispatcher.sign([outcomeEvent({ requestId, decisionId: named })]));
  await leavesOf(requestId, 1);
  await rig.enqueue(rig.policy.sign([decisionEvent({ requestId, decisionId: late })]));
  await leavesOf(requestId, 3);
  await rig.enqueue(rig.policy.sign([decisionEvent({ requestId, decisionId: named })]));
  const leaves = await leavesOf(requestId, 4);
  expect(leaves.map(({ type, decisionId }) => [type, decisionId])).toEqual([
    ["outcome", named],
    ["decision", late],
    ["superseded", late],
    ["decision", named],
  ]);
  expect(leaves[2]?.event["by"]).toBe(named);
});

test("a request that failed before any of its decisions was executed leaves none of them open", async () => {
  const [requestId, decisionId] = [uuidv7(), uuidv7()];
  await rig.enqueue(rig.policy.sign([decisionEvent({ requestId, decisionId })]));
  await rig.enqueue(rig.dispatcher.sign([outcomeEvent({ requestId, decisionId: null })]));
  const leaves = await leavesOf(requestId, 3);
  expect(leaves[2]).toMatchObject({ type: "superseded", decisionId, event: { by: null } });
});

/** Puts an event into the queue and fetches it as a ledger does that dies before its commit. */
async function takeAsDyingLedger(events: readonly SignedEvent[]): Promise<void> {
  const { name, consumer } = AUDIT_STREAM;
  const manager = await rig.operator.jetstreamManager();
  await manager.consumers.update(name, consumer, { ack_wait: nanos(18_000) });
  await rig.enqueue(events);
  const next = `$JS.API.CONSUMER.MSG.NEXT.${name}.${consumer}`;
  const pull = JSON.stringify({ batch: 1, expires: nanos(5_000) });
  const message = await rig.operator.request(next, pull, { timeout: 5_000, noMux: true });
  expect(message.reply).toContain("$JS.ACK");
}

test("within a minute a request whose dispatcher fell silent is abandoned, but none that is named or whose outcome waits", async () => {
  const [lost, alive, unread] = [uuidv7(), uuidv7(), uuidv7()];
  const [earlier, latest] = [uuidv7(), uuidv7()];
  const beat = (): void => {
    const heartbeat: Heartbeat = { instance: "d1", requestIds: [alive] };
    rig.operator.publish(heartbeatSubject("dispatcher", "d1"), JSON.stringify(heartbeat));
  };
  const beating = setInterval(beat, 1_000);
  await rig.enqueue(
    rig.policy.sign([
      decisionEvent({ requestId: lost, decisionId: earlier }),
      decisionEvent({ requestId: lost, decisionId: latest }),
      decisionEvent({ requestId: alive, decisionId: uuidv7() }),
      decisionEvent({ requestId: unread, decisionId: uuidv7() }),
    ]),
  );
  // A new sequencer finds the open requests in the log.
  await leavesOf(unread, 1);
  await ledger[Symbol.asyncDispose]();
  await takeAsDyingLedger(rig.dispatcher.sign([outcomeEvent({ requestId: unread, decisionId: null })]));
  ledger = await rig.start();
  const startedAtMs = performance.now();
  const leaves = await leavesOf(lost, 4);
  expect(performance.now() - startedAtMs).toBeLessThan(60_000);
  expect(performance.now() - startedAtMs).toBeGreaterThan(14_000);
  expect(leaves.slice(2)).toMatchObject([
    { type: "outcome", decisionId: latest, event: { result: "abandoned", error: "dispatcher-lost", stream: true } },
    { type: "superseded", decisionId: earlier, event: { by: latest } },
  ]);
  expect(await leavesOf(alive, 1)).toHaveLength(1);
  expect((await leavesOf(unread, 3)).map(({ type, event }) => [type, event["result"]])).toEqual([
    ["decision", undefined],
    ["outcome", "completed"],
    ["superseded", undefined],
  ]);
  clearInterval(beating);

  // The dispatcher was not dead after all: its own outcome comes too late.
  const [late] = rig.dispatcher.sign([outcomeEvent({ requestId: lost, decisionId: latest })]);
  if (late === undefined) throw new Error("nothing was signed");
  await rig.enqueue([late]);
  expect(await rig.receipt(late.eventId)).toMatchObject({ status: "quarantined", reason: "second-outcome" });
  const all = await rig.leaves(0);
  expect(await headOf(rig.owner)).toEqual({ size: all.length, root: rootOf(all) });
}, 90_000);
