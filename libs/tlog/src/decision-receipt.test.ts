import { createPublicKey } from "node:crypto";
import { expect, test } from "vitest";
import { memoryLog, plainPolicy, readerOf } from "./__fixtures__/memory-log.ts";
import { formatReceipt, parseReceipt, type DecisionReceipt, type ProvenEntry } from "./decision-receipt.ts";
import { sha256Digest } from "./digest.ts";
import { privateKeyFromSeed, producerKeyId } from "./ed25519.ts";
import { EntryChecker } from "./entry-checker.ts";
import { inclusionProofs } from "./inclusion-proof.ts";
import { LogCopy } from "./log-copy.ts";
import { formatLogKeys, parseLogKeys } from "./log-keys.ts";
import { leafHash } from "./merkle-tree.ts";
import { formatVkey } from "./note-key.ts";
import { signEvents } from "./sign-events.ts";
import { TileNodes } from "./tile-nodes.ts";
import { TileTree } from "./tile-tree.ts";
import { verifyReceipt, type ReceiptVerdict } from "./verify-receipt.ts";

const TYPES = {
  decision: "application/vnd.signalbox.decision.v1+json",
  outcome: "application/vnd.signalbox.outcome.v1+json",
};
const privateKey = privateKeyFromSeed(Buffer.alloc(32, 2));
const signer = { keyId: producerKeyId(privateKey), privateKey };
const PRODUCER = formatVkey("policy", createPublicKey(privateKey));
const POLICY_DIGEST = sha256Digest("a policy");

function event(kind: "decision" | "outcome", request: number): { payloadType: string; payload: Buffer } {
  const ids = { eventId: `${kind}-${request}`, requestId: `request-${request}`, decisionId: `decided-${request}` };
  const input = kind === "decision" ? { input: { documents: { policy: POLICY_DIGEST } } } : {};
  return { payloadType: TYPES[kind], payload: Buffer.from(JSON.stringify({ ...ids, ...input })) };
}

/** A log in which leaf 2n is the decision of request n and leaf 2n + 1 its outcome. */
const ENTRIES = signEvents(
  Array.from({ length: 10 }, (_, n) => [event("decision", n), event("outcome", n)]).flat(),
  signer,
);
/** What became of request 3, where decision 9 was executed. */
const OTHER_EXECUTED = signEvents(
  [
    {
      ...event("outcome", 9),
      payload: Buffer.from(String(event("outcome", 9).payload).replace("request-9", "request-3")),
    },
  ],
  signer,
);

async function receiptOf(request: number, of: { outcome?: number | null } = {}): Promise<DecisionReceipt> {
  const files = await memoryLog(ENTRIES);
  const copy = new LogCopy(readerOf(files));
  const tree = new TileTree(ENTRIES.length, async (tile) => {
    const read = await copy.hashes(tile);
    return new TileNodes(read.kind === "read" ? read.hashes : []);
  });
  const proven = async (index: number): Promise<ProvenEntry> => {
    return { index, hashes: await tree.inclusionProof(index), entry: ENTRIES[index] as Buffer };
  };
  const outcome = of.outcome === undefined ? request : of.outcome;
  return {
    checkpoint: String(files.get("checkpoint")),
    decision: await proven(request * 2),
    outcome: outcome === null ? null : await proven(outcome * 2 + 1),
    documents: [{ kind: "policy", digest: POLICY_DIGEST, mediaType: "application/json", bytes: 8 }],
    producers: [PRODUCER],
  };
}

function verdictOn(text: string): ReceiptVerdict | { kind: "malformed" | "proof" } {
  const parsed = parseReceipt(text);
  if (parsed.kind !== "receipt") return { kind: parsed.kind };
  const keys = parseLogKeys(formatLogKeys({ logs: [], producers: parsed.receipt.producers }));
  const checker = new EntryChecker({ producers: keys?.producers ?? new Map(), mayRecord: () => true });
  return verifyReceipt(parsed.receipt, { policy: plainPolicy(), checker, types: TYPES });
}

test("a receipt of a decision and its outcome holds by itself", async () => {
  const receipt = await receiptOf(3);
  const text = formatReceipt(receipt);
  expect(parseReceipt(text)).toEqual({ kind: "receipt", receipt });
  expect(verdictOn(text)).toMatchObject({
    kind: "sound",
    size: 20,
    decisionIndex: 6,
    outcomeIndex: 7,
    decisionId: "decided-3",
    requestId: "request-3",
  });
});

test("a receipt of a decision without an outcome holds, and says so", async () => {
  expect(verdictOn(formatReceipt(await receiptOf(3, { outcome: null })))).toMatchObject({
    kind: "sound",
    outcomeIndex: null,
  });
});

test("that another decision of the request was executed is told", async () => {
  const receipt = await receiptOf(3);
  expect(verdictOn(formatReceipt(receipt))).toMatchObject({ executedDecisionId: "decided-3" });
  expect(verdictOn(formatReceipt({ ...receipt, outcome: null }))).toMatchObject({ executedDecisionId: null });
  const entries = [...ENTRIES, ...OTHER_EXECUTED];
  const proofs = inclusionProofs(entries.map((entry) => leafHash(entry)));
  const proven = (index: number): ProvenEntry => {
    return { index, hashes: proofs[index] as Uint8Array[], entry: entries[index] as Buffer };
  };
  const [decision, outcome] = [proven(6), proven(20)];
  const checkpoint = String((await memoryLog(entries)).get("checkpoint"));
  expect(verdictOn(formatReceipt({ ...receipt, checkpoint, decision, outcome }))).toMatchObject({
    kind: "sound",
    decisionId: "decided-3",
    outcomeIndex: 20,
    executedDecisionId: "decided-9",
  });
});

test("the outcome of another request is found", async () => {
  expect(verdictOn(formatReceipt(await receiptOf(3, { outcome: 4 })))).toMatchObject({
    kind: "tampered",
    index: 9,
    reason: "the outcome is of another request",
  });
});

test("a document that is left out or put in is found", async () => {
  const receipt = await receiptOf(3);
  expect(verdictOn(formatReceipt({ ...receipt, documents: [] }))).toMatchObject({ kind: "tampered", index: 6 });
  const more = { kind: "policy", digest: sha256Digest("another"), mediaType: "application/json", bytes: 1 };
  expect(verdictOn(formatReceipt({ ...receipt, documents: [...receipt.documents, more] }))).toMatchObject({
    kind: "tampered",
    reason: expect.stringContaining("does not name"),
  });
});

test("an entry that is not the kind that it stands for is found", async () => {
  const receipt = await receiptOf(3);
  const { outcome } = receipt;
  if (outcome === null) throw new Error("there is an outcome");
  expect(verdictOn(formatReceipt({ ...receipt, decision: outcome }))).toMatchObject({ kind: "tampered", index: 7 });
  expect(verdictOn(formatReceipt({ ...receipt, decision: { ...receipt.decision, index: 5 } }))).toMatchObject({
    kind: "tampered",
    index: 5,
  });
});

test("a receipt does not hold with a character changed in any part of it", async () => {
  const receipt = await receiptOf(3);
  const text = formatReceipt(receipt);
  const [, extra = ""] = text.split("\n");
  const json = Buffer.from(extra.slice(6), "base64").toString();
  // What kind of bytes a document is, and how many, is told by the document itself: its digest stands for both.
  const isTold = (at: number): boolean => /"(bytes|mediaType)":[^,}]*$/.test(json.slice(0, at + 1));
  const places = Array.from({ length: Math.ceil(json.length / 5) }, (_, n) => n * 5);
  const unnoticed = places.filter((at) => {
    const changed = json.slice(0, at) + String.fromCharCode(json.charCodeAt(at) ^ 1) + json.slice(at + 1);
    const forged = text.replace(extra, `extra ${Buffer.from(changed).toString("base64")}`);
    return !isTold(at) && verdictOn(forged).kind === "sound";
  });
  expect(unnoticed).toEqual([]);
});

test("a proof of another application is a proof, and a receipt with wrong parts is malformed", async () => {
  const text = formatReceipt(await receiptOf(3));
  const [, extra = ""] = text.split("\n");
  const json = JSON.parse(Buffer.from(extra.slice(6), "base64").toString()) as Record<string, unknown>;
  const withExtra = (value: unknown): string => {
    return text.replace(extra, `extra ${Buffer.from(JSON.stringify(value)).toString("base64")}`);
  };
  expect(parseReceipt(text.replace(`${extra}\n`, ""))).toMatchObject({ kind: "proof" });
  for (const foreign of [{}, [], null, "text", { schema: "other" }]) {
    expect(parseReceipt(withExtra(foreign))).toMatchObject({ kind: "proof" });
  }
  for (const wrong of [{ entry: 1 }, { entry: "?" }, { outcome: {} }, { documents: [1] }, { producers: null }]) {
    expect(parseReceipt(withExtra({ ...json, ...wrong }))).toEqual({ kind: "malformed" });
  }
});

test("keys that a log names are read as they are written, and a broken one makes them unreadable", () => {
  const text = formatLogKeys({ logs: [PRODUCER], producers: [PRODUCER] });
  expect(text).toBe(`log ${PRODUCER}\nproducer ${PRODUCER}\n`);
  expect(parseLogKeys(`# more\n${text}`)?.producers.get(signer.keyId)?.service).toBe("policy");
  expect(parseLogKeys(`${text}producer broken\n`)).toBeNull();
});

/** The receipt's text with its extra data changed. */
function respelled(text: string, change: (json: string) => string): string {
  return text.replace(/^extra (.*)$/m, (_, base64: string) => {
    return `extra ${Buffer.from(change(Buffer.from(base64, "base64").toString("utf8"))).toString("base64")}`;
  });
}

test.each<[string, (json: string) => string]>([
  ["a member that nobody reads", (json) => json.replace("{", '{"checked":true,')],
  ["a member that stands twice", (json) => json.replace("{", '{"outcome":null,')],
  ["another order, or spaces", (json) => json.replace("{", "{ ")],
])("B15 a receipt with %s is none", async (_, change) => {
  const text = formatReceipt(await receiptOf(3));
  expect(respelled(text, (json) => json)).toBe(text);
  expect(verdictOn(respelled(text, change))).toEqual({ kind: "malformed" });
});

test("a decision whose ids are no texts is refused, and not taken for one", async () => {
  const payload = Buffer.from(
    JSON.stringify({ eventId: "e", requestId: { toString: 1 }, decisionId: { toString: 1 } }),
  );
  const [entry] = signEvents([{ payloadType: TYPES.decision, payload }], signer) as [Buffer];
  const checkpoint = String((await memoryLog([entry])).get("checkpoint"));
  const receipt = {
    checkpoint,
    decision: { index: 0, hashes: [], entry },
    outcome: null,
    documents: [],
    producers: [PRODUCER],
  };
  expect(verdictOn(formatReceipt(receipt))).toMatchObject({ kind: "tampered", index: 0 });
});
