import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Frontier, leafHash, signCheckpoint } from "@signalbox/tlog";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FaultRig, ORIGIN } from "./ledger-fault-rig.ts";
import type { LedgerProcess } from "./ledger-process.ts";
import { startTestWitness, type TestWitness } from "./test-witness.ts";

/*
 * Goal: the log's key is rotated under load. Checkpoints go on without a gap, clients that know the old key and clients
 * that know the new one verify, and a fork that is signed with the old key, stolen by then, gets no cosignature.
 */

const GAP_MAX_SECONDS = 10;

let fault: FaultRig;
let ledger: LedgerProcess;
let since: string;
let witness: TestWitness;
let loading: Promise<number>;
const stop = new AbortController();
beforeAll(async () => {
  fault = await FaultRig.start();
  witness = await startTestWitness("w1", [fault.vkey], { folder: fault.home });
  ledger = await fault.start();
  await fault.record(fault.sign(20));
  since = await fault.keepCheckpoint(ledger);
  await witness.cosigns(ledger, 0);
});
afterAll(async () => {
  stop.abort();
  await loading;
  await witness[Symbol.asyncDispose]();
  await fault[Symbol.asyncDispose]();
});

function policy(name: string, ...vkeys: string[]): Promise<string> {
  const file = join(fault.home, `${name}.policy`);
  return writeFile(file, `${vkeys.map((vkey) => `log ${vkey}`).join("\n")}\nquorum none\n`).then(() => file);
}

test("B15 the key is rotated under load: old and new clients verify, and no checkpoint is missing", async () => {
  loading = fault.loadUntil(stop.signal, { requests: 4, everyMs: 50 });
  const rotated = await fault.cli("ledger", "rotate-key", "--database", fault.rig.db.ownerUrl, "--by", "ops", "--json");
  expect(rotated.code).toBe(0);
  const { vkey, index } = JSON.parse(rotated.stdout) as { vkey: string; index: number };
  await fault.covers(index + 1);
  const [old, fresh, both] = [
    await policy("old", fault.vkey),
    await policy("new", vkey),
    await policy("both", fault.vkey, vkey),
  ];
  const copy = await fault.export(ledger);
  for (const file of [old, fresh]) expect((await fault.cli("verify", copy, "--policy", file)).code).toBe(0);
  const retired = await fault.cli("ledger", "retire-key", "--database", fault.rig.db.ownerUrl, "--by", "ops", "--json");
  expect(retired.code).toBe(0);
  await fault.covers((JSON.parse(retired.stdout) as { index: number }).index + 1);
  stop.abort();
  await loading;
  await fault.settled();
  expect((await fault.cli("verify", await fault.export(ledger), "--policy", fresh)).code).toBe(0);
  expect((await fault.cli("verify", await fault.export(ledger), "--policy", old)).code).not.toBe(0);
  await copyFile(both, fault.policyFile);
  const { rows } = await fault.rig.owner.query<{ gap: number }>(
    "select extract(epoch from max(signed_at - before))::float8 as gap from " +
      "(select signed_at, lag(signed_at) over (order by size) as before from ledger_checkpoint) c",
  );
  expect(rows[0]?.gap).toBeLessThan(GAP_MAX_SECONDS);
  expect(await fault.wrongWith(ledger, since)).toEqual([]);
});

test("B15 a fork that is signed with the stolen old key gets no cosignature", async () => {
  const tree = Frontier.empty();
  for (let leaf = 0; leaf < 1_000; leaf += 1) tree.append(leafHash(Buffer.from(`forged ${leaf}`)));
  const forged = signCheckpoint({ origin: ORIGIN, size: tree.size, root: tree.root() }, [
    { name: ORIGIN, privateKey: fault.rig.checkpointKey },
  ]);
  const cosigned = Number((await readFile(since, "utf8")).split("\n")[1]);
  const proof = Array.from({ length: 8 }, () => leafHash(Buffer.from("forged")));
  expect(await witness.ask({ oldSize: cosigned, proof, checkpoint: forged })).toMatchObject({ status: 422 });
  expect(await witness.ask({ oldSize: 0, proof: [], checkpoint: forged })).toMatchObject({ status: 409 });
});
