import { createPublicKey, hash, verify } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { canonicalize } from "./canonical-json.ts";
import { parseCheckpoint } from "./checkpoint-body.ts";
import { openCheckpoint } from "./checkpoint.ts";
import { verifyConsistency } from "./consistency-proof.ts";
import { verifyInclusion } from "./inclusion-proof.ts";
import { EMPTY_ROOT, leafHash, nodeHash } from "./merkle-tree.ts";
import { noteKeyId, parseVkey, type NoteVerifier } from "./note-key.ts";
import { publicKeyFromRaw, rawPublicKey } from "./ed25519.ts";
import { verifyNote } from "./signed-note.ts";

/**
 * The published vectors of the formats that this library speaks: RFC 8785 (cyberphone/json-canonicalization), RFC 6962
 * (transparency-dev/merkle), C2SP signed-note and tlog-checkpoint, Rekor v2's checkpoints and Wycheproof's Ed25519.
 */
const root = process.env["SHARED_DATA_DIR"];

function read(path: string): string {
  return readFileSync(join(root ?? "", path), "utf8");
}

function readJson(path: string): unknown {
  return JSON.parse(read(path));
}

function readFolder(path: string): { name: string; vector: unknown }[] {
  return readdirSync(join(root ?? "", path), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .map((name) => ({ name, vector: readJson(join(path, name)) }));
}

function bytes(base64: string | null | undefined): Buffer {
  return Buffer.from(base64 ?? "", "base64");
}

type Rekor = {
  case: string;
  expect: "pass" | "fail";
  logIndex: string;
  checkpoint: string | null;
  hashes: string[] | null;
  canonicalizedBody: string;
  tlogKeys: { baseUrl: string; keyDetails: string; rawBytes: string }[];
};

/** The log's own key, under its origin as the name. */
function rekorVerifiers(vector: Rekor): NoteVerifier[] {
  return vector.tlogKeys
    .filter((key) => key.keyDetails === "PKIX_ED25519")
    .map((key) => {
      const publicKey = createPublicKey({ key: bytes(key.rawBytes), format: "der", type: "spki" });
      const name = new URL(key.baseUrl).host;
      return { type: "ed25519", name, keyId: noteKeyId(name, rawPublicKey(publicKey)), publicKey };
    });
}

function rekorHolds(vector: Rekor): boolean {
  return rekorVerifiers(vector).some((verifier) => {
    const opened = openCheckpoint(vector.checkpoint ?? "", verifier.name, [verifier]);
    if (!opened.ok) return false;
    return verifyInclusion({
      index: Number(vector.logIndex),
      size: opened.checkpoint.size,
      root: opened.checkpoint.root,
      leafHash: leafHash(bytes(vector.canonicalizedBody)),
      proof: (vector.hashes ?? []).map(bytes),
    });
  });
}

type Inclusion = { leafIdx: number; treeSize: number; root: string; leafHash: string; proof: string[] | null };
type Consistency = { size1: number; size2: number; root1: string; root2: string; proof: string[] | null };

function inclusionHolds(vector: Inclusion): boolean {
  return verifyInclusion({
    index: vector.leafIdx,
    size: vector.treeSize,
    root: bytes(vector.root),
    leafHash: bytes(vector.leafHash),
    proof: (vector.proof ?? []).map(bytes),
  });
}

function consistencyHolds(vector: Consistency): boolean {
  const { size1, size2 } = vector;
  const roots = { root1: bytes(vector.root1), root2: bytes(vector.root2) };
  return verifyConsistency({ size1, size2, ...roots, proof: (vector.proof ?? []).map(bytes) });
}

function noteHolds(vkey: string, note: string): boolean {
  const key = parseVkey(vkey);
  return key.ok && verifyNote(note, [key.verifier]).ok;
}

describe.skipIf(root === undefined)(
  "official vectors (of the folder in SHARED_DATA_DIR; skipped where it is unset)",
  () => {
    test("RFC 8785: every input has the canonical bytes of its output", () => {
      const names = readdirSync(join(root ?? "", "jcs/testdata/input"));
      expect(names).toHaveLength(6);
      for (const name of names) {
        const text = canonicalize(readJson(join("jcs/testdata/input", name)), { numbers: "any" });
        const hex = read(join("jcs/testdata/outhex", name.replace(".json", ".txt"))).replaceAll(/\s/g, "");
        expect(Buffer.from(text).toString("hex")).toBe(hex);
      }
    });

    test("RFC 6962: hashes of nothing, of leaves and of nodes", () => {
      const vectors = readJson("tlog/rfc6962-hash-vectors.json") as {
        emptyRoot: string;
        emptyLeaf: string;
        leaf: { data: string; hash: string };
        node: { left: string; right: string; hash: string };
      };
      expect(EMPTY_ROOT.toString("hex")).toBe(vectors.emptyRoot);
      expect(leafHash(Buffer.alloc(0)).toString("hex")).toBe(vectors.emptyLeaf);
      expect(leafHash(Buffer.from(vectors.leaf.data)).toString("hex")).toBe(vectors.leaf.hash);
      // The vector's children are 4 bytes each, so its preimage is hashed as it stands; ours are always hashes.
      const { left, right } = vectors.node;
      expect(hash("sha256", Buffer.from(`\u0001${left}${right}`), "hex")).toBe(vectors.node.hash);
      const [a, b] = [leafHash(Buffer.from(left)), leafHash(Buffer.from(right))];
      expect(nodeHash(a, b)).toEqual(hash("sha256", Buffer.concat([Buffer.from([1]), a, b]), "buffer"));
    });

    test("RFC 6962: inclusion and consistency proofs, good and bad", () => {
      const folder = "tlog/transparency-dev-merkle/testdata";
      const inclusion = readFolder(`${folder}/inclusion`) as {
        name: string;
        vector: Inclusion & { wantErr: boolean };
      }[];
      const consistency = readFolder(`${folder}/consistency`) as {
        name: string;
        vector: Consistency & { wantErr: boolean };
      }[];
      expect(inclusion.length + consistency.length).toBe(196);
      const wrong = [
        ...inclusion.filter(({ vector }) => inclusionHolds(vector) === vector.wantErr),
        ...consistency.filter(({ vector }) => consistencyHolds(vector) === vector.wantErr),
      ];
      expect(wrong.map(({ name }) => name)).toEqual([]);
    });

    test("C2SP signed-note: notes, good and bad", () => {
      type Vector = { origin: string; vkey: string; note: string; expect: "pass" | "fail" };
      const vectors = readJson("tlog/signed-note-vectors.json") as Vector[];
      expect(vectors).toHaveLength(12);
      const wrong = vectors.filter((vector) => noteHolds(vector.vkey, vector.note) !== (vector.expect === "pass"));
      expect(wrong.map(({ origin }) => origin)).toEqual([]);
    });

    test("C2SP tlog-checkpoint: bodies, good and bad, but for a root of 7 bytes, which is refused here", () => {
      const { vectors } = readJson("tlog/checkpoint-parse-vectors.json") as {
        vectors: { text: string; ok: boolean; desc: string }[];
      };
      expect(vectors).toHaveLength(14);
      const wrong = vectors.filter(({ text, ok }) => {
        return parseCheckpoint(text).ok !== (ok && bytes(text.split("\n")[2]).length === 32);
      });
      expect(wrong.map(({ desc }) => desc)).toEqual([]);
    });

    test("Rekor v2: checkpoints and inclusion proofs of a real log, good and bad", () => {
      const vectors = readJson("tlog/rekor2-checkpoints/vectors.json") as Rekor[];
      expect(vectors).toHaveLength(13);
      const wrong = vectors.filter((vector) => rekorHolds(vector) !== (vector.expect === "pass"));
      expect(wrong.map((vector) => vector.case)).toEqual([]);
    });

    test("Wycheproof: Ed25519 as this library's keys verify it", () => {
      type Group = { publicKey: { pk: string }; tests: { tcId: number; msg: string; sig: string; result: string }[] };
      const { testGroups } = readJson("ed25519/testvectors_v1/ed25519_test.json") as { testGroups: Group[] };
      const cases = testGroups.flatMap((group) => group.tests.map((one) => ({ ...one, pk: group.publicKey.pk })));
      expect(cases).toHaveLength(151);
      const wrong = cases.filter(({ pk, msg, sig, result }) => {
        const key = publicKeyFromRaw(Buffer.from(pk, "hex"));
        return verify(null, Buffer.from(msg, "hex"), key, Buffer.from(sig, "hex")) !== (result === "valid");
      });
      expect(wrong.map(({ tcId }) => tcId)).toEqual([]);
    });
  },
);
