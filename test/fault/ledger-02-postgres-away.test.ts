import { setTimeout as sleep } from "node:timers/promises";
import { AUDIT_STREAM } from "@signalbox/proto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FaultRig } from "./ledger-fault-rig.ts";

/*
 * Goal: while Postgres cannot be reached the ledger acknowledges nothing and the queue grows, at two thousand events a
 * second where the machine can; afterwards the backlog drains, nothing is lost, and its memory was bounded all the time. The outage is 12 s:
 * longer than every timeout and the longest pause between two tries, so a longer one shows nothing more.
 */

const OUTAGE_MS = 12_000;
/** Of its heap, which is hardly more than it needs at rest: what the backlog takes would end the process. */
const HEAP_MAX_MB = 96;

let fault: FaultRig;
beforeAll(async () => {
  fault = await FaultRig.start();
});
afterAll(() => fault[Symbol.asyncDispose]());

test("B13 Postgres is away under load: nothing is acknowledged meanwhile, and all of it is there afterwards", async () => {
  const ledger = await fault.start({ execArgv: [`--max-old-space-size=${HEAP_MAX_MB}`] });
  await fault.record(fault.sign(50));
  const since = await fault.keepCheckpoint(ledger);
  const stop = new AbortController();
  const loading = fault.loadUntil(stop.signal, { requests: 25, everyMs: 25 });
  await fault.grownTo((await fault.size()) + 200);
  fault.link.cut();
  // What had reached Postgres by then may still be committed.
  await sleep(500);
  const stoodAt = await fault.size();
  await sleep(OUTAGE_MS);
  expect(await fault.size()).toBe(stoodAt);
  const manager = await fault.rig.operator.jetstreamManager();
  const queued = (await manager.streams.info(AUDIT_STREAM.name)).state.messages;
  expect(queued).toBeGreaterThan(100);
  fault.link.mend();
  await fault.grownTo(stoodAt + 1);
  stop.abort();
  expect(await loading).toBeGreaterThan(200);
  expect(await fault.wrongWith(ledger, since)).toEqual([]);
});
