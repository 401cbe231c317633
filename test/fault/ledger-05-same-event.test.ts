import { setTimeout as sleep } from "node:timers/promises";
import { encodeAuditMessage } from "@signalbox/kit";
import { AUDIT_STREAM, eventSubject } from "@signalbox/proto";
import { headers, nanos, type NatsConnection } from "nats";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SignedEvent } from "../flow/ledger-events.ts";
import { FaultRig } from "./ledger-fault-rig.ts";

/*
 * Goal: an event that comes three times, inside the queue's window for duplicates, after it, and from another
 * connection, is one leaf, and every receipt names the same place.
 */

const WINDOW_MS = 1_000;

let fault: FaultRig;
beforeAll(async () => {
  fault = await FaultRig.start();
  const manager = await fault.rig.operator.jetstreamManager();
  await manager.streams.update(AUDIT_STREAM.name, { duplicate_window: nanos(WINDOW_MS) });
});
afterAll(() => fault[Symbol.asyncDispose]());

test("B15 the same event inside the window, after it, and from two producers is one leaf under one index", async () => {
  const ledger = await fault.start();
  await fault.record(fault.sign(10));
  const since = await fault.keepCheckpoint(ledger);
  const [event] = fault.sign(1);
  if (event === undefined) throw new Error("nothing was signed");
  await using other = Object.assign(await fault.rig.nats.connectAs("policy"), {
    [Symbol.asyncDispose]: () => other.close(),
  });
  expect(await send(fault.rig.operator, event)).toBe(false);
  const first = await fault.rig.receipt(event.eventId);
  expect(await send(fault.rig.operator, event)).toBe(true);
  await sleep(WINDOW_MS + 500);
  expect(await send(fault.rig.operator, event)).toBe(false);
  expect(await fault.rig.receipt(event.eventId)).toEqual(first);
  await sleep(WINDOW_MS + 500);
  await send(other, event);
  expect(await fault.rig.receipt(event.eventId)).toEqual(first);
  fault.acknowledged.set(event.eventId, event);
  expect(await fault.wrongWith(ledger, since)).toEqual([]);
});

/** Whether the queue itself took it for a duplicate. */
async function send(connection: NatsConnection, event: SignedEvent): Promise<boolean> {
  const named = headers();
  named.set("Nats-Msg-Id", event.eventId);
  const payload = encodeAuditMessage([{ envelope: event.envelope, labels: null }]);
  const subject = eventSubject(event.type, event.tenant);
  const ack = await connection.request(subject, payload, { timeout: 5_000, headers: named });
  return ack.json<{ duplicate?: boolean }>().duplicate === true;
}
