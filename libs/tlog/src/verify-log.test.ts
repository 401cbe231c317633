import { createPublicKey } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { LOG_VKEY, memoryLog, plainPolicy, readerOf } from "./__fixtures__/memory-log.ts";
import { sha256Digest } from "./digest.ts";
import { privateKeyFromSeed, producerKeyId } from "./ed25519.ts";
import { EntryChecker } from "./entry-checker.ts";
import { formatVkey } from "./note-key.ts";
import { parsePolicy } from "./parse-policy.ts";
import { signEvents, type Signer } from "./sign-events.ts";
import { verifyLog, type LogVerdict, type VerifyLogOptions } from "./verify-log.ts";

const TYPE = "application/vnd.signalbox.decision.v1+json";
const producerKey = privateKeyFromSeed(Buffer.alloc(32, 2));
const SIGNER = { keyId: producerKeyId(producerKey), privateKey: producerKey };
const PRODUCERS = new Map([[SIGNER.keyId, { service: "policy", key: createPublicKey(producerKey) }]]);

/** Foreign entries, enough for two full tiles and a bit. */
const FOREIGN = Array.from({ length: 600 }, (_, i) => Buffer.from(`entry ${i}`));

function ours(count: number, signer: Signer = SIGNER, type = TYPE): Buffer[] {
  const events = Array.from({ length: count }, (_, at) => ({
    payloadType: type,
    payload: Buffer.from(JSON.stringify({ eventId: `event-${at}` })),
  }));
  return [
    ...events.slice(0, 2).flatMap((event) => signEvents([event], signer)),
    ...signEvents(events.slice(2), signer),
  ];
}

function checker(): EntryChecker {
  return new EntryChecker({
    producers: PRODUCERS,
    mayRecord: (service, type) => service === "policy" && type === TYPE,
  });
}

function verdictOn(files: ReadonlyMap<string, Buffer>, more: Partial<VerifyLogOptions> = {}): Promise<LogVerdict> {
  return verifyLog({ read: readerOf(files), policy: plainPolicy(), checker: checker(), ...more });
}

/** The log with the bytes of one file changed. */
function changed(files: ReadonlyMap<string, Buffer>, path: string, at: number): Map<string, Buffer> {
  const bytes = Buffer.from(files.get(path) as Buffer);
  bytes[at] = (bytes[at] as number) ^ 0x01;
  return new Map(files).set(path, bytes);
}

let foreign: Map<string, Buffer>;
beforeAll(async () => {
  foreign = await memoryLog(FOREIGN);
});

describe("a whole log", () => {
  test.each([0, 1, 255, 256, 257, 512, 600])("of %i entries of any kind is sound", async (size) => {
    const files = await memoryLog(FOREIGN.slice(0, size));
    expect(await verdictOn(files)).toMatchObject({ kind: "sound", size, entries: size, ours: 0, since: null });
  });

  test("of our own entries is sound, whichever way they were signed", async () => {
    expect(await verdictOn(await memoryLog(ours(300)))).toMatchObject({ kind: "sound", size: 300, ours: 300 });
  });

  test("is read once, and each file of it", async () => {
    const read = new Map<string, number>();
    await verdictOn(foreign, {
      read: async (path) => {
        read.set(path, (read.get(path) ?? 0) + 1);
        return foreign.get(path) ?? null;
      },
    });
    expect([...read.keys()].toSorted()).toEqual([...foreign.keys()].toSorted());
    expect(new Set(read.values())).toEqual(new Set([1]));
  });

  test("may have its partial tiles replaced by full ones when it has grown", async () => {
    const small = await memoryLog(FOREIGN.slice(0, 500));
    const mixed = new Map(foreign).set("checkpoint", small.get("checkpoint") as Buffer);
    for (const [path, bytes] of await memoryLog(FOREIGN.slice(0, 512))) mixed.set(path, bytes);
    mixed
      .set("checkpoint", small.get("checkpoint") as Buffer)
      .set("tile/1/000.p/1", small.get("tile/1/000.p/1") as Buffer);
    expect(await verdictOn(mixed)).toMatchObject({ kind: "sound", size: 500 });
  });
});

describe("B15 tampering", () => {
  test("with any byte of an entry names that entry", async () => {
    const path = "tile/entries/001";
    for (const index of [256, 300, 511]) {
      const at = (foreign.get(path) as Buffer).indexOf(`entry ${index}`);
      expect(await verdictOn(changed(foreign, path, at))).toEqual({
        kind: "tampered",
        index,
        reason: "its bytes are not those that the checkpoint covers",
      });
    }
  });

  test("with a hash of a level 0 tile names that hash and says that the entry is right", async () => {
    expect(await verdictOn(changed(foreign, "tile/0/001", 44 * 32))).toMatchObject({
      kind: "tampered",
      index: 300,
      reason: expect.stringContaining("the hash tile says otherwise"),
    });
  });

  test("with an entry and its hash alike names the leaves that the tile above does not know", async () => {
    const forged = await memoryLog(FOREIGN.with(300, Buffer.from("forged")));
    const files = new Map(foreign);
    for (const path of ["tile/0/001", "tile/entries/001"]) files.set(path, forged.get(path) as Buffer);
    expect(await verdictOn(files)).toMatchObject({
      kind: "tampered",
      index: 256,
      reason: expect.stringContaining("leaves 256 to 511"),
    });
  });

  test("with every tile rebuilt is found by the checkpoint, and by an older one even when that was signed anew", async () => {
    const old = (await memoryLog(FOREIGN.slice(0, 400))).get("checkpoint")?.toString() ?? "";
    const forged = await memoryLog(FOREIGN.with(300, Buffer.from("forged")));
    expect(await verdictOn(forged, { since: old })).toMatchObject({
      kind: "tampered",
      reason: expect.stringContaining("older checkpoint"),
    });
    expect(await verdictOn(forged)).toMatchObject({ kind: "sound" });
    forged.set("checkpoint", foreign.get("checkpoint") as Buffer);
    expect(await verdictOn(forged)).toMatchObject({ kind: "tampered", reason: expect.stringContaining("root") });
  });

  test("with the order of two entries names the first of them", async () => {
    const [a, b] = [FOREIGN[10] as Buffer, FOREIGN[11] as Buffer];
    const swapped = await memoryLog([...FOREIGN.slice(0, 10), b, a, ...FOREIGN.slice(12)]);
    const files = new Map(foreign).set("tile/entries/000", swapped.get("tile/entries/000") as Buffer);
    expect(await verdictOn(files)).toMatchObject({ kind: "tampered", index: 10 });
  });

  test("by cutting the end of a bundle names the first entry that is gone", async () => {
    const short = await memoryLog(FOREIGN.slice(0, 590));
    const files = new Map(foreign).set("tile/entries/002.p/88", short.get("tile/entries/002.p/78") as Buffer);
    expect(await verdictOn(files)).toMatchObject({ kind: "tampered", index: 590 });
  });

  test("by rolling the log back is found by an older checkpoint", async () => {
    const since = foreign.get("checkpoint")?.toString();
    const verdict = await verdictOn(await memoryLog(FOREIGN.slice(0, 599)), { since });
    expect(verdict).toMatchObject({ kind: "tampered", index: 599, reason: expect.stringContaining("rolled back") });
  });

  test("with any byte of the checkpoint is found or makes it unreadable", async () => {
    const bytes = foreign.get("checkpoint") as Buffer;
    for (let at = 0; at < bytes.length; at += 1) {
      expect(await verdictOn(changed(foreign, "checkpoint", at))).not.toMatchObject({ kind: "sound" });
    }
  });

  test("with any byte of any file is found", async () => {
    for (const [path, bytes] of foreign) {
      for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 7)) {
        expect(await verdictOn(changed(foreign, path, at)), `${path} ${at}`).not.toMatchObject({ kind: "sound" });
      }
    }
  });
});

describe("entries of ours", () => {
  test("that no producer, or the wrong one, signed are named though the log signed them into its tree", async () => {
    const privateKey = privateKeyFromSeed(Buffer.alloc(32, 3));
    const stranger = ours(3, { keyId: producerKeyId(privateKey), privateKey });
    expect(await verdictOn(await memoryLog([...ours(2), ...stranger]))).toMatchObject({ kind: "tampered", index: 2 });
    const wrongType = ours(1, SIGNER, "application/vnd.signalbox.outcome.v1+json");
    expect(await verdictOn(await memoryLog(wrongType))).toMatchObject({
      index: 0,
      reason: expect.stringContaining("may not record"),
    });
  });

  test("cannot be verified without any producer's key, but hashed", async () => {
    const files = await memoryLog([Buffer.from("foreign"), ...ours(3)]);
    const keyless = new EntryChecker({ producers: new Map(), mayRecord: () => true });
    expect(await verdictOn(files, { checker: keyless })).toMatchObject({ kind: "unverifiable", index: 1 });
    expect(await verdictOn(files, { checker: null })).toMatchObject({ kind: "sound", entries: 4, ours: 0 });
  });

  test("that stand twice are named, though the signature holds both times", async () => {
    const [a, b] = ours(2) as [Buffer, Buffer];
    expect(await verdictOn(await memoryLog([a, b, a]))).toMatchObject({
      kind: "tampered",
      index: 2,
      reason: "it holds the same event as leaf 0",
    });
  });
});

describe("documents that entries name", () => {
  const [policy, engine] = ["rules", "engine"].map((text) => ({ text, digest: sha256Digest(text) })) as [Doc, Doc];
  type Doc = { readonly text: string; readonly digest: string };
  const [entry] = signEvents(
    [{ documents: { policy: policy.digest, engine: engine.digest } }].map((input) => {
      const event = { eventId: "event", input: { ...input, classification: { classifier: "sha256:../../etc" } } };
      return { payloadType: TYPE, payload: Buffer.from(JSON.stringify(event)) };
    }),
    SIGNER,
  ) as [Buffer];

  async function verdictWith(documents: Record<string, string>): Promise<LogVerdict> {
    const asked: string[] = [];
    const readDocument = async (digest: string): Promise<Buffer | null> => {
      asked.push(digest);
      return documents[digest] === undefined ? null : Buffer.from(documents[digest]);
    };
    const verdict = await verdictOn(await memoryLog([Buffer.from("foreign"), entry]), { readDocument });
    expect(asked).toEqual([policy.digest, engine.digest]);
    return verdict;
  }

  test("hold the bytes that their digests say, and those that are not there are told", async () => {
    expect(await verdictWith({ [policy.digest]: policy.text })).toMatchObject({
      kind: "sound",
      documents: {
        sound: 1,
        missing: 2,
        firstMissing: [
          { kind: "engine", digest: engine.digest, index: 1 },
          { kind: "classifier", digest: "sha256:../../etc", index: 1 },
        ],
      },
    });
    const files = await memoryLog([entry]);
    expect(await verdictOn(files)).toMatchObject({ kind: "sound", documents: null });
  });

  test("B15 and were changed are named with the entry that names them", async () => {
    expect(await verdictWith({ [policy.digest]: policy.text, [engine.digest]: "another" })).toEqual({
      kind: "tampered",
      index: 1,
      reason: `the engine ${engine.digest} that it names has other bytes than it had then`,
    });
  });
});

describe("a log of which a part is at hand", () => {
  test("is checked by the hash tiles where the entries are not wanted", async () => {
    const files = new Map(foreign);
    files.delete("tile/entries/000");
    expect(await verdictOn(files)).toMatchObject({ kind: "unverifiable", index: 0 });
    expect(await verdictOn(files, { range: { from: 256, to: 600 } })).toMatchObject({
      kind: "sound",
      size: 600,
      entries: 344,
    });
    expect(await verdictOn(files, { range: { from: 255, to: 600 } })).toMatchObject({ kind: "unverifiable", index: 0 });
    files.delete("tile/0/000");
    expect(await verdictOn(files, { range: { from: 256, to: 600 } })).toMatchObject({
      kind: "sound",
      size: 600,
      entries: 344,
    });
    expect(await verdictOn(changed(files, "tile/1/000.p/2", 0), { range: { from: 256, to: 600 } })).toMatchObject({
      kind: "tampered",
    });
  });

  test("B15 is not hidden by asking for another part of it", async () => {
    const range = { from: 0, to: 256 };
    expect(await verdictOn(foreign, { range })).toMatchObject({ kind: "sound", entries: 600 });
    const files = changed(foreign, "tile/entries/001", 40);
    expect(await verdictOn(files, { range })).toMatchObject({ kind: "tampered" });
    files.delete("tile/entries/001");
    expect(await verdictOn(files, { range })).toMatchObject({ kind: "sound", entries: 344 });
  });

  test.each([256, 300, 512])("B15 is held against an older checkpoint over %i leaves of a fork", async (size) => {
    const fork = await memoryLog(FOREIGN.slice(0, size).with(3, Buffer.from("forked")));
    const files = new Map(foreign);
    for (const path of ["000", "001"]) for (const kind of ["0", "entries"]) files.delete(`tile/${kind}/${path}`);
    const more = { since: String(fork.get("checkpoint")), range: { from: 512, to: 600 } };
    const kind = size % 256 === 0 ? "tampered" : "unverifiable";
    expect(await verdictOn(files, more)).toMatchObject({ kind, reason: expect.stringContaining("older checkpoint") });
    const own = String((await memoryLog(FOREIGN.slice(0, size))).get("checkpoint"));
    const verdict = { kind: size % 256 === 0 ? "sound" : "unverifiable" };
    expect(await verdictOn(files, { ...more, since: own })).toMatchObject(verdict);
    expect(await verdictOn(foreign, { ...more, since: own })).toMatchObject({ kind: "sound", since: size });
  });

  test("without a file that is needed cannot be verified, and the file is named", async () => {
    for (const path of foreign.keys()) {
      const files = new Map(foreign);
      files.delete(path);
      expect([path, await verdictOn(files)]).toMatchObject([path, { kind: "unverifiable" }]);
    }
  });

  test("is not called tampered with when its files cannot be read", async () => {
    await expect(
      verdictOn(foreign, { read: async () => await Promise.reject(new Error("no network")) }),
    ).rejects.toThrow("no network");
  });
});

describe("a policy that does not cover the log", () => {
  const otherKey = formatVkey("other.example", createPublicKey(privateKeyFromSeed(Buffer.alloc(32, 9))));

  test.each([
    ["no-known-signature", `log ${otherKey}\nquorum none\n`],
    [
      "no-quorum",
      `log ${LOG_VKEY}\nwitness w ${formatVkey("w", createPublicKey(producerKey), "cosignature")}\nquorum w\n`,
    ],
  ])("says nothing about it: %s", async (reason, text) => {
    const parsed = parsePolicy(text);
    const policy = parsed.ok ? parsed.policy : plainPolicy();
    expect(await verdictOn(foreign, { policy })).toEqual({
      kind: "unverifiable",
      index: null,
      reason: `the checkpoint does not hold: ${reason}`,
    });
    expect(await verdictOn(foreign, { since: "nonsense" })).toMatchObject({ kind: "unverifiable" });
  });
});
