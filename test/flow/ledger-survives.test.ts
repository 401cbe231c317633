import { uuidv7 } from "@signalbox/kit";
import { AUDIT_STREAM } from "@signalbox/proto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { decisionEvent, outcomeEvent, type SignedEvent } from "./ledger-events.ts";
import { headOf, rootOf, startLedgerRig, type LedgerRig } from "./ledger-rig.ts";

let rig: LedgerRig;
beforeEach(async () => {
  rig = await startLedgerRig();
});
afterEach(() => rig[Symbol.asyncDispose]());

function signRequests(count: number): SignedEvent[] {
  return Array.from({ length: count }).flatMap(() => {
    const ids = { requestId: uuidv7(), decisionId: uuidv7() };
    return [...rig.policy.sign([decisionEvent(ids)]), ...rig.dispatcher.sign([outcomeEvent(ids)])];
  });
}

/** Every event is one leaf, and nothing else is; indexes are dense; the head is the root over the rows. */
async function expectExactly(events: readonly SignedEvent[]): Promise<void> {
  const leaves = await rig.leaves(events.length);
  expect(leaves.map(({ eventId }) => eventId).toSorted()).toEqual(events.map(({ eventId }) => eventId).toSorted());
  expect(leaves.map(({ index }) => index)).toEqual(leaves.map((_, at) => at));
  expect(await headOf(rig.owner)).toEqual({ size: leaves.length, root: rootOf(leaves) });
  expect(await rig.quarantined()).toEqual([]);
}

test("a second instance stands by and takes over when the first one stops", async () => {
  const events = signRequests(20);
  const first = await rig.start({ instance: "first" });
  await using _second = await rig.start({ instance: "second" });
  await rig.enqueue(events.slice(0, 20));
  await rig.leaves(20);
  await first[Symbol.asyncDispose]();
  await rig.enqueue(events.slice(20));
  await expectExactly(events);
  const { rows } = await rig.owner.query("select epoch from ledger_head");
  expect(rows).toEqual([{ epoch: "2" }]);
});

test("a queue that has forgotten its consumer gets it again from the ledger, and no event is lost or doubled", async () => {
  const events = signRequests(20);
  await using _ledger = await rig.start();
  const manager = await rig.operator.jetstreamManager();
  for (let from = 0; from < events.length; from += 20) {
    await rig.enqueue(events.slice(from, from + 20));
    await manager.consumers.delete(AUDIT_STREAM.name, AUDIT_STREAM.consumer);
    await rig.leaves(from + 20);
  }
  await expectExactly(events);
  // What a server that keeps the state in files would write again and again.
  const { config } = await manager.consumers.info(AUDIT_STREAM.name, AUDIT_STREAM.consumer);
  expect(config.mem_storage).toBe(true);
});

test("a sequencer whose epoch has passed appends nothing until it has taken the head again", async () => {
  const events = signRequests(2);
  await using _ledger = await rig.start();
  await rig.enqueue(events.slice(0, 2));
  await rig.leaves(2);
  await rig.owner.query("update ledger_head set epoch = epoch + 5");
  await rig.enqueue(events.slice(2));
  await expectExactly(events);
  const { rows } = await rig.owner.query("select epoch from ledger_head");
  expect(rows).toEqual([{ epoch: "7" }]);
});

test("B13 the log goes on into its next partition, which is made in time and holds to the same rules", async () => {
  const size = 1_048_573;
  // As many full subtrees as the size has bits set; what stands in them does not matter here.
  const frontier = Buffer.alloc(32 * 19, 7);
  await rig.owner.query("update ledger_head set size = $1, open_from = $1, frontier = $2", [size, frontier]);
  const events = signRequests(3);
  await using _ledger = await rig.start();
  await rig.enqueue(events);
  const leaves = await rig.leaves(6);
  expect(leaves.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5].map((at) => size + at));
  const { rows } = await rig.owner.query("select count(*)::int as leaves from ledger_leaf_1");
  expect(rows).toEqual([{ leaves: 3 }]);
  for (const statement of [
    "update ledger_leaf_1 set tenant = 'x'",
    "delete from ledger_leaf_1",
    "truncate ledger_leaf_1",
  ]) {
    await expect(rig.owner.query(statement)).rejects.toThrow("append-only");
  }
  const { rows: kept } = await rig.owner.query(
    "select relname, reloptions from pg_class where relname in ('ledger_leaf_0', 'ledger_leaf_1') order by relname",
  );
  const reloptions = ["toast_tuple_target=8160", "autovacuum_vacuum_cost_delay=20"];
  expect(kept).toEqual(["ledger_leaf_0", "ledger_leaf_1"].map((relname) => ({ relname, reloptions })));
});
