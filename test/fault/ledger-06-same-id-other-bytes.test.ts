import { uuidv7 } from "@signalbox/kit";
import { PAYLOAD_TYPES } from "@signalbox/proto";
import { canonicalize, signEvents } from "@signalbox/tlog";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createProducer, decisionEvent } from "../flow/ledger-events.ts";
import { FaultRig } from "./ledger-fault-rig.ts";

/* Goal: other bytes under the id of a recorded event are an incident: kept aside, said aloud, and the leaf stands. */

let fault: FaultRig;
beforeAll(async () => {
  fault = await FaultRig.start();
});
afterAll(() => fault[Symbol.asyncDispose]());

test("B15 other bytes under a recorded event's id are kept aside and raised, and the leaf stands", async () => {
  const ledger = await fault.start();
  await fault.record(fault.sign(10));
  const since = await fault.keepCheckpoint(ledger);
  const ids = { requestId: uuidv7(), decisionId: uuidv7() };
  const [first] = fault.rig.policy.sign([decisionEvent(ids)]);
  if (first === undefined) throw new Error("nothing was signed");
  const twin = createProducer("policy", "twin");
  await fault.rig.register(twin);
  const stamp = { eventId: first.eventId, producer: { service: "policy", instance: "twin", seq: 1 }, atMs: 1 };
  const payload = Buffer.from(canonicalize({ ...decisionEvent({ ...ids, keyId: "another" }).event, ...stamp }));
  const [envelope] = signEvents([{ payloadType: PAYLOAD_TYPES.decision, payload }], twin);
  if (envelope === undefined) throw new Error("nothing was signed");
  await fault.record([first]);
  expect(await fault.rig.receipt(first.eventId)).toMatchObject({ status: "committed" });
  await fault.rig.enqueue([{ ...first, envelope }]);
  const receipt = await fault.rig.receipt(first.eventId);
  expect(receipt).toMatchObject({ status: "quarantined", reason: "event-id-conflict" });
  expect(ledger.said).toContain("event-id-conflict");
  expect(await fault.rig.quarantined()).toEqual([{ reason: "event-id-conflict", event_id: first.eventId }]);
  const leaves = (await fault.rig.leaves(0)).filter(({ eventId }) => eventId === first.eventId);
  expect(leaves.map(({ bytes }) => bytes)).toEqual([Buffer.from(first.envelope)]);
  expect(await fault.wrongWith(ledger, since)).toEqual([]);
});
