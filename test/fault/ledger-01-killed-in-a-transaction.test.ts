import { afterAll, beforeAll, expect, test } from "vitest";
import { FaultRig } from "./ledger-fault-rig.ts";
import { CRASH_POINTS } from "./postgres-link.ts";

/*
 * Goal: killed with SIGKILL between hash and INSERT, before COMMIT, or between COMMIT and acknowledgement, the ledger
 * loses and doubles nothing. The link to Postgres holds it at the point until it is dead.
 */

const REQUESTS = 20;

let fault: FaultRig;
beforeAll(async () => {
  fault = await FaultRig.start();
});
afterAll(() => fault[Symbol.asyncDispose]());

test.each(CRASH_POINTS)("B13 killed at its %s, it comes back to the same log", async (point) => {
  const killed = await fault.start();
  await fault.record(fault.sign(REQUESTS));
  const since = await fault.keepCheckpoint(killed);
  const before = await fault.size();
  const halted = fault.link.haltAt(point);
  await fault.record(fault.sign(REQUESTS));
  await halted;
  await killed.end("SIGKILL");
  expect((await fault.size()) > before).toBe(point === "committed");
  const next = await fault.start();
  expect(await fault.wrongWith(next, since)).toEqual([]);
  await next.end("SIGTERM");
});
