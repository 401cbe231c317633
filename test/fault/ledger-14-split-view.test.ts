import { writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../flow/ledger-rig.ts";
import { FaultRig } from "./ledger-fault-rig.ts";
import type { LedgerProcess } from "./ledger-process.ts";
import { startTestWitness, type TestWitness } from "./test-witness.ts";

/*
 * Goal: a log that shows one tree to one client and another to the next gets no quorum for the second, and the second
 * client's verifier says so. One witness's clock is an hour ahead, another one never answers: neither blocks the log.
 */

const UNWITNESSED_AFTER_MS = 3_000;

let fault: FaultRig;
/** The same log's name and key over another history. */
let fork: FaultRig;
let silent: Server;
let witnesses: TestWitness[];
let ledger: LedgerProcess;
let since: string;
beforeAll(async () => {
  fault = await FaultRig.start();
  fork = await FaultRig.start();
  silent = createServer(() => {}).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const logs = [fault.vkey];
  witnesses = [
    await startTestWitness("w1", logs, { folder: fault.home }),
    await startTestWitness("w2", logs, { folder: fault.home, aheadSeconds: 3_600 }),
  ];
  const absent = await startTestWitness("w3", logs, { folder: fork.home });
  await absent[Symbol.asyncDispose]();
  const urls = [...witnesses.map(({ url }) => url), `http://127.0.0.1:${(silent.address() as { port: number }).port}`];
  const lines = [...witnesses, absent].map(({ vkey }, at) => `witness w${at + 1} ${vkey} ${urls[at]}`);
  const policy = [`log ${fault.vkey}`, ...lines, "group two 2 w1 w2 w3", "quorum two", ""].join("\n");
  for (const { policyFile } of [fault, fork]) await writeFile(policyFile, policy);
  ledger = await startWitnessed(fault);
});
afterAll(async () => {
  for (const each of [fork, fault, ...witnesses]) await each[Symbol.asyncDispose]();
  silent.close();
});

function startWitnessed(rig: FaultRig): Promise<LedgerProcess> {
  const keyFile = (fault.config as { checkpoint: { keyFile: string } }).checkpoint.keyFile;
  const checkpoint = { ...(rig.config as { checkpoint: object }).checkpoint, keyFile };
  const witness = { policyFile: rig.policyFile, timeoutMs: 500, unwitnessedAfterMs: UNWITNESSED_AFTER_MS };
  return rig.start({ config: { witness, checkpoint, logLevel: "warn" } });
}

async function shownSize(of: LedgerProcess): Promise<number> {
  const response = await fetch(`${of.url}/checkpoint`);
  return response.status === 200 ? Number((await response.text()).split("\n")[1]) : -1;
}

test("B15 the first view is witnessed, with a witness that is silent and one whose clock is ahead", async () => {
  await fault.record(fault.sign(20));
  await until(async () => ((await shownSize(ledger)) === 40 ? true : undefined), 60_000);
  since = await fault.keepCheckpoint(ledger);
  const { code, stdout } = await fault.verify(await fault.export(ledger), since);
  expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject({ code: 0, witnesses: ["w1", "w2"] });
});

test("B15 a second view gets no quorum, and whoever holds the first one's checkpoint sees the fork", async () => {
  const other = await startWitnessed(fork);
  await fork.record(fork.sign(30));
  await fork.settled();
  // Shown all the same after a while, as is declared; its verifier asks for the quorum.
  await until(async () => ((await shownSize(other)) === 60 ? true : undefined), 60_000);
  expect((await fork.rig.owner.query("select from ledger_cosignature")).rowCount).toBe(0);
  expect(other.said).toMatch(/does not cosign|another history/);
  const copy = await fork.export(other);
  const alone = await fork.cli("verify", copy, "--policy", fork.policyFile, "--json");
  expect({ code: alone.code, ...(JSON.parse(alone.stdout) as object) }).toMatchObject({
    code: 2,
    reason: expect.stringContaining("no-quorum"),
  });
  await writeFile(fork.policyFile, `log ${fault.vkey}\nquorum none\n`);
  const held = await fork.verify(copy, since);
  expect({ code: held.code, ...(JSON.parse(held.stdout) as object) }).toMatchObject({ code: 1, kind: "tampered" });
});

test("B15 the first view goes on, witnessed as before", async () => {
  const before = await shownSize(ledger);
  await fault.record(fault.sign(20));
  await until(async () => ((await shownSize(ledger)) > before ? true : undefined), 60_000);
  await until(async () => ((await shownSize(ledger)) === (await fault.size()) ? true : undefined), 60_000);
  expect(await fault.wrongWith(ledger, since)).toEqual([]);
});
