import { readFile, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { uuidv7 } from "@signalbox/kit";
import type { LedgerCheckpoint } from "@signalbox/proto/grpc/ledger";
import { formatVkey, openCheckpoint, parseVkey } from "@signalbox/tlog";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decisionEvent } from "./ledger-events.ts";
import { as, headOf, rootOf, startLedgerRig, until, type Ledger, type LedgerRig } from "./ledger-rig.ts";

const ORIGIN = "signalbox.test/log";

let rig: LedgerRig;
beforeAll(async () => {
  rig = await startLedgerRig();
});
afterAll(() => rig[Symbol.asyncDispose]());

async function append(count: number): Promise<void> {
  const { size } = await headOf(rig.owner);
  const ids = Array.from({ length: count }, () => ({ requestId: uuidv7(), decisionId: uuidv7() }));
  await rig.enqueue(rig.policy.sign(ids.map(decisionEvent)));
  await rig.leaves(size + count);
}

function checkpoint(ledger: Ledger): Promise<LedgerCheckpoint> {
  return new Promise((resolve, reject) => {
    ledger.client.checkpoint({}, as("ingress"), (error, value) => (error === null ? resolve(value) : reject(error)));
  });
}

test("within a second of a commit a checkpoint is signed over it that the log's key verifies", async () => {
  await using ledger = await rig.start();
  await append(5);
  const committedAtMs = performance.now();
  const signed = await until(async () => {
    const latest = await checkpoint(ledger).catch(() => undefined);
    return latest?.size === 5n ? latest : undefined;
  });
  expect(performance.now() - committedAtMs).toBeLessThan(1_500);
  const leaves = await rig.leaves(5);
  const key = parseVkey(signed.vkey);
  expect(signed.vkey).toBe(formatVkey(ORIGIN, rig.checkpointKey));
  const opened = openCheckpoint(signed.note, ORIGIN, key.ok ? [key.verifier] : []);
  expect(opened.ok && { ...opened.checkpoint, root: Buffer.from(opened.checkpoint.root) }).toEqual({
    origin: ORIGIN,
    size: 5,
    root: rootOf(leaves),
  });
});

test("what is committed before an ordered stop is covered by a checkpoint", async () => {
  const ledger = await rig.start();
  await append(3);
  await ledger[Symbol.asyncDispose]();
  const { rows } = await rig.owner.query("select size from ledger_checkpoint order by size desc limit 1");
  expect(rows).toEqual([{ size: "8" }]);
});

test("a log that was put back behind what it signed is not appended to until that is explained", async () => {
  const truth = await readFile(rig.stateFile, "utf8");
  const signed = JSON.parse(truth) as { size: number };
  await writeFile(rig.stateFile, JSON.stringify({ ...signed, size: signed.size + 1 }));
  const starting = rig.start();
  const [event] = rig.policy.sign([decisionEvent({ requestId: uuidv7(), decisionId: uuidv7() })]);
  if (event === undefined) throw new Error("nothing was signed");
  await rig.enqueue([event]);
  await sleep(1_000);
  expect((await headOf(rig.owner)).size).toBe(signed.size);
  await writeFile(rig.stateFile, truth);
  await using _ledger = await starting;
  expect(await rig.receipt(event.eventId)).toMatchObject({ status: "committed", index: signed.size });
});
