import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { witnessesCheck } from "@signalbox/infra/cli/doctor/witnesses.ts";
import type { Finding } from "@signalbox/infra/cli/doctor/check.ts";
import { startWitness, type WitnessServer } from "@signalbox/infra/cli/witness/start-witness.ts";
import { WitnessState } from "@signalbox/infra/cli/witness/witness-state.ts";
import { Witness, type WitnessAnswer, type WitnessOptions } from "@signalbox/infra/cli/witness/witness.ts";
import { uuidv7 } from "@signalbox/kit";
import { checkPolicy, formatVkey, parsePolicy, parseVkey, type Policy, type PolicyVerdict } from "@signalbox/tlog";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readNote } from "../kit/standard-reader.ts";
import { decisionEvent } from "./ledger-events.ts";
import { as, startLedgerRig, until, type Ledger, type LedgerRig } from "./ledger-rig.ts";

const ORIGIN = "signalbox.test/log";
const UNWITNESSED_AFTER_MS = 2_000;

let rig: LedgerRig;
let ledger: Ledger;
let dir: string;
let witnesses: TestWitness[];
/** Takes connections and answers nothing. */
let silent: Server;
let policyText: string;
beforeAll(async () => {
  rig = await startLedgerRig();
  dir = await mkdtemp(join(tmpdir(), "signalbox-witnesses-"));
  silent = createServer(() => {}).listen(0, "127.0.0.1");
  await once(silent, "listening");
  witnesses = [1, 2].map((n) => new TestWitness(`w${n}`));
  for (const witness of witnesses) await witness.start();
  const gone = formatVkey("w3", generateKeyPairSync("ed25519").publicKey, "cosignature");
  policyText = [
    `log ${formatVkey(ORIGIN, rig.checkpointKey)}`,
    ...witnesses.map(({ name, vkey, port }) => `witness ${name} ${vkey} http://127.0.0.1:${port}`),
    `witness w3 ${gone} http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
    "group two 2 w1 w2 w3",
    "quorum two",
    "",
  ].join("\n");
  await writeFile(join(dir, "policy.txt"), policyText);
  ledger = await startWitnessed(UNWITNESSED_AFTER_MS);
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  for (const witness of witnesses) await witness.stop();
  silent.closeAllConnections();
  silent.close();
  await rm(dir, { recursive: true });
});

/** Cosigns, and takes its time to say so. */
class LateWitness extends Witness {
  /** Whose signatures stood under the checkpoints that it was sent. */
  readonly signers: string[] = [];
  readonly #lateByMs: () => number;

  constructor(options: WitnessOptions, lateByMs: () => number) {
    super(options);
    this.#lateByMs = lateByMs;
  }

  override async addCheckpoint(body: Uint8Array | string): Promise<WitnessAnswer> {
    this.signers.push(...Array.from(body.toString().matchAll(/^— (\S+)/gm), ([, name]) => name as string));
    const answer = await super.addCheckpoint(body);
    await sleep(this.#lateByMs());
    return answer;
  }
}

/** A witness with a key of its own that is stopped and started on one port. */
class TestWitness {
  readonly name: string;
  lateByMs = 0;
  #privateKey: KeyObject = generateKeyPairSync("ed25519").privateKey;
  #server: WitnessServer | null = null;
  #state: WitnessState | null = null;
  #witness: LateWitness | null = null;
  port = 0;

  constructor(name: string) {
    this.name = name;
  }

  get vkey(): string {
    return formatVkey(this.name, this.#privateKey, "cosignature");
  }

  async start(): Promise<void> {
    this.#state = await WitnessState.open(join(dir, this.name));
    const log = parseVkey(formatVkey(ORIGIN, rig.checkpointKey));
    this.#witness = new LateWitness(
      {
        cosigner: { name: this.name, privateKey: this.#privateKey },
        logs: log.ok ? [log.verifier] : [],
        state: this.#state,
        now: () => Math.floor(Date.now() / 1_000),
      },
      () => this.lateByMs,
    );
    const options = { host: "127.0.0.1", vkey: this.vkey, witness: this.#witness, onError: () => {} };
    this.#server = await startWitness({ ...options, port: this.port });
    this.port = this.#server.port;
  }

  get signers(): ReadonlySet<string> {
    return new Set(this.#witness?.signers);
  }

  takeAnotherKey(): void {
    this.#privateKey = generateKeyPairSync("ed25519").privateKey;
  }

  async stop(): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
    this.#state?.[Symbol.dispose]();
    this.#server = null;
  }
}

function startWitnessed(unwitnessedAfterMs: number | null): Promise<Ledger> {
  const witness = { policyFile: join(dir, "policy.txt"), timeoutMs: 1_000, unwitnessedAfterMs };
  return rig.start({ files: { port: 0 }, witness });
}

function policy(): Policy {
  const parsed = parsePolicy(policyText);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.policy;
}

/** Commits so many and returns how many there are then. */
async function append(count: number): Promise<number> {
  const before = (await rig.leaves(0)).length;
  const events = Array.from({ length: count }, () => decisionEvent({ requestId: uuidv7(), decisionId: uuidv7() }));
  const signed = rig.policy.sign(events);
  await rig.enqueue(signed);
  for (const { eventId } of signed) expect(await rig.receipt(eventId)).toMatchObject({ status: "committed" });
  return before + count;
}

async function shown(of = ledger): Promise<{ size: number; verdict: PolicyVerdict } | null> {
  const response = await fetch(`http://127.0.0.1:${of.ports.http}/checkpoint`);
  if (response.status !== 200) return null;
  const note = await response.text();
  return { size: Number(note.split("\n")[1]), verdict: checkPolicy(note, policy()) };
}

async function shownAt(size: number): Promise<PolicyVerdict> {
  return await until(async () => {
    const now = await shown();
    return now !== null && now.size >= size ? now.verdict : undefined;
  });
}

test("the checkpoint that is shown bears the quorum's cosignatures, though a witness never answers", async () => {
  for (const count of [3, 150, 150]) {
    const startedMs = performance.now();
    const verdict = await shownAt(await append(count));
    expect(verdict).toMatchObject({ ok: true, witnesses: [{ name: "w1" }, { name: "w2" }] });
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  }
});

test("a reader that knows the standards' texts alone finds the log's signature and the witnesses' on the checkpoint", async () => {
  const vkeys = [formatVkey(ORIGIN, rig.checkpointKey), ...witnesses.map(({ vkey }) => vkey)];
  const names = await until(async () => {
    const response = await fetch(`http://127.0.0.1:${ledger.ports.http}/checkpoint`);
    const { signedBy } = readNote(new Uint8Array(await response.arrayBuffer()), vkeys);
    return signedBy.length === vkeys.length ? signedBy : undefined;
  });
  expect(names).toEqual([ORIGIN, "w1", "w2"]);
});

/** What doctor says of the witnesses, at once. */
async function doctorSays(of = ledger): Promise<Finding | undefined> {
  const runtime = { baseUrl: "http://127.0.0.1:9", registerUrl: `http://127.0.0.1:${of.ports.http}` };
  return witnessesCheck(runtime, 0)[0]?.look();
}

test("a cosignature that came too late is asked for again, though the log stands still", async () => {
  const [, late] = witnesses;
  late!.lateByMs = 1_500;
  const size = await append(1);
  expect(await shownAt(size)).toEqual({ ok: false, reason: "no-quorum" });
  expect(await doctorSays()).toMatchObject({
    status: "fail",
    detail: `the checkpoint of ${size} leaves is shown without its quorum: cosigned by w1, not by w2, w3`,
  });
  late!.lateByMs = 0;
  await until(async () => ((await shown())?.verdict.ok === true ? true : undefined), 10_000);
  expect(await doctorSays()).toMatchObject({
    status: "warn",
    detail: `${size} leaves, cosigned by w1, w2, not by w3`,
  });
  // The other's cosignature, which was here before, was not sent along: a witness need not read more than 16 lines.
  expect(late!.signers).toEqual(new Set([ORIGIN]));
});

test("the policy is shown to whoever asks for it", async () => {
  const response = await fetch(`http://127.0.0.1:${ledger.ports.http}/witness-policy`);
  expect(await response.text()).toBe(policyText);
});

test("without a quorum events are committed and proved at once, the old checkpoint stands for a while, then the new one", async () => {
  const before = (await shown())?.size ?? 0;
  await witnesses[0]?.stop();
  const size = await append(2);
  expect(await shown()).toMatchObject({ size: before, verdict: { ok: true } });
  const [event] = await rig.leaves(size).then((leaves) => leaves.slice(-1));
  const request = { tenant: "default", id: event?.decisionId ?? "", eventId: "" };
  const covered = await new Promise((resolve, reject) => {
    ledger.client.prove(request, as("ingress"), (error, { size: found }) =>
      error === null ? resolve(found) : reject(error),
    );
  });
  expect(covered).toBe(BigInt(size));
  expect(await shownAt(size)).toEqual({ ok: false, reason: "no-quorum" });
});

test("a witness that comes back is asked again, and what is shown never shrinks", async () => {
  await witnesses[0]?.start();
  const size = await append(1);
  let last = 0;
  await until(async () => {
    const now = await shown();
    expect(now?.size ?? 0).toBeGreaterThanOrEqual(last);
    last = now?.size ?? 0;
    return now?.verdict.ok === true && now.size >= size ? true : undefined;
  }, 40_000);
});

test("a witness that was given another key cosigns with it, though the log stands still, and its former line is gone", async () => {
  const [witness] = witnesses as [TestWitness, TestWitness];
  await witness.stop();
  await ledger[Symbol.asyncDispose]();
  const former = witness.vkey;
  witness.takeAnotherKey();
  await witness.start();
  policyText = policyText.replace(former, witness.vkey);
  await writeFile(join(dir, "policy.txt"), policyText);
  const before = (await rig.leaves(0)).length;
  ledger = await startWitnessed(UNWITNESSED_AFTER_MS);
  const note = await until(async () => {
    const now = await shown();
    return now?.verdict.ok === true
      ? (await fetch(`http://127.0.0.1:${ledger.ports.http}/checkpoint`)).text()
      : undefined;
  }, 20_000);
  expect(checkPolicy(note, policy())).toMatchObject({ ok: true, witnesses: [{ name: "w1" }, { name: "w2" }] });
  expect(Number(note.split("\n")[1])).toBe(before);
  expect(note.match(/^\u2014 w1 /gmu)).toHaveLength(1);
});

test("B15 another history under the log's own name and key gets no quorum, and is not shown", async () => {
  await using other = await startLedgerRig();
  const { checkpoint } = rig.config as { checkpoint: { origin: string; keyFile: string } };
  const { origin, keyFile } = checkpoint;
  const fork = await other.start({
    files: { port: 0 },
    checkpoint: { origin, keyFile, stateFile: join(dir, "fork.json") },
    witness: { policyFile: join(dir, "policy.txt"), timeoutMs: 300, unwitnessedAfterMs: null },
  });
  const ids = Array.from({ length: 3 }, () => ({ requestId: uuidv7(), decisionId: uuidv7() }));
  await other.enqueue(other.policy.sign(ids.map(decisionEvent)));
  await until(async () => {
    return (await other.owner.query("select from ledger_checkpoint where size = 3")).rowCount === 1 ? true : undefined;
  });
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  expect((await other.owner.query("select from ledger_cosignature")).rowCount).toBe(0);
  expect(await shown(fork)).toBeNull();
});

test("a log that waits for its witnesses for ever shows no checkpoint without them", async () => {
  await ledger[Symbol.asyncDispose]();
  await witnesses[1]?.stop();
  await using strict = await startWitnessed(null);
  const before = (await shown(strict))?.size ?? 0;
  const size = await append(1);
  await until(async () => {
    const { rowCount } = await rig.owner.query("select from ledger_checkpoint where size = $1", [size]);
    return rowCount === 1 ? true : undefined;
  });
  const waitUntilMs = performance.now() + 2 * UNWITNESSED_AFTER_MS;
  while (performance.now() < waitUntilMs) {
    expect(await shown(strict)).toMatchObject({ size: before, verdict: { ok: true } });
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
});
