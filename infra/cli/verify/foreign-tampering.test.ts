import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  auditPath,
  checkpointBody,
  ED25519,
  foreignLog,
  hashOfEntry,
  lineOf,
  sha256,
} from "./__fixtures__/foreign-log.ts";
import {
  changedAt,
  ENTRIES,
  LOG,
  noteKey,
  ORIGIN,
  Shelf,
  type Files,
  type Verdict,
} from "./__fixtures__/foreign-shelf.ts";

/*
 * Goal: of a log or a proof that nothing here has made, `verify` says what was tampered with, and where it begins; and
 * where that cannot be known, that it could not verify.
 */

let shelf: Shelf;
beforeAll(() => {
  shelf = new Shelf();
});
afterAll(() => shelf[Symbol.dispose]());

function strangeLine(name: Buffer): Buffer {
  return Buffer.concat([Buffer.from("\u2014 "), name, Buffer.from(` ${randomBytes(68).toString("base64")}\n`)]);
}

describe("B15 another's log that was tampered with", () => {
  const files = foreignLog(ENTRIES, [LOG]);
  const bundle = "tile/entries/002.p/88";
  const of = (path: string): Buffer => files.get(path) as Buffer;
  const placeOf = (n: number): number => of(bundle).indexOf(`entry ${n} `);

  test.each<[string, Files, number | null]>([
    ["an entry's byte", changedAt(files, bundle, placeOf(550))[1], 550],
    ["an entry's length", changedAt(files, bundle, placeOf(550) - 1)[1], 550],
    ["the last entry's length", changedAt(files, bundle, placeOf(599) - 2)[1], 599],
    ["a leaf's hash", changedAt(files, "tile/0/002.p/88", 38 * 32)[1], 550],
    ["a node's hash", changedAt(files, "tile/1/000.p/2", 32)[1], 256],
    ["an entry cut off", new Map(files).set(bundle, of(bundle).subarray(0, placeOf(599) - 2)), 599],
    ["bytes cut off", new Map(files).set(bundle, of(bundle).subarray(0, -1)), 599],
    ["an entry too many", new Map(files).set(bundle, Buffer.concat([of(bundle), Buffer.of(0, 1, 65)])), 600],
    ["a hash too many", new Map(files).set("tile/0/002.p/88", Buffer.concat([of("tile/0/002.p/88"), sha256()])), 512],
    ["half a hash", new Map(files).set("tile/0/001", of("tile/0/001").subarray(0, -16)), 256],
    ["the signature", changedSignature(of("checkpoint")), null],
    ["the size", new Map(files).set("checkpoint", Buffer.from(String(of("checkpoint")).replace("600", "599"))), null],
  ])("in %s ends with 1 and the first bad index", async (_, changed, index) => {
    expect(await shelf.verify(shelf.folder(changed))).toMatchObject({ code: 1, kind: "tampered", index });
  });

  /** A bit within the signature's base64, which stays base64. */
  function changedSignature(checkpoint: Buffer): Files {
    const note = String(checkpoint);
    const at = note.length - 40;
    const other = note[at] === "A" ? "B" : "A";
    return new Map(files).set("checkpoint", Buffer.from(note.slice(0, at) + other + note.slice(at + 1)));
  }

  test.each<[string, Files]>([
    ["an entry bundle is missing", without("tile/entries/001")],
    ["a hash tile is missing", without("tile/0/001")],
    ["a tile above is missing", without("tile/1/000.p/2")],
    ["there is no checkpoint", without("checkpoint")],
    ["the checkpoint is of another key", foreignLog(ENTRIES, [noteKey(ORIGIN, ED25519)])],
    ["the checkpoint is not UTF-8", withNote(Buffer.concat([of("checkpoint"), strangeLine(Buffer.of(0xff))]))],
    ["the checkpoint has a control character", withNote(Buffer.concat([of("checkpoint"), strangeLine(Buffer.of(7))]))],
    ["the checkpoint ends without a newline", withNote(of("checkpoint").subarray(0, -1))],
    ["the checkpoint bears no signature", withNote(Buffer.from(`${checkpointBody(ORIGIN, [])}\n`))],
  ])("cannot be verified where %s", async (_, changed) => {
    expect(await shelf.verify(shelf.folder(changed))).toMatchObject({ code: 2, kind: "unverifiable" });
  });

  function without(path: string): Files {
    const rest = new Map(files);
    rest.delete(path);
    return rest;
  }

  function withNote(bytes: Uint8Array): Files {
    return new Map(files).set("checkpoint", Buffer.from(bytes));
  }
});

function verdictOn(proof: string, entry: Uint8Array): Promise<Verdict> {
  return shelf.verify(shelf.file("other.tlog-proof", proof), "--entry", shelf.file("entry", entry));
}

describe("another's proof", () => {
  const leaves = ENTRIES.map(hashOfEntry);
  const body = checkpointBody(ORIGIN, leaves);
  const checkpoint = `${body}\n${lineOf(LOG, body)}`;
  const proofOf = (index: number, extra = ""): string => {
    const path = auditPath(leaves, index).map((hash) => `${hash.toString("base64")}\n`);
    return `c2sp.org/tlog-proof@v1\n${extra}index ${index}\n${path.join("")}\n${checkpoint}`;
  };

  test("holds for its entry, with extra data or without", async () => {
    for (const index of [0, 255, 256, 511, 512, 599]) {
      for (const extra of ["", `extra ${Buffer.from("theirs").toString("base64")}\n`]) {
        const verdict = await verdictOn(proofOf(index, extra), ENTRIES[index] as Buffer);
        expect(verdict).toMatchObject({ code: 0, kind: "sound", index, size: 600 });
      }
    }
  });

  test("B15 does not hold for another entry, another index or another path", async () => {
    const [entry] = ENTRIES.slice(300) as [Buffer];
    expect(await verdictOn(proofOf(300), ENTRIES[301] as Buffer)).toMatchObject({ code: 1, index: 300 });
    expect(await verdictOn(proofOf(300).replace("index 300", "index 301"), entry)).toMatchObject({ code: 1 });
    const [hash = ""] = proofOf(300).split("\n").slice(2);
    const other = sha256(hash).toString("base64");
    expect(await verdictOn(proofOf(300).replace(hash, other), entry)).toMatchObject({ code: 1 });
    expect(await verdictOn(proofOf(300).replace(`${hash}\n`, ""), entry)).toMatchObject({ code: 1 });
    expect(await verdictOn(proofOf(300).replace("index 300", "index 0300"), entry)).toMatchObject({ code: 2 });
    expect(await verdictOn(proofOf(300).replace("@v1", "@v2"), entry)).toMatchObject({ code: 2 });
  });
});
