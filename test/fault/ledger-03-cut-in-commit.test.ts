import { afterAll, beforeAll, expect, test } from "vitest";
import { FaultRig } from "./ledger-fault-rig.ts";

/*
 * Goal: a connection that breaks while a COMMIT is under way leaves the ledger without its result. It must read the head
 * again from the database: no fork, no leaf twice. The process lives through all of it.
 */

const CUTS = 6;

let fault: FaultRig;
beforeAll(async () => {
  fault = await FaultRig.start();
});
afterAll(() => fault[Symbol.asyncDispose]());

test("B13 again and again cut before, in and behind a COMMIT, the ledger reads its head anew and doubles nothing", async () => {
  const ledger = await fault.start();
  await fault.record(fault.sign(20));
  const since = await fault.keepCheckpoint(ledger);
  const before = await epoch();
  const stop = new AbortController();
  const loading = fault.loadUntil(stop.signal);
  for (let cut = 0; cut < CUTS; cut += 1) {
    if (cut % 3 === 0) (await fault.link.haltAt("commit")).cut();
    else if (cut % 3 === 1) (await fault.link.haltAt("committed")).cut();
    else await fault.link.cutBehindCommit();
  }
  stop.abort();
  await loading;
  expect(await fault.wrongWith(ledger, since)).toEqual([]);
  expect((await epoch()) - before).toBe(CUTS);
});

/** Counts up whenever a sequencer takes the head. */
async function epoch(): Promise<number> {
  const { rows } = await fault.rig.owner.query<{ epoch: string }>("select epoch from ledger_head");
  return Number(rows[0]?.epoch);
}
