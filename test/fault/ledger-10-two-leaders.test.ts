import { afterAll, beforeAll, expect, test } from "vitest";
import { FaultRig } from "./ledger-fault-rig.ts";
import type { LedgerProcess } from "./ledger-process.ts";

/*
 * Goal: a leader that stands still (SIGSTOP), idle or in the middle of a transaction with the head's lock in its hand,
 * is replaced by its standby within seconds, and changes nothing when it goes on. It is frozen for as long as the
 * standby needs and some appends more, which is all that a longer time would show.
 */

const TAKEN_OVER_WITHIN_MS = 15_000;

let fault: FaultRig;
beforeAll(async () => {
  fault = await FaultRig.start();
});
afterAll(() => fault[Symbol.asyncDispose]());

test.each(["at rest", "before its commit", "behind its commit"] as const)(
  "B13 a leader that is frozen %s is replaced, and what it still holds changes nothing",
  async (where) => {
    const leader = await fault.start({ config: { instance: "first" } });
    await fault.record(fault.sign(20));
    const since = await fault.keepCheckpoint(leader);
    const standby = await fault.start({ config: { instance: "second" } });
    await freeze(leader, where);
    const frozenAtMs = performance.now();
    const before = await fault.size();
    const events = fault.sign(20);
    await fault.record(events);
    await fault.grownTo(before + events.length);
    expect(performance.now() - frozenAtMs).toBeLessThan(TAKEN_OVER_WITHIN_MS);
    await fault.record(fault.sign(20));
    leader.thaw();
    await fault.record(fault.sign(20));
    expect(await fault.wrongWith(standby, since)).toEqual([]);
    for (const ledger of [leader, standby]) await ledger.end("SIGTERM");
  },
);

async function freeze(
  leader: LedgerProcess,
  where: "at rest" | "before its commit" | "behind its commit",
): Promise<void> {
  if (where === "at rest") {
    leader.freeze();
    return;
  }
  const halted = fault.link.haltAt(where === "before its commit" ? "commit" : "committed");
  await fault.record(fault.sign(20));
  await halted;
  leader.freeze();
}
