import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PAYLOAD_TYPES } from "@signalbox/proto";
import {
  encodeEntryBundle,
  encodeTile,
  formatLogKeys,
  formatLogProof,
  formatReceipt,
  formatVkey,
  inclusionProof,
  leafHash,
  producerKeyId,
  signCheckpoint,
  signEvents,
  tilePath,
  TileRecorder,
  type RecordedTile,
} from "@signalbox/tlog";
import { afterAll, beforeAll, expect, test } from "vitest";
import { recordedTerminal } from "../recorded-terminal.ts";
import { runCli } from "../run-cli.ts";

const ORIGIN = "register.test/log";
const log = generateKeyPairSync("ed25519");
const producer = generateKeyPairSync("ed25519");
const VKEY = formatVkey(ORIGIN, log.publicKey);
const KEYS = formatLogKeys({ logs: [VKEY], producers: [formatVkey("policy", producer.publicKey)] });
const signer = { keyId: producerKeyId(producer.publicKey), privateKey: producer.privateKey };

/** More than a tile of decisions. */
const ENTRIES = signEvents(
  Array.from({ length: 300 }, (_, n) => {
    const event = { eventId: `event-${n}`, requestId: `request-${n}`, decisionId: `decision-${n}`, input: {} };
    return { payloadType: PAYLOAD_TYPES.decision, payload: Buffer.from(JSON.stringify(event)) };
  }),
  signer,
);

let dir: string;
let folder: string;
let server: Server;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "signalbox-verify-"));
  folder = join(dir, "log");
  for (const [path, bytes] of await filesOf(ENTRIES)) write(path, bytes);
  write("../policy.txt", `log ${VKEY}\nquorum none\n`);
  server = createServer((request, response) => {
    void serve(request.url ?? "").then(({ status, body }) => response.writeHead(status).end(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => {
  server.close();
  rmSync(dir, { recursive: true });
});

async function serve(url: string): Promise<{ status: number; body: Buffer | string }> {
  if (url.startsWith("/broken/")) return { status: 500, body: "" };
  const body = (await filesOf(ENTRIES)).get(url.replace("/log/", ""));
  return body === undefined ? { status: 404, body: "" } : { status: 200, body };
}

async function filesOf(entries: readonly Buffer[]): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>([["vkeys", Buffer.from(KEYS)]]);
  const tree = new TileRecorder();
  const keep = (tile: RecordedTile): void => void files.set(tilePath(tile), encodeTile(tile.hashes));
  for (const entry of entries) tree.addLeaf(leafHash(entry)).forEach(keep);
  tree.partialTiles().forEach(keep);
  for (let at = 0; at < entries.length; at += 256) {
    const bundle = entries.slice(at, at + 256);
    const path = tilePath({ kind: "entries", level: 0, index: at / 256, width: bundle.length });
    files.set(path, encodeEntryBundle(bundle));
  }
  const checkpoint = { origin: ORIGIN, size: entries.length, root: await tree.root() };
  files.set("checkpoint", Buffer.from(signCheckpoint(checkpoint, [{ name: ORIGIN, privateKey: log.privateKey }])));
  return files;
}

function write(path: string, bytes: Uint8Array | string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  return file;
}

async function verify(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const terminal = recordedTerminal();
  const code = await runCli(["verify", ...args], terminal);
  return { code, stdout: terminal.stdout.join("\n"), stderr: terminal.stderr.join("\n") };
}

function policyFile(): string {
  return join(dir, "policy.txt");
}

function urlOf(path: string): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`;
}

test("a folder is verified without a line, a home folder or a network", async () => {
  const { code, stdout } = await verify(folder, "--policy", policyFile());
  expect(code).toBe(0);
  expect(stdout).toContain(`sound: 300 leaves of ${ORIGIN}`);
  expect(stdout).toContain("300 read, 300 of them of ours, signed by producers' keys from the log itself");
  const json = await verify(folder, "--vkey", VKEY, "--json");
  expect(JSON.parse(json.stdout)).toMatchObject({ kind: "sound", what: "log", size: 300, entries: 300, ours: 300 });
});

test("a URL is verified the same way", async () => {
  const { code, stdout } = await verify(urlOf("log/"), "--policy", policyFile());
  expect(code).toBe(0);
  expect(stdout).toContain("sound: 300 leaves");
});

test("B15 a changed entry ends with 1 and names its index", async () => {
  const path = tilePath({ kind: "entries", level: 0, index: 1, width: 44 });
  const before = (await filesOf(ENTRIES)).get(path) as Buffer;
  const changed = Buffer.from(before);
  const at = changed.indexOf(ENTRIES[270] as Buffer) + 40;
  changed[at] = (changed[at] as number) ^ 1;
  write(path, changed);
  const { code, stdout } = await verify(folder, "--policy", policyFile(), "--json");
  write(path, before);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ kind: "tampered", index: 270 });
});

test("B15 a log that was rolled back is found by a checkpoint that was kept", async () => {
  const later = (await filesOf([...ENTRIES, Buffer.from("more")])).get("checkpoint") as Buffer;
  const kept = write("../kept.checkpoint", later);
  const { code, stdout } = await verify(folder, "--policy", policyFile(), "--since", kept);
  expect(code).toBe(1);
  expect(stdout).toContain("TAMPERED at index 300: the log was rolled back");
});

test("what cannot be verified ends with 2 and says why", async () => {
  const file = write("../text.txt", "nothing");
  for (const [args, reason] of [
    [[folder], "Whom to trust is not said"],
    [[folder, "--policy", file], "line 1"],
    [[folder, "--policy", join(dir, "none")], "cannot be read"],
    [[join(dir, "none"), "--policy", policyFile()], "is not there"],
    [[file, "--policy", policyFile()], "not a tlog-proof"],
    [[folder, "--policy", policyFile(), "--producers", file], "names no producer"],
    [[folder, "--policy", policyFile(), "--since", file], "older checkpoint"],
    [[urlOf("broken"), "--policy", policyFile()], "answers 500"],
    [[urlOf("nowhere"), "--policy", policyFile()], "no checkpoint"],
    [["http://127.0.0.1:1", "--policy", policyFile()], "cannot be read"],
    [[folder, "--vkey", formatVkey(ORIGIN, producer.publicKey)], "no-known-signature"],
  ] as const) {
    const { code, stdout, stderr } = await verify(...args);
    expect([args, code]).toEqual([args, 2]);
    expect(stdout + stderr).toContain(reason);
  }
});

test("what would not be looked at is refused, so that nobody believes that it was", async () => {
  const proof = write("../some.tlog-proof", "nothing");
  const keys = write("../keys", KEYS);
  const checkpoint = String((await filesOf(ENTRIES)).get("checkpoint"));
  const plain = write("../some-plain.tlog-proof", formatLogProof({ index: 5, hashes: [], checkpoint, extra: null }));
  const trust = ["--policy", policyFile()];
  for (const [args, said] of [
    [["--since", proof], "--since is not for the running line"],
    [trust, "--policy is not for the running line"],
    [["--replay"], "--replay is not for the running line"],
    [[proof, ...trust, "--since", proof], "--since is not for a .tlog-proof file"],
    [[proof, ...trust, "--replay"], "--replay is not for"],
    [[folder, ...trust, "--entry", proof], "--entry is not for a folder"],
    [[folder, ...trust, "--token-file", proof], "--token-file is not for a folder"],
    [[urlOf("log"), ...trust, "--entry", proof], "--entry is not for a URL"],
    [[folder, ...trust, "--vkey", VKEY], "Whom to trust is said twice"],
    [[folder, ...trust, "--hashes-only", "--producers", keys], "--producers is not for --hashes-only"],
    [[plain, ...trust, "--producers", keys], "--producers is not for the proof"],
  ] as const) {
    const { code, stderr } = await verify(...args);
    expect([args, code, stderr]).toEqual([args, 2, expect.stringContaining(said)]);
  }
});

test("a copy of a part is verified as far as its manifest says that it goes", async () => {
  const part = join(dir, "part");
  for (const [path, bytes] of await filesOf(ENTRIES)) {
    if (!path.startsWith("tile/entries/000")) write(join("..", "part", path), bytes);
  }
  expect(await verify(part, "--policy", policyFile())).toMatchObject({ code: 2 });
  const manifest = { schema: "signalbox.export.v1", origin: ORIGIN, size: 300, from: 256, to: 300 };
  write("../part/export.json", JSON.stringify(manifest));
  const { code, stdout } = await verify(part, "--policy", policyFile());
  expect(code).toBe(0);
  expect(stdout).toContain("44 read");
  write("../part/export.json", "{}");
  expect(await verify(part, "--policy", policyFile())).toMatchObject({ code: 2 });
});

test("a receipt is verified by itself, and another's proof with the entry beside it", async () => {
  const hashes = inclusionProof(ENTRIES.map(leafHash), 5);
  const checkpoint = String((await filesOf(ENTRIES)).get("checkpoint"));
  const decision = { index: 5, hashes, entry: ENTRIES[5] as Buffer };
  const producers = [formatVkey("policy", producer.publicKey)];
  const receipt = write(
    "../5.tlog-proof",
    formatReceipt({ checkpoint, decision, outcome: null, documents: [], producers }),
  );
  const ours = await verify(receipt, "--policy", policyFile());
  expect(ours).toMatchObject({ code: 0, stdout: expect.stringContaining("decision decision-5 of request request-5") });
  expect(ours.stdout).toContain("unchecked  whose the producers' keys are");
  const proof = write("../plain.tlog-proof", formatLogProof({ index: 5, hashes, checkpoint, extra: null }));
  const entry = write("../entry", ENTRIES[5] as Buffer);
  expect(await verify(proof, "--policy", policyFile(), "--entry", entry)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("stands at index 5"),
  });
  expect(await verify(proof, "--policy", policyFile())).toMatchObject({ code: 2 });
  const other = write("../other", ENTRIES[6] as Buffer);
  expect(await verify(receipt, "--policy", policyFile(), "--entry", entry)).toMatchObject({ code: 0 });
  expect(await verify(receipt, "--policy", policyFile(), "--entry", other)).toMatchObject({ code: 1 });
  expect(await verify(proof, "--policy", policyFile(), "--entry", other)).toMatchObject({ code: 1 });
});
