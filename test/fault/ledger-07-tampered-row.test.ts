import { parseEnvelope, signEvents } from "@signalbox/tlog";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Forger } from "./forged-register.ts";
import { FaultRig, ORIGIN } from "./ledger-fault-rig.ts";
import type { LedgerProcess } from "./ledger-process.ts";

/*
 * Goal: a changed row is found, however much of what surrounds it is changed along: the bytes alone and the bytes with
 * their hash by fsck, the whole tree by the checkpoints, and a tree that is rebuilt and signed again with every key of
 * the house by a checkpoint that somebody else kept.
 */

const INDEX = 6;
/** More than a full tile, so that the tree has nodes that are kept. */
const REQUESTS = 150;

let fault: FaultRig;
let ledger: LedgerProcess;
let forger: Forger;
let since: string;
beforeAll(async () => {
  fault = await FaultRig.start();
  ledger = await fault.start();
  await fault.record(fault.sign(REQUESTS));
  since = await fault.keepCheckpoint(ledger);
  forger = await Forger.open(fault.rig.owner);
});
afterAll(() => fault[Symbol.asyncDispose]());

async function found(): Promise<{ code: number; findings: { check: string; index: number | null }[] }> {
  const { code, stdout } = await fault.fsck();
  return { code, findings: (JSON.parse(stdout) as { findings: { check: string; index: number | null }[] }).findings };
}

test("B15 one bit of a leaf is found by fsck, which names it", async () => {
  await forger.flipBit(INDEX);
  const { code, findings } = await found();
  expect(code).toBe(1);
  expect(findings).toContainEqual(expect.objectContaining({ check: "leaves", index: INDEX }));
  await forger.restore();
});

test("B15 a bit of a leaf with its hash is found by fsck, which names it", async () => {
  await forger.flipBit(INDEX);
  await forger.change("update ledger_leaf set leaf_hash = sha256('\\x00'::bytea || leaf) where idx = $1", [INDEX]);
  await forger.followLeaves();
  const { findings } = await found();
  expect(findings).toContainEqual(expect.objectContaining({ check: "signatures", index: INDEX }));
  expect(findings).toContainEqual(expect.objectContaining({ check: "checkpoints" }));
  await forger.restore();
});

test("B15 a leaf with a tree rebuilt over it is found by the checkpoints, and by a copy's verifier", async () => {
  // A ledger that runs writes nodes of its own tree behind its leaves, between those of the forger.
  await ledger.end("SIGTERM");
  await forger.setLeaf(INDEX, await resigned(INDEX));
  await forger.rebuildTree();
  const { findings } = await found();
  expect(new Set(findings.map(({ check }) => check))).toEqual(new Set(["checkpoints", "signed"]));
  await forger.restore();
  ledger = await fault.start();
});

test("B15 a tree that is rebuilt and signed again with every key is found by a checkpoint that was kept elsewhere", async () => {
  await ledger.end("SIGTERM");
  await forger.setLeaf(INDEX, await resigned(INDEX));
  await forger.rebuildTree();
  await forger.signAnew({ origin: ORIGIN, privateKey: fault.rig.checkpointKey, stateFile: fault.stateFile });
  // The house itself sees nothing wrong any more.
  expect(await found()).toEqual({ code: 0, findings: [] });
  ledger = await fault.start();
  const { code, stdout } = await fault.verify(await fault.export(ledger), since);
  expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject({
    code: 1,
    kind: "tampered",
    reason: expect.stringContaining("older checkpoint"),
  });
  await ledger.end("SIGTERM");
});

test("B15 put back as it was, the register is whole", async () => {
  await forger.restore();
  await forger.signAnew({ origin: ORIGIN, privateKey: fault.rig.checkpointKey, stateFile: fault.stateFile });
  ledger = await fault.start();
  await fault.record(fault.sign(5));
  expect(await fault.wrongWith(ledger, since)).toEqual([]);
});

/** The event of a leaf with another figure in it, properly signed by its producer's key. */
async function resigned(index: number): Promise<Uint8Array> {
  const leaf = (await fault.rig.leaves(0))[index];
  if (leaf?.type !== "decision") throw new Error(`leaf ${index} is not a decision`);
  const event = structuredClone(leaf.event) as { timing: { decideUs: number } };
  event.timing.decideUs += 1;
  const payloadType = parseEnvelope(leaf.bytes)?.payloadType ?? "";
  const payload = Buffer.from(JSON.stringify(event));
  const [envelope] = signEvents([{ payloadType, payload }], fault.rig.policy);
  if (envelope === undefined) throw new Error("nothing was signed");
  return envelope;
}
