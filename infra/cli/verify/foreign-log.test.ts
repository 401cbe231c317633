import { once } from "node:events";
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  checkpointBody,
  COSIGNATURE,
  ED25519,
  foreignLog,
  hashOfEntry,
  keyIdOf,
  lineOf,
  ML_DSA_44,
  sha256,
  signatureLine,
  vkeyOf,
  type NoteKey,
} from "./__fixtures__/foreign-log.ts";
import { changedAt, ENTRIES, LOG, noteKey, ORIGIN, Shelf, VKEY } from "./__fixtures__/foreign-shelf.ts";

/*
 * Goal: `verify` takes any log that follows the standards, also one that nothing here has made.
 */

let shelf: Shelf;
beforeAll(() => {
  shelf = new Shelf();
});
afterAll(() => shelf[Symbol.dispose]());

describe("a log of another implementation", () => {
  test.each([0, 1, 2, 255, 256, 257, 511, 512, 513, 600])("of %i entries is sound", async (size) => {
    const files = foreignLog(ENTRIES.slice(0, size), [LOG]);
    expect(await shelf.verify(shelf.folder(files))).toMatchObject({
      code: 0,
      kind: "sound",
      size,
      entries: size,
      ours: 0,
    });
  });

  test("of 70,000 entries has the tiles that the standard counts, and is sound", async () => {
    const entries = Array.from({ length: 70_000 }, (_, n) => Buffer.from(String(n)));
    const files = foreignLog(entries, [LOG]);
    const level = (n: number): string[] => [...files.keys()].filter((path) => path.startsWith(`tile/${n}/`));
    expect(level(0)).toHaveLength(274);
    expect(level(0)).toContain("tile/0/273.p/112");
    expect(level(1)).toEqual(["tile/1/000", "tile/1/001.p/17"]);
    expect(level(2)).toEqual(["tile/2/000.p/1"]);
    const folder = shelf.folder(files);
    expect(await shelf.verify(folder)).toMatchObject({ code: 0, kind: "sound", size: 70_000 });
    const [changed] = changedAt(files, "tile/1/001.p/17", 16 * 32);
    writeFileSync(join(folder, "tile/1/001.p/17"), changed);
    const index = (256 + 16) * 256;
    expect(await shelf.verify(folder)).toMatchObject({ code: 1, kind: "tampered", index });
  });

  test("of 65,536 entries fills one tile of the second level exactly", async () => {
    const files = foreignLog(
      Array.from({ length: 65_536 }, (_, n) => Buffer.from(String(n))),
      [LOG],
    );
    expect([...files.keys()].filter((path) => /^tile\/[12]/.test(path))).toEqual(["tile/1/000", "tile/2/000.p/1"]);
    expect(await shelf.verify(shelf.folder(files))).toMatchObject({ code: 0, size: 65_536 });
  });

  test("is sound whatever signatures of others its checkpoint bears", async () => {
    const files = foreignLog(ENTRIES, [LOG]);
    const body = checkpointBody(ORIGIN, ENTRIES.map(hashOfEntry));
    const own = lineOf(LOG, body);
    for (const lines of strangersLines(body)) {
      const note = `${body}\n${lines.join("")}${own}${lines.toReversed().join("")}`;
      const folder = shelf.folder(new Map(files).set("checkpoint", Buffer.from(note)));
      expect(await shelf.verify(folder)).toMatchObject({ code: 0, kind: "sound", size: 600 });
    }
  });

  test("may have extension lines, and a vkey in capitals", async () => {
    const body = checkpointBody(ORIGIN, ENTRIES.slice(0, 3).map(hashOfEntry), ["timestamp 5", "\u007f and \u00e9"]);
    const files = foreignLog(ENTRIES.slice(0, 3), [LOG]);
    files.set("checkpoint", Buffer.from(`${body}\n${lineOf(LOG, body)}`));
    const [name = "", id = "", key = ""] = VKEY.split(/\+(?=[0-9a-f]{8}\+)|(?<=\+[0-9a-f]{8})\+/);
    const policy = shelf.file("capitals.txt", `log ${name}+${id.toUpperCase()}+${key}\nquorum none\n`);
    expect(await shelf.verify(shelf.folder(files), "--policy", policy)).toMatchObject({ code: 0, kind: "sound" });
  });

  test("may have deleted its partial tiles where there are full ones by now", async () => {
    const files = new Map(foreignLog(ENTRIES, [LOG]));
    const small = foreignLog(ENTRIES.slice(0, 300), [LOG]);
    files.set("checkpoint", small.get("checkpoint") as Buffer);
    files.set("tile/1/000.p/1", small.get("tile/1/000.p/1") as Buffer);
    expect(await shelf.verify(shelf.folder(files))).toMatchObject({ code: 0, size: 300, entries: 300 });
  });

  test("is held against an older checkpoint of it", async () => {
    const folder = shelf.folder(foreignLog(ENTRIES, [LOG]));
    for (const size of [0, 1, 256, 599, 600]) {
      const since = shelf.file("since", foreignLog(ENTRIES.slice(0, size), [LOG]).get("checkpoint") as Buffer);
      expect(await shelf.verify(folder, "--since", since)).toMatchObject({ code: 0, since: size });
    }
    const other = ENTRIES.with(2, Buffer.from("another history"));
    const fork = shelf.file("fork", foreignLog(other.slice(0, 300), [LOG]).get("checkpoint") as Buffer);
    expect(await shelf.verify(folder, "--since", fork)).toMatchObject({ code: 1, kind: "tampered" });
    const later = shelf.file("later", foreignLog([...ENTRIES, Buffer.from("more")], [LOG]).get("checkpoint") as Buffer);
    expect(await shelf.verify(folder, "--since", later)).toMatchObject({ code: 1, index: 600 });
    const body = `${ORIGIN}\n0\n${sha256("x").toString("base64")}\n`;
    const nothing = shelf.file("nothing", `${body}\n${lineOf(LOG, body)}`);
    expect(await shelf.verify(folder, "--since", nothing)).toMatchObject({ code: 1, kind: "tampered" });
  });

  test("needs the cosignatures that the policy asks for", async () => {
    const witnesses = [1, 2, 3].map((n) => noteKey(`w${n}.example`, COSIGNATURE));
    const [first, second, third] = witnesses as [NoteKey, NoteKey, NoteKey];
    const lines = witnesses.map((key, n) => `witness W${n} ${vkeyOf(key)} https://w.example/${n}`);
    const policy = shelf.file(
      "witnessed.txt",
      ["# two of three", `log ${VKEY} https://l.example`, ...lines, "group g 2 W0 W1 W2", "quorum g", ""].join("\n"),
    );
    const both = shelf.folder(foreignLog(ENTRIES, [LOG, third, first]));
    expect(await shelf.verify(both, "--policy", policy)).toMatchObject({ code: 0, witnesses: ["W0", "W2"] });
    const one = shelf.folder(foreignLog(ENTRIES, [LOG, second]));
    expect(await shelf.verify(one, "--policy", policy)).toMatchObject({
      code: 2,
      reason: expect.stringContaining("quorum"),
    });
  });
});

describe("a log whose log and witness sign with ML-DSA-44", () => {
  const quantum = { name: ORIGIN, type: ML_DSA_44, ...generateKeyPairSync("ml-dsa-44") };
  const witness = { name: "pq.example/w", type: ML_DSA_44, ...generateKeyPairSync("ml-dsa-44") };

  test("is sound under a policy that names their keys, with extension lines that nobody vouches for", async () => {
    const policy = shelf.file(
      "pq.txt",
      linesOf([`log ${vkeyOf(quantum)}`, `witness w ${vkeyOf(witness)}`, "quorum w"]),
    );
    const entries = ENTRIES.slice(0, 300);
    const files = foreignLog(entries, [quantum, witness]);
    expect(await shelf.verify(shelf.folder(files), "--policy", policy)).toMatchObject({ code: 0, witnesses: ["w"] });
    const note = String(files.get("checkpoint"));
    const extended = note.replace("\n\n", "\nan extension\n\n");
    files.set("checkpoint", Buffer.from(extended));
    expect(await shelf.verify(shelf.folder(files), "--policy", policy)).toMatchObject({ code: 0, size: 300 });
  });

  test("B15 is not under another tree, another name or another key", async () => {
    const policy = shelf.file("pq.txt", linesOf([`log ${vkeyOf(quantum)}`, "quorum none"]));
    const files = foreignLog(ENTRIES.slice(0, 300), [quantum]);
    const other = foreignLog(ENTRIES.slice(0, 299), [quantum]);
    const note = String(files.get("checkpoint"));
    const [body = "", lines = ""] = note.split("\n\n");
    const [otherBody = ""] = String(other.get("checkpoint")).split("\n\n");
    files.set("checkpoint", Buffer.from(`${otherBody}\n\n${lines}`));
    expect(await shelf.verify(shelf.folder(files), "--policy", policy)).toMatchObject({ code: 1, kind: "tampered" });
    const named = lineOf({ ...quantum, name: "x.example" }, `${body}\n`).replace("x.example", ORIGIN);
    const unknown = lineOf({ ...quantum, ...generateKeyPairSync("ml-dsa-44") }, `${body}\n`);
    for (const line of [named, unknown]) {
      files.set("checkpoint", Buffer.from(`${body}\n\n${line}`));
      expect(await shelf.verify(shelf.folder(files), "--policy", policy)).toMatchObject({
        code: 2,
        kind: "unverifiable",
      });
    }
  });
});

function linesOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

/** Signature lines of keys that the policy does not know, of every type that there is, and some that there are not. */
function strangersLines(body: string): string[][] {
  const text = Buffer.from(body);
  const ecdsa = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const der = ecdsa.publicKey.export({ type: "spki", format: "der" });
  const stranger = noteKey("stranger.example", ED25519);
  const twin = { ...stranger, name: ORIGIN };
  return [
    [lineOf(stranger, body), lineOf(twin, body), lineOf(noteKey("w.example", COSIGNATURE), body)],
    // ECDSA's key id is a hash of the key alone; a tree head's holds a time and a DER signature.
    [signatureLine("ec.example", sha256(der).subarray(0, 4), sign("sha256", text, ecdsa.privateKey))],
    [
      signatureLine(
        "ct.example",
        randomBytes(4),
        Buffer.concat([Buffer.alloc(8), sign("sha256", text, ecdsa.privateKey)]),
      ),
    ],
    // ML-DSA-44, and a type that is yet to come.
    [
      signatureLine("pq.example/a", randomBytes(4), randomBytes(8 + 2_420)),
      signatureLine("x", randomBytes(4), Buffer.of(1)),
    ],
    // The log's key id under another name, and the log's name with another id.
    [
      signatureLine("other.example", keyIdOf(LOG), randomBytes(64)),
      signatureLine(ORIGIN, randomBytes(4), randomBytes(64)),
    ],
    Array.from({ length: 20 }, (_, n) => lineOf(noteKey(`w${n}.\u00e9xample`, COSIGNATURE), body)),
  ];
}

describe("another's log over HTTP", () => {
  const small = foreignLog(ENTRIES.slice(0, 300), [LOG]);
  const grown = new Map([...foreignLog(ENTRIES, [LOG]), ["checkpoint", small.get("checkpoint") as Buffer]]);
  grown.set("tile/1/000.p/1", small.get("tile/1/000.p/1") as Buffer);
  let server: Server;
  const accepted = new Set<string | undefined>();
  beforeAll(async () => {
    server = createServer(({ url = "", headers }, response) => {
      accepted.add(headers["accept-encoding"]);
      // A bucket: what is not there is refused, and bundles are kept compressed.
      const body = grown.get(url.replace("/a/bucket/", ""));
      if (body === undefined) response.writeHead(403, { "content-type": "application/xml" }).end("<Error/>");
      else if (!url.includes("entries")) response.end(body);
      else response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(body));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterAll(() => void server.close());

  test("may be a bucket that compresses bundles unasked and refuses what it has not", async () => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a/bucket/`;
    expect(await shelf.verify(url)).toMatchObject({ code: 0, kind: "sound", size: 300, entries: 300 });
    expect(accepted).toEqual(new Set(["gzip, identity"]));
    grown.delete("tile/0/001");
    expect(await shelf.verify(url)).toMatchObject({ code: 2 });
  });
});
