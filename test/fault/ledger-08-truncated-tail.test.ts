import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { AUDIT_STREAM } from "@signalbox/proto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../flow/ledger-rig.ts";
import { Forger } from "./forged-register.ts";
import { FaultRig } from "./ledger-fault-rig.ts";

/*
 * Goal: a log whose last rows are gone, with its head set back, is not appended to: what was signed last is remembered
 * beside the database. Where that was removed too, a checkpoint that somebody kept says that it was rolled back.
 */

const REMOVED = 10;
const SAID_WITHIN_MS = 60_000;

let fault: FaultRig;
let forger: Forger;
let since: string;
let size: number;
beforeAll(async () => {
  fault = await FaultRig.start();
  const ledger = await fault.start();
  await fault.record(fault.sign(30));
  since = await fault.keepCheckpoint(ledger);
  size = await fault.size();
  await ledger.end("SIGTERM");
  forger = await Forger.open(fault.rig.owner);
});
afterAll(() => fault[Symbol.asyncDispose]());

async function queued(): Promise<number> {
  const manager = await fault.rig.operator.jetstreamManager();
  return (await manager.streams.info(AUDIT_STREAM.name)).state.messages;
}

test("B15 the start of a log behind what it signed is refused, and says so", async () => {
  await forger.removeFrom(size - REMOVED);
  await forger.rebuildTree();
  await using refused = await fault.spawn();
  await fault.record(fault.sign(3));
  await until(() => (refused.said.includes("it was put back") ? true : undefined), SAID_WITHIN_MS);
  await sleep(2_000);
  expect(refused.isReady).toBe(false);
  expect(await fault.size()).toBe(size - REMOVED);
  expect(await queued()).toBeGreaterThan(0);
  const { code, stdout } = await fault.fsck();
  expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject({ code: 1, counts: { signed: 1 } });
});

test("B15 with its memory removed it starts, and an older checkpoint says that it was rolled back", async () => {
  await rm(fault.stateFile);
  await using ledger = await fault.start();
  const { code, stdout } = await fault.settled().then(async () => fault.verify(await fault.export(ledger), since));
  expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject({
    code: 1,
    kind: "tampered",
    reason: expect.stringContaining("rolled back"),
  });
});

test("B15 with its rows there and the head alone behind them, nothing is taken from the queue or kept aside", async () => {
  await forger.restore();
  await forger.setHeadBack(size - REMOVED);
  await rm(fault.stateFile);
  await using stuck = await fault.start();
  await fault.record(fault.sign(3));
  await until(() => (stuck.said.includes("duplicate key") ? true : undefined), SAID_WITHIN_MS);
  await sleep(1_000);
  expect(await queued()).toBeGreaterThan(0);
  expect(await fault.rig.quarantined()).toEqual([]);
});

test("B15 put back as it was, it goes on where it had stopped", async () => {
  await forger.restore();
  await rm(fault.stateFile, { force: true });
  const ledger = await fault.start();
  // What was recorded in the log that is gone now, its producers send again; its receipts are worth nothing.
  fault.receipts.clear();
  await fault.record([...fault.acknowledged.values()]);
  expect(await fault.wrongWith(ledger, since)).toEqual([]);
});
