import { uuidv7 } from "@signalbox/kit";
import { encodeAuditMessage } from "@signalbox/kit";
import { eventSubject } from "@signalbox/proto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decisionEvent, type SignedEvent } from "../flow/ledger-events.ts";
import { FaultRig } from "./ledger-fault-rig.ts";

/*
 * Goal: an event that is too large for the queue never enters it; one that is too large for a leaf, and one that the
 * database refuses, are kept aside; those around them are recorded.
 */

const TOO_LARGE_FOR_A_MESSAGE_BYTES = 2 * 1024 ** 2;
const TOO_LARGE_FOR_A_LEAF_BYTES = 900 * 1024;

let fault: FaultRig;
beforeAll(async () => {
  fault = await FaultRig.start();
  await fault.rig.owner.query("alter table ledger_leaf add constraint no_poison check (model <> 'poison') not valid");
});
afterAll(() => fault[Symbol.asyncDispose]());

test("B15 what is too large or cannot be stored is kept aside, and the batch around it is recorded", async () => {
  const ledger = await fault.start();
  await fault.record(fault.sign(10));
  const since = await fault.keepCheckpoint(ledger);
  const subject = eventSubject("decision", "default");
  const huge = Buffer.alloc(TOO_LARGE_FOR_A_MESSAGE_BYTES, "x");
  expect(await fault.publish(subject, huge)).toBeUndefined();
  expect(await fault.publish(subject, Buffer.alloc(TOO_LARGE_FOR_A_LEAF_BYTES, "x"))).toBe(true);
  const around = [...signDecisions(5), ...signDecisions(5)];
  const poison = poisoned();
  const message = [...around.slice(0, 5), poison, ...around.slice(5)];
  const items = message.map(({ envelope }) => ({ envelope, labels: null }));
  expect(await fault.publish(subject, encodeAuditMessage(items))).toBe(true);
  for (const event of around) fault.acknowledged.set(event.eventId, event);
  expect(await fault.rig.receipt(poison.eventId)).toMatchObject({ status: "quarantined", reason: "unstorable" });
  expect(await fault.wrongWith(ledger, since)).toEqual([]);
  const reasons = (await fault.rig.quarantined()).map(({ reason }) => reason).toSorted();
  expect(reasons).toEqual(["malformed", "unstorable"]);
});

function signDecisions(count: number): SignedEvent[] {
  const parts = Array.from({ length: count }, () => ({ requestId: uuidv7(), decisionId: uuidv7() }));
  return fault.rig.policy.sign(parts.map(decisionEvent));
}

/** The database has a rule against what is in it. */
function poisoned(): SignedEvent {
  const event = decisionEvent({ requestId: uuidv7(), decisionId: uuidv7() });
  const decision = (event.event as { decision: { action: { plan: string[] } } }).decision;
  const action = { ...decision.action, plan: ["simulator/poison"] };
  const [signed] = fault.rig.policy.sign([{ ...event, event: { ...event.event, decision: { ...decision, action } } }]);
  if (signed === undefined) throw new Error("nothing was signed");
  return signed;
}
