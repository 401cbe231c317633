import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  consistencyProof,
  formatAddCheckpoint,
  formatVkey,
  leafHash,
  parseVkey,
  signCheckpoint,
  treeRoot,
  verifyNote,
  type NoteVerifier,
} from "@signalbox/tlog";
import { afterEach, beforeEach, expect, test } from "vitest";
import { recordedTerminal } from "../recorded-terminal.ts";
import { runCli } from "../run-cli.ts";
import { startWitness } from "./start-witness.ts";
import { Witness, type WitnessAnswer } from "./witness.ts";
import { WitnessState } from "./witness-state.ts";

const ORIGIN = "register.test/log";
const NAME = "witness.test/w1";
const log = generateKeyPairSync("ed25519");
const own = generateKeyPairSync("ed25519");
const LEAVES = Array.from({ length: 20 }, (_, i) => leafHash(Buffer.from(`leaf ${i}`)));
const FORK = LEAVES.with(2, leafHash(Buffer.from("another")));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "signalbox-witness-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function verifierOf(vkey: string): NoteVerifier {
  const parsed = parseVkey(vkey);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.verifier;
}

function checkpointOf(size: number, leaves: readonly Uint8Array[] = LEAVES): string {
  const checkpoint = { origin: ORIGIN, size, root: treeRoot(leaves.slice(0, size)) };
  return signCheckpoint(checkpoint, [{ name: ORIGIN, privateKey: log.privateKey }]);
}

function requestOf(from: number, to: number, leaves: readonly Uint8Array[] = LEAVES): string {
  const proof = from === 0 || from > to ? [] : consistencyProof(leaves.slice(0, to), from);
  return formatAddCheckpoint({ oldSize: from, proof, checkpoint: checkpointOf(to, leaves) });
}

function witnessOver(state: WitnessState): Witness {
  const logs = [verifierOf(formatVkey(ORIGIN, log.publicKey))];
  return new Witness({ cosigner: { name: NAME, privateKey: own.privateKey }, logs, state, now: () => 1_700_000_000 });
}

function cosigns(answer: WitnessAnswer, size: number): boolean {
  const verifier = verifierOf(formatVkey(NAME, own.publicKey, "cosignature"));
  return answer.status === 200 && verifyNote(checkpointOf(size) + answer.body, [verifier]).ok;
}

test("a checkpoint is cosigned, and so is every one that extends it", async () => {
  using state = await WitnessState.open(folder);
  const witness = witnessOver(state);
  for (const [from, to] of [
    [0, 3],
    [3, 3],
    [3, 8],
    [8, 20],
  ] as const) {
    expect(cosigns(await witness.addCheckpoint(requestOf(from, to)), to)).toBe(true);
  }
});

test("what was cosigned is remembered over a restart, and a fork of it gets no cosignature", async () => {
  {
    using state = await WitnessState.open(folder);
    await witnessOver(state).addCheckpoint(requestOf(0, 8));
  }
  using state = await WitnessState.open(folder);
  const witness = witnessOver(state);
  expect(await witness.addCheckpoint(requestOf(0, 8, FORK))).toMatchObject({
    status: 409,
    contentType: "text/x.tlog.size",
    body: "8\n",
  });
  expect(await witness.addCheckpoint(requestOf(8, 8, FORK))).toMatchObject({ status: 409 });
  expect(await witness.addCheckpoint(requestOf(8, 12, FORK))).toMatchObject({ status: 422 });
  expect(cosigns(await witness.addCheckpoint(requestOf(8, 12)), 12)).toBe(true);
});

test("of requests that come at the same time none rolls the log back", async () => {
  using state = await WitnessState.open(folder);
  const witness = witnessOver(state);
  const sizes = [5, 12, 7, 20, 3];
  const answers = await Promise.all(sizes.map((size) => witness.addCheckpoint(requestOf(0, size))));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(await witness.addCheckpoint(requestOf(0, 1))).toMatchObject({ status: 409, body: "5\n" });
});

test("other requests are told apart as the protocol says", async () => {
  using state = await WitnessState.open(folder);
  const witness = witnessOver(state);
  const stranger = generateKeyPairSync("ed25519").privateKey;
  const unsigned = signCheckpoint({ origin: ORIGIN, size: 1, root: LEAVES[0] as Buffer }, [
    { name: ORIGIN, privateKey: stranger },
  ]);
  const foreign = signCheckpoint({ origin: "other.test", size: 1, root: LEAVES[0] as Buffer }, [
    { name: "other.test", privateKey: stranger },
  ]);
  expect(await witness.addCheckpoint("nonsense")).toMatchObject({ status: 400 });
  expect(await witness.addCheckpoint(requestOf(8, 3))).toMatchObject({ status: 400 });
  expect(await witness.addCheckpoint(`old 0\n\n${unsigned}`)).toMatchObject({ status: 403 });
  expect(await witness.addCheckpoint(`old 0\n\n${foreign}`)).toMatchObject({ status: 404 });
});

test("a state that cannot be read stops the witness from cosigning", async () => {
  using state = await WitnessState.open(folder);
  const witness = witnessOver(state);
  await witness.addCheckpoint(requestOf(0, 3));
  const [file = ""] = (await readdir(folder)).filter((name) => name.endsWith(".json"));
  expect(JSON.parse(readFileSync(join(folder, file), "utf8"))).toMatchObject({ origin: ORIGIN, size: 3 });
  writeFileSync(join(folder, file), "{}");
  await expect(witness.addCheckpoint(requestOf(0, 8))).rejects.toThrow("origin");
});

test("the server speaks the protocol over HTTP, and refuses what is no request", async () => {
  using state = await WitnessState.open(folder);
  const vkey = formatVkey(NAME, own.publicKey, "cosignature");
  const options = { host: "127.0.0.1", port: 0, vkey, witness: witnessOver(state) };
  await using server = await startWitness({ ...options, onError: () => {} });
  const url = `http://127.0.0.1:${server.port}`;
  expect(await (await fetch(`${url}/vkey`)).text()).toBe(`${vkey}\n`);
  const post = (body: string): Promise<Response> => fetch(`${url}/add-checkpoint`, { method: "POST", body });
  expect((await post(requestOf(0, 3))).status).toBe(200);
  const conflict = await post(requestOf(0, 3));
  expect([conflict.status, conflict.headers.get("content-type")]).toEqual([409, "text/x.tlog.size"]);
  expect((await post("x".repeat(300_000))).status).toBe(413);
  expect((await fetch(`${url}/add-checkpoint`)).status).toBe(405);
  expect((await fetch(`${url}/other`)).status).toBe(404);
});

test("the command makes a key at its first start, keeps it, and ends when it is told to", async () => {
  const run = async (): Promise<string> => {
    const terminal = recordedTerminal();
    const vkey = formatVkey(ORIGIN, log.publicKey);
    const args = ["witness", "--name", NAME, "--log", vkey, "--state", folder, "--port", "0", "--json"];
    const ended = runCli(args, terminal);
    while (terminal.stdout.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    terminal.abort();
    expect(await ended).toBe(0);
    return (JSON.parse(terminal.stdout[0] as string) as { vkey: string }).vkey;
  };
  const first = await run();
  expect(verifierOf(first)).toMatchObject({ type: "cosignature", name: NAME });
  expect(await run()).toBe(first);
});

test.each([
  [["--name", "with space", "--log", "x"], "no space"],
  [["--name", NAME], "No log is named"],
  [["--name", NAME, "--log", "nonsense"], "not a log's verifier key"],
  [["--name", NAME, "--policy", "/nonexistent/policy"], "signalbox: /nonexistent/policy cannot be read"],
])("the command refuses %j", async (args, reason) => {
  const terminal = recordedTerminal();
  expect(await runCli(["witness", ...args, "--state", folder], terminal)).toBe(2);
  expect(terminal.stderr.join("\n")).toContain(reason);
});
