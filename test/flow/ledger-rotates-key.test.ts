import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { uuidv7 } from "@signalbox/kit";
import {
  EntryChecker,
  formatVkey,
  openLogKeyRotation,
  parseLogKeys,
  parsePolicy,
  parseVkey,
  signCheckpoint,
  verifyLog,
  verifyNote,
  type LogVerdict,
  type Policy,
} from "@signalbox/tlog";
import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LogKeyFile } from "../../infra/cli/ledger/log-key-file.ts";
import { retireLogKey, rotateLogKey, type KeyChange } from "../../infra/cli/ledger/rotate-log-key.ts";
import { mayRecord } from "../../infra/cli/verify/may-record.ts";
import { readLogVkey } from "../../infra/cli/verify/producer-keys.ts";
import { openHome } from "../../infra/home/home.ts";
import { admitRegister } from "../../infra/supervisor/admit-register.ts";
import { decisionEvent } from "./ledger-events.ts";
import { as, startLedgerRig, until, type Ledger, type LedgerRig } from "./ledger-rig.ts";

const ORIGIN = "signalbox.test/log";

let rig: LedgerRig;
let ledger: Ledger;
let change: KeyChange;
let appending: AbortController;
let appended: Promise<void>;
// A try leaves the log with other keys than it began with, so each has a log of its own.
beforeEach(async () => {
  rig = await startLedgerRig();
  ledger = await rig.start({ files: { port: 0 } });
  const { checkpoint } = rig.config as { checkpoint: { keyFile: string } };
  const client = new Client({ connectionString: rig.db.ownerUrl });
  await client.connect();
  change = { client, file: new LogKeyFile(dirname(checkpoint.keyFile)), by: "ops" };
  appending = new AbortController();
  appended = append(appending.signal);
});
afterEach(async () => {
  appending.abort();
  await appended;
  await change.client.end();
  await rig[Symbol.asyncDispose]();
});

/** Goes on while keys change. */
async function append(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const [signed] = rig.policy.sign([decisionEvent({ requestId: uuidv7(), decisionId: uuidv7() })]);
    if (signed === undefined) throw new Error("nothing was signed");
    await rig.enqueue([signed]);
    await rig.receipt(signed.eventId);
  }
}

type Checkpoint = { readonly size: number; readonly root: Buffer; readonly note: string };

async function checkpoints(): Promise<Checkpoint[]> {
  const { rows } = await rig.owner.query<{ size: string; root: Buffer; note: string }>(
    "select size, root, note from ledger_checkpoint order by size",
  );
  return rows.map(({ size, root, note }) => ({ size: Number(size), root, note }));
}

/** The checkpoints over a leaf and after it, when there is one. */
function checkpointsOver(index: number): Promise<Checkpoint[]> {
  return until(async () => {
    const over = (await checkpoints()).filter(({ size }) => size > index);
    return over.length > 0 ? over : undefined;
  });
}

/** Which of these keys have signed a note; their signatures hold. */
function signersOf({ note }: Checkpoint, vkeys: readonly string[]): string[] {
  return vkeys.filter((vkey) => {
    const parsed = parseVkey(vkey);
    return parsed.ok && verifyNote(note, [parsed.verifier]).ok;
  });
}

function trusting(vkey: string): Policy {
  const parsed = parsePolicy(`log ${vkey}\nquorum none\n`);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.policy;
}

/** Reads the log as an auditor does; another checkpoint may be put in its place. */
function verify(policy: Policy, checkpoint?: string, vkeys?: string): Promise<LogVerdict> {
  const [authorization = ""] = as("operator").get("authorization") as string[];
  const producers = new Map(
    [rig.policy, rig.own].map(({ keyId, service, publicKey: key }) => [keyId, { service, key }] as const),
  );
  return verifyLog({
    policy,
    checker: new EntryChecker({ producers, mayRecord }),
    keys: parseLogKeys(vkeys ?? "") ?? undefined,
    async read(path) {
      if (path === "checkpoint" && checkpoint !== undefined) return Buffer.from(checkpoint);
      const response = await fetch(`http://127.0.0.1:${ledger.ports.http}/${path}`, { headers: { authorization } });
      return response.status === 200 ? Buffer.from(await response.arrayBuffer()) : null;
    },
  });
}

test("a key takes another's place under load: each checkpoint is signed by whom the log says, and any of them verifies", async () => {
  const old = formatVkey(ORIGIN, rig.checkpointKey);
  const rotated = await rotateLogKey(change);
  const [from, fresh] = [rotated.index ?? NaN, rotated.vkey];
  const [both] = await checkpointsOver(from);
  expect(signersOf(both as Checkpoint, [old, fresh])).toEqual([old, fresh]);
  const leaf = (await rig.leaves(from)).find(({ index }) => index === from);
  expect(leaf?.event).toMatchObject({ change: "rotated", role: "log", name: ORIGIN, by: "ops" });
  const rotation = openLogKeyRotation(String(leaf?.event["statement"]));
  expect(rotation && [rotation.from, rotation.to].map(({ publicKey }) => formatVkey(ORIGIN, publicKey))).toEqual([
    old,
    fresh,
  ]);
  for (const vkey of [old, fresh]) expect(await verify(trusting(vkey))).toMatchObject({ kind: "sound" });

  const retired = await retireLogKey(change);
  const to = retired.index ?? NaN;
  const after = await checkpointsOver(to);
  for (const checkpoint of await checkpoints()) {
    const expected = checkpoint.size <= from ? [old] : checkpoint.size <= to ? [old, fresh] : [fresh];
    expect(signersOf(checkpoint, [old, fresh])).toEqual(expected);
  }
  expect(change.file.read().map((key) => formatVkey(ORIGIN, key))).toEqual([fresh]);
  expect(change.file.vkeys(ORIGIN)).toEqual([old, fresh]);
  const named = await (await fetch(`http://127.0.0.1:${ledger.ports.http}/vkeys`)).text();
  const own = named.split("\n").filter((line) => line.startsWith("log"));
  expect(own).toEqual([`log ${fresh}`, `log-term ${old} - ${to}`, `log-term ${fresh} ${from} -`]);
  const producers = named.split("\n").filter((line) => line.startsWith("producer"));
  expect(await verify(trusting(fresh), undefined, named)).toMatchObject({
    kind: "sound",
    // The rig's producers are of no leaf, as those of an old register.
    keys: { proven: 3, unproven: producers },
  });
  const lie = named.replace(`${from} -`, `${from - 1} -`);
  expect(await verify(trusting(fresh), undefined, lie)).toMatchObject({ kind: "tampered", index: from });
  expect(await verify(trusting(old))).toMatchObject({ kind: "unverifiable" });

  // Whoever has stolen the outgoing key can still sign with it.
  const { size, root } = after[0] as Checkpoint;
  const stolen = signCheckpoint({ origin: ORIGIN, size, root }, [{ name: ORIGIN, privateKey: rig.checkpointKey }]);
  expect(await verify(trusting(old), stolen)).toMatchObject({
    kind: "tampered",
    index: to,
    reason: "it retired the key that the checkpoint over it is signed by",
  });
  await expect(retireLogKey(change)).rejects.toThrow("No rotation is under way.");

  // A start over a folder that was put back from before the rotation would wait for checkpoints in vain.
  const home = openHome(join(dirname(change.file.path), "home"));
  const folder = join(home.keys, "signing");
  mkdirSync(folder);
  const put = new LogKeyFile(folder);
  put.write([rig.checkpointKey]);
  const start = { ownerUrl: rig.db.ownerUrl, home, origin: ORIGIN };
  await expect(admitRegister(start)).rejects.toThrow(
    /^The log has retired the key in .*home\/keys\/signing\/log\.pem: /,
  );
  put.write([rig.checkpointKey, ...change.file.read()]);
  await admitRegister(start);
  // Until its retirement is taken note of, the outgoing key stands first in the file.
  expect([readLogVkey(folder, (both as Checkpoint).note), readLogVkey(folder, after[0]?.note ?? "")]).toEqual([
    old,
    fresh,
  ]);
});
