import { afterAll, beforeAll, expect, test } from "vitest";
import { Forger } from "./forged-register.ts";
import { FaultRig } from "./ledger-fault-rig.ts";

/*
 * Goal: leaves that changed places, and one that was removed with the others moved up, are found although every row is
 * in itself in order: no root fits any more, and fsck names the place from which on it does not.
 */

const [ONE, OTHER] = [13, 21];

let fault: FaultRig;
let forger: Forger;
let since: string;
/** Where the checkpoints before the change end, and where the first behind it does. */
let bounds: { from: number; to: number };
beforeAll(async () => {
  fault = await FaultRig.start();
  const ledger = await fault.start();
  // Checkpoints over 10, 20, 30 leaves: what is wrong lies between two of them.
  for (let part = 0; part < 3; part += 1) {
    await fault.record(fault.sign(5));
    await fault.settled();
  }
  since = await fault.keepCheckpoint(ledger);
  await ledger.end("SIGTERM");
  forger = await Forger.open(fault.rig.owner);
  bounds = { from: 10, to: 20 };
});
afterAll(() => fault[Symbol.asyncDispose]());

type Found = { code: number; findings: { check: string; index: number; detail: string }[] };

/** What fsck says of the changed register; it is put back then. */
async function foundAfter(change: () => Promise<void>): Promise<Found> {
  await change();
  await forger.rebuildTree();
  const { code, stdout } = await fault.fsck();
  await forger.restore();
  return { code, findings: (JSON.parse(stdout) as Found).findings.filter(({ check }) => check === "checkpoints") };
}

test("B15 two leaves that changed places are found", async () => {
  const { code, findings } = await foundAfter(() => forger.swap(ONE, OTHER));
  expect(code).toBe(1);
  expect(findings[0]).toMatchObject({ index: bounds.from, detail: expect.stringContaining(`below ${bounds.to}`) });
});

test("B15 a leaf that was removed, with the others moved up, is found", async () => {
  const { code, findings } = await foundAfter(() => forger.removeAndRenumber(ONE));
  expect(code).toBe(1);
  expect(findings[0]).toMatchObject({ index: bounds.from, detail: expect.stringContaining(`below ${bounds.to}`) });
  expect(JSON.parse((await fault.fsck()).stdout)).toMatchObject({ findings: [] });
});

test("B15 a copy of such a log does not verify, and the log put back as it was does", async () => {
  await forger.swap(ONE, OTHER);
  await using ledger = await fault.start();
  const forged = await fault.verify(await fault.export(ledger), since);
  expect({ code: forged.code, ...(JSON.parse(forged.stdout) as object) }).toMatchObject({ code: 1, kind: "tampered" });
  await ledger.end("SIGTERM");
  await forger.restore();
  await fault.record(fault.sign(5));
  expect(await fault.wrongWith(await fault.start(), since)).toEqual([]);
});
