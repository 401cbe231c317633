import { afterAll, beforeAll, expect, test } from "vitest";
import { FaultRig } from "./ledger-fault-rig.ts";

/*
 * Goal: the queue's server is stopped in order, and killed straight after the ledger's acknowledgements. What it gives
 * again is absorbed, and the ledger goes on within ten seconds of its return.
 */

const RESUMES_WITHIN_MS = 10_000;

let fault: FaultRig;
beforeAll(async () => {
  fault = await FaultRig.start();
});
afterAll(() => fault[Symbol.asyncDispose]());

test.each(["SIGTERM", "SIGKILL"] as const)("B13 NATS ends by %s and comes back", async (signal) => {
  const { nats } = fault.rig;
  const ledger = await fault.start();
  await fault.record(fault.sign(100));
  const since = await fault.keepCheckpoint(ledger);
  const stop = new AbortController();
  const loading = fault.loadUntil(stop.signal);
  for (let time = 0; time < 2; time += 1) {
    const size = await fault.size();
    await fault.grownTo(size + 200);
    await nats.end(signal);
    await nats.startAgain();
    const upAtMs = performance.now();
    await fault.grownTo((await fault.size()) + 50);
    expect(performance.now() - upAtMs).toBeLessThan(RESUMES_WITHIN_MS);
  }
  stop.abort();
  await loading;
  expect(await fault.wrongWith(ledger, since)).toEqual([]);
  await ledger.end("SIGTERM");
});
