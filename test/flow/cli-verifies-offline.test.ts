import { execFile, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { documentPath } from "@signalbox/infra/cli/verify/document-path.ts";
import { readLogVkey } from "@signalbox/infra/cli/verify/producer-keys.ts";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { readLog, readProof } from "../kit/standard-reader.ts";
import { KEY_LEAVES, startLine, type TestLine } from "../kit/start-line.ts";

const REQUESTS = 3;
const LEAVES = KEY_LEAVES + 2 * REQUESTS;
const MAIN = join(import.meta.dirname, "../../infra/cli/main.ts");

type Ran = { code: number; stdout: string; stderr: string };

let line: TestLine;
let dir: string;
let kept: string;
let copy: string;
let policy: string;
let receipt: string;
const whileItRan: Ran[] = [];

/** What an auditor carries away from a running line; then the line is stopped. */
beforeAll(async () => {
  line = await startLine();
  dir = mkdtempSync(join(tmpdir(), "signalbox-auditor-"));
  const register = line.registerUrl;
  await ask();
  kept = join(dir, "kept.checkpoint");
  await vi.waitUntil(async () => await keepCheckpoint(register, KEY_LEAVES + 2), { timeout: 20_000, interval: 200 });
  for (let sent = 1; sent < REQUESTS; sent += 1) await ask();
  policy = join(dir, "policy.txt");
  const vkey = readLogVkey(join(line.home, "keys/signing"), readFileSync(kept, "utf8").split("\n")[0] ?? "");
  writeFileSync(policy, `log ${vkey}\nquorum none\n`);
  const decisions = (await (await line.api("/v1/decisions")).json()) as { data: { decisionId: string }[] };
  receipt = join(dir, "decision.tlog-proof");
  const answer = await line.api(`/v1/decisions/${decisions.data[0]?.decisionId}/receipt`);
  writeFileSync(receipt, await answer.text());
  copy = join(dir, "copy");
  await vi.waitUntil(
    async () => (await (await fetch(`${register}/checkpoint`)).text()).split("\n")[1] === String(LEAVES),
    { timeout: 20_000, interval: 200 },
  );
  whileItRan.push(
    await cli("verify", register, "--policy", policy, "--token-file", tokenFile()),
    await cli("export", copy, "--home", line.home),
    await cli("fsck", "--home", line.home),
  );
  await line.stop();
});
afterAll(async () => {
  await line[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

function tokenFile(): string {
  return join(line.home, "keys/grpc/operator.token");
}

async function ask(): Promise<void> {
  const response = await fetch(`${line.baseUrl}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${line.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "auto", messages: [{ role: "user", content: "Hello!" }] }),
  });
  await response.text();
}

async function keepCheckpoint(register: string, size: number): Promise<boolean> {
  const response = await fetch(`${register}/checkpoint`);
  const note = await response.text();
  if (response.status !== 200 || note.split("\n")[1] !== String(size)) return false;
  writeFileSync(kept, note);
  return true;
}

async function fromCopy(path: string): Promise<Buffer> {
  return readFileSync(join(copy, path));
}

/** The command line in a process and a folder of its own, with nothing in its environment. */
async function cli(...args: string[]): Promise<Ran> {
  const words = [MAIN, ...args];
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, words, { cwd: dir, env: {} })) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

test("the running register is verified by its URL, exported, and its database checked", () => {
  expect(whileItRan).toMatchObject(Array.from({ length: 3 }, () => ({ code: 0, stderr: "" })));
  const [verified, exported, checked] = whileItRan.map(({ stdout }) => stdout);
  expect(verified).toContain(`sound: ${LEAVES} leaves`);
  expect(exported).toContain(`${LEAVES} entries and `);
  expect(checked).toContain("ok    checkpoints");
});

test("a copy verifies against an older checkpoint, and replays, with the line gone", async () => {
  const { code, stdout } = await cli("verify", copy, "--policy", policy, "--since", kept, "--replay", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    kind: "sound",
    size: LEAVES,
    ours: LEAVES,
    since: KEY_LEAVES + 2,
    keys: { unproven: [] },
    unchecked: [`export.json: that entries 0 to ${LEAVES} were asked for`],
    replay: { replayed: REQUESTS, identical: REQUESTS, different: [], failed: [] },
  });
});

test("a receipt verifies with the line gone", async () => {
  const { code, stdout } = await cli("verify", receipt, "--policy", policy);
  expect(code).toBe(0);
  expect(stdout).toContain("sound: decision");
  expect(stdout).toContain("outcome    at index");
});

const hasOpenssl3 = String(spawnSync("openssl", ["version"]).stdout).startsWith("OpenSSL 3");

test.skipIf(!hasOpenssl3)("a receipt verifies with OpenSSL and a shell, as its page says", async () => {
  const page = readFileSync(join(import.meta.dirname, "../../infra/RECEIPTS.md"), "utf8");
  const script = /^```sh\n(.*?)^```$/ms.exec(page)?.[1] ?? "";
  const vkey = readFileSync(policy, "utf8").split(/\s/)[1] ?? "";
  const env = { PATH: process.env["PATH"], TMPDIR: dir };
  const run = (file: string): string =>
    spawnSync("sh", ["-c", script, "sh", file, vkey], { env, timeout: 20_000 }).stdout.toString();
  expect(run(receipt)).toContain("the log holds");
  const other = join(dir, "other.tlog-proof");
  const text = readFileSync(receipt, "utf8");
  writeFileSync(
    other,
    text.replace(/^index ([0-9]+)$/m, (_, index) => `index ${Number(index) ^ 1}`),
  );
  expect(run(other)).not.toContain("the log holds");
});

test("a reader that knows the standards' texts alone finds the same in the copy and in the receipt", async () => {
  const vkeys = [readFileSync(policy, "utf8").split(/\s/)[1] ?? ""];
  const { entries } = await readLog(fromCopy, await fromCopy("checkpoint"), vkeys);
  expect(entries).toHaveLength(LEAVES);
  const proof = readFileSync(receipt);
  const index = Number(/^index ([0-9]+)$/m.exec(proof.toString())?.[1]);
  const found = readProof(proof, entries[index] as Buffer, vkeys);
  // A proof may stand under the checkpoint before the newest.
  expect(found.index).toBe(index);
  expect(found.size).toBeGreaterThan(index);
  expect(JSON.parse(String(found.extra))).toMatchObject({ entry: entries[index]?.toString("base64") });
  expect(() => readProof(proof, entries[0] as Buffer, vkeys)).toThrow("the path leads to the root");
});

test("B15 one byte of the copy, and the verifier ends with 1 and names the leaf", async () => {
  const changed = join(dir, "changed");
  cpSync(copy, changed, { recursive: true });
  const bundle = join(changed, `tile/entries/000.p/${LEAVES}`);
  const bytes = readFileSync(bundle);
  bytes[100] = (bytes[100] as number) ^ 1;
  writeFileSync(bundle, bytes);
  const { code, stdout } = await cli("verify", changed, "--policy", policy);
  expect(code).toBe(1);
  expect(stdout).toContain("TAMPERED at index 0");
});

function payloadOf(entry: Uint8Array): string {
  const { payload } = JSON.parse(Buffer.from(entry).toString("utf8")) as { payload: string };
  return Buffer.from(payload, "base64").toString("utf8");
}

test("a copy without a document that a decision names is sound, and cannot be replayed whole", async () => {
  const partial = join(dir, "partial");
  cpSync(copy, partial, { recursive: true });
  const vkeys = [readFileSync(policy, "utf8").split(/\s/)[1] ?? ""];
  const { entries } = await readLog(fromCopy, await fromCopy("checkpoint"), vkeys);
  const [digest = ""] = entries.flatMap((entry) => /"policy":"(sha256:[0-9a-f]+)"/.exec(payloadOf(entry))?.[1] ?? []);
  rmSync(join(partial, documentPath(digest)));
  const { code, stdout } = await cli("verify", partial, "--policy", policy, "--replay");
  expect(code).toBe(2);
  expect(stdout).toContain(`sound: ${LEAVES} leaves`);
  expect(stdout).toMatch(new RegExp(`not replayed at index \\d+: decision \\S+: The document ${digest} is missing`));
});

test("a copy is not mixed with another", async () => {
  expect(await cli("export", copy, "--home", line.home)).toMatchObject({ code: 2 });
});
