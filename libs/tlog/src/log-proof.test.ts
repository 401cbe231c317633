import { createPublicKey } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseAddCheckpoint } from "./add-checkpoint.ts";
import { parseCheckpoint } from "./checkpoint-body.ts";
import { signCheckpoint } from "./checkpoint.ts";
import { parseReceipt } from "./decision-receipt.ts";
import { parseEnvelope, renderEnvelope } from "./dsse.ts";
import { privateKeyFromSeed } from "./ed25519.ts";
import { inclusionProof } from "./inclusion-proof.ts";
import { formatLogProof, parseLogProof, verifyLogProof, type LogProof } from "./log-proof.ts";
import { parseLogKeys } from "./log-keys.ts";
import { leafHash, treeRoot } from "./merkle-tree.ts";
import { formatVkey, parseVkey } from "./note-key.ts";
import { parsePolicy } from "./parse-policy.ts";
import type { Policy } from "./policy.ts";
import { parseNote } from "./signed-note.ts";
import { readEntryBundle } from "./tile-bytes.ts";
import { parseTilePath } from "./tile-path.ts";

const ORIGIN = "register.example/signalbox";
const key = privateKeyFromSeed(Buffer.alloc(32, 1));
const ENTRIES = Array.from({ length: 11 }, (_, i) => Buffer.from(`entry ${i}`));

function policy(): Policy {
  const parsed = parsePolicy(`log ${formatVkey(ORIGIN, createPublicKey(key))}\nquorum none\n`);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.policy;
}

function proofOf(index: number, extra: Uint8Array | null = null): LogProof {
  const hashes = ENTRIES.map((entry) => leafHash(entry));
  const head = { origin: ORIGIN, size: hashes.length, root: treeRoot(hashes) };
  const checkpoint = signCheckpoint(head, [{ name: ORIGIN, privateKey: key }]);
  return { index, hashes: inclusionProof(hashes, index), checkpoint, extra };
}

test("a proof of every entry holds after it was written and read, and for no other entry", () => {
  for (const [index, entry] of ENTRIES.entries()) {
    for (const extra of [null, Buffer.from("more")]) {
      const parsed = parseLogProof(formatLogProof(proofOf(index, extra)));
      if (!parsed.ok) throw new Error(parsed.reason);
      expect(parsed.proof).toEqual(proofOf(index, extra));
      expect(verifyLogProof(parsed.proof, entry, policy())).toMatchObject({ ok: true, log: ORIGIN });
      expect(verifyLogProof(parsed.proof, Buffer.from("other"), policy())).toMatchObject({ reason: "not-included" });
    }
  }
});

test("has the format's lines", () => {
  const [header, extra, index, ...rest] = formatLogProof(proofOf(3, Buffer.from("more"))).split("\n");
  expect([header, extra, index]).toEqual(["c2sp.org/tlog-proof@v1", "extra bW9yZQ==", "index 3"]);
  expect(rest.indexOf("")).toBe(4);
  expect(rest[5]).toBe(ORIGIN);
});

test("whichever character of a proof is changed, it does not hold", () => {
  const text = formatLogProof(proofOf(5));
  const signatureStart = text.lastIndexOf("— ");
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const changed = text.slice(0, at) + String.fromCharCode(code ^ 1) + text.slice(at + 1);
    const parsed = parseLogProof(changed);
    const holds = parsed.ok && verifyLogProof(parsed.proof, ENTRIES[5] as Buffer, policy()).ok;
    expect(holds, `${at} of ${signatureStart}`).toBe(false);
  }
});

test.each([
  ["another header", (text: string) => text.replace("@v1", "@v2")],
  ["no index", (text: string) => text.replace("index 3\n", "")],
  ["a leading zero", (text: string) => text.replace("index 3", "index 03")],
  ["an index beyond 2^53 - 1", (text: string) => text.replace("index 3", "index 9007199254740992")],
  ["extra data that is no base64", (text: string) => text.replace("index", "extra ?\nindex")],
  ["extra data after the index", (text: string) => text.replace("index 3\n", "index 3\nextra YQ==\n")],
  ["a hash of three bytes", (text: string) => text.replace("index 3\n", "index 3\nYWFh\n")],
  ["no checkpoint", (text: string) => text.slice(0, text.indexOf("\n\n") + 2)],
  ["64 hashes", (text: string) => text.replace("index 3\n", `index 3\n${`${"A".repeat(43)}=\n`.repeat(64)}`)],
  ["carriage returns", (text: string) => text.replaceAll("\n", "\r\n")],
])("a proof with %s is malformed", (_, change) => {
  expect(parseLogProof(change(formatLogProof(proofOf(3))))).toEqual({ ok: false, reason: "malformed" });
});

const PARSERS: readonly ((text: string) => unknown)[] = [
  parseLogProof,
  parseAddCheckpoint,
  parseNote,
  parseCheckpoint,
  parsePolicy,
  parseVkey,
  parseTilePath,
  parseReceipt,
  parseLogKeys,
  (text) => parseEnvelope(Buffer.from(text)),
  (text) => readEntryBundle(Buffer.from(text), 256),
];

test("no parser throws, whatever it is given", () => {
  const good = [
    formatLogProof(proofOf(4, Buffer.from("x"))),
    formatLogProof(
      proofOf(4, Buffer.from('{"schema":"signalbox.receipt.v1","documents":[{}],"entry":"","producers":[]}')),
    ),
    `old 3\n\n${proofOf(4).checkpoint}`,
    proofOf(4).checkpoint,
    `log ${formatVkey(ORIGIN, createPublicKey(key))}\nquorum none\n`,
    "tile/0/x001/000.p/3",
    renderEnvelope({
      payloadType: "t",
      payload: Buffer.from("{}"),
      signature: {
        scheme: "ed25519-batch",
        keyId: "k",
        sig: key.export({ format: "der", type: "pkcs8" }),
        batch: { index: 1, size: 2, path: [Buffer.alloc(32).toString("base64")] },
      },
    }),
  ];
  const cut = fc.record({ base: fc.constantFrom(...good), at: fc.nat(400), drop: fc.nat(20), put: fc.string() });
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    cut.map(({ base, at, drop, put }) => base.slice(0, at) + put + base.slice(at + drop)),
  );
  fc.assert(
    fc.property(texts, (text) => {
      for (const parse of PARSERS) expect(() => parse(text)).not.toThrow();
    }),
    { numRuns: 2_000 },
  );
}, 60_000);
