import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { SignedEvent } from "../flow/ledger-events.ts";
import { FaultRig } from "./ledger-fault-rig.ts";

/*
 * Goal: no order, index or hash follows from a clock. The ledger's own clock stands an hour back, then jumps two hours
 * ahead and back again every second; its producers' clocks are an hour off, either way.
 */

const HOUR_MS = 3_600_000;
const JUMPING_CLOCK = join(import.meta.dirname, "jumping-clock.ts");

let fault: FaultRig;
beforeAll(async () => {
  fault = await FaultRig.start();
});
afterAll(() => {
  vi.useRealTimers();
  return fault[Symbol.asyncDispose]();
});

/** As a producer would whose clock is off by so much. */
function signAt(offsetMs: number, requests: number): SignedEvent[] {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + offsetMs });
  try {
    return fault.sign(requests);
  } finally {
    vi.useRealTimers();
  }
}

test("B15 clocks an hour off, and one that jumps while batches are written, change neither order nor hashes", async () => {
  const ledger = await fault.start({ execArgv: ["--import", JUMPING_CLOCK] });
  await fault.record(fault.sign(10));
  const since = await fault.keepCheckpoint(ledger);
  const sent: SignedEvent[] = [];
  for (let round = 0; round < 60; round += 1) {
    // Ids that begin with their time are anything but in order here.
    const events = signAt([0, -HOUR_MS, HOUR_MS][round % 3] ?? 0, 3).filter(({ type }) => type === "decision");
    await fault.record(events);
    sent.push(...events);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(await fault.wrongWith(ledger, since)).toEqual([]);
  const order = (await fault.rig.leaves(0)).map(({ eventId }) => eventId).slice(-sent.length);
  expect(order).toEqual(sent.map(({ eventId }) => eventId));
  const times = (await fault.rig.leaves(0)).map(({ event }) => Number(event["atMs"]));
  expect(times).not.toEqual(times.toSorted((one, other) => one - other));
});
