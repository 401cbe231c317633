import { createPublicKey } from "node:crypto";
import { expect, test } from "vitest";
import {
  claimedOrigin,
  formatAddCheckpoint,
  judgeCheckpoint,
  parseAddCheckpoint,
  type AddCheckpoint,
} from "./add-checkpoint.ts";
import { signCheckpoint } from "./checkpoint.ts";
import { consistencyProof } from "./consistency-proof.ts";
import { privateKeyFromSeed } from "./ed25519.ts";
import { EMPTY_ROOT, leafHash, treeRoot } from "./merkle-tree.ts";
import { formatVkey, parseVkey, type NoteVerifier } from "./note-key.ts";

const ORIGIN = "register.example/signalbox";
const key = privateKeyFromSeed(Buffer.alloc(32, 7));
const verifiers = [verifierOf(key)];
const LEAVES = Array.from({ length: 9 }, (_, i) => leafHash(Buffer.from(`leaf ${i}`)));

function verifierOf(of: typeof key): NoteVerifier {
  const parsed = parseVkey(formatVkey(ORIGIN, createPublicKey(of)));
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.verifier;
}

function treeAt(size: number, leaves: readonly Uint8Array[] = LEAVES): { size: number; root: Uint8Array } {
  return { size, root: treeRoot(leaves.slice(0, size)) };
}

function request(from: number, to: number, leaves: readonly Uint8Array[] = LEAVES): AddCheckpoint {
  const checkpoint = signCheckpoint({ origin: ORIGIN, ...treeAt(to, leaves) }, [{ name: ORIGIN, privateKey: key }]);
  const proof = from === 0 || from > to ? [] : consistencyProof(leaves.slice(0, to), from);
  return { oldSize: from, proof, checkpoint };
}

test("a request is read only as it is written", () => {
  const body = formatAddCheckpoint(request(3, 7));
  expect(body.startsWith("old 3\n")).toBe(true);
  expect(formatAddCheckpoint(parseAddCheckpoint(body) as AddCheckpoint)).toBe(body);
  const hashLine = `${LEAVES[0]?.toString("base64")}\n`;
  for (const wrong of [
    body.replace("old 3", "old 03"),
    body.replace("old 3", "old -3"),
    body.replace("old 3\n", ""),
    body.replace("old 3\n", "old 9007199254740992\n"),
    body.replace("old 3\n", "old 3\nYQ==\n"),
    body.replace("old 3\n", `old 3\n${hashLine.repeat(64)}`),
    body.slice(0, body.indexOf("\n\n") + 2),
    "",
  ]) {
    expect(parseAddCheckpoint(wrong)).toBeNull();
  }
});

test("every step from a tree to a larger one of the same log is taken", () => {
  for (let to = 1; to <= LEAVES.length; to += 1) {
    expect(judgeCheckpoint(request(0, to), verifiers, null)).toMatchObject({ status: 200, checkpoint: { size: to } });
    for (let from = 1; from <= to; from += 1) {
      expect(judgeCheckpoint(request(from, to), verifiers, treeAt(from))).toMatchObject({ status: 200 });
    }
  }
});

test("an empty log is taken, and the first leaves after it", () => {
  const empty = { size: 0, root: EMPTY_ROOT };
  expect(judgeCheckpoint(request(0, 0), verifiers, null)).toMatchObject({ status: 200 });
  expect(judgeCheckpoint(request(0, 0), verifiers, empty)).toMatchObject({ status: 200 });
  expect(judgeCheckpoint(request(0, 4), verifiers, empty)).toMatchObject({ status: 200 });
});

test("a checkpoint that none of the log's keys signed is forbidden", () => {
  const other = privateKeyFromSeed(Buffer.alloc(32, 8));
  expect(judgeCheckpoint(request(0, 3), [verifierOf(other)], null)).toMatchObject({ status: 403 });
  expect(claimedOrigin(request(0, 3))).toBe(ORIGIN);
});

test("an old size above the checkpoint's is a bad request, another one than the recorded a conflict that names it", () => {
  expect(judgeCheckpoint(request(7, 3), verifiers, treeAt(7))).toMatchObject({ status: 400 });
  expect(judgeCheckpoint(request(0, 7), verifiers, treeAt(5))).toMatchObject({ status: 409, size: 5 });
  expect(judgeCheckpoint(request(3, 7), verifiers, treeAt(5))).toMatchObject({ status: 409, size: 5 });
});

test("another history is refused: at the same size as a conflict, at a larger one for its proof", () => {
  const fork = LEAVES.with(2, leafHash(Buffer.from("other")));
  expect(judgeCheckpoint(request(5, 5, fork), verifiers, treeAt(5))).toMatchObject({ status: 409, size: 5 });
  expect(judgeCheckpoint(request(5, 9, fork), verifiers, treeAt(5))).toMatchObject({ status: 422 });
  expect(judgeCheckpoint({ ...request(0, 9), proof: [EMPTY_ROOT] }, verifiers, null)).toMatchObject({ status: 422 });
});
