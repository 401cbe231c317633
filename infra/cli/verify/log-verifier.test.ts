import { generateKeyPairSync, randomUUID } from "node:crypto";
import { PAYLOAD_TYPES } from "@signalbox/proto";
import { formatVkey, Frontier, leafHash, producerKeyId, signCheckpoint, signEvents } from "@signalbox/tlog";
import { describe, expect, test } from "vitest";
import { LogVerifier, type SignedHead, type Verdict } from "./log-verifier.ts";

const ORIGIN = "signalbox.test/log";
const log = generateKeyPairSync("ed25519");
const producer = generateKeyPairSync("ed25519");
const keyId = producerKeyId(producer.publicKey);
const producers = new Map([[keyId, { service: "policy", key: producer.publicKey } as const]]);

function leavesOf(count: number, signer = { keyId, privateKey: producer.privateKey }): Buffer[] {
  const events = Array.from({ length: count }, (_, at) => ({
    payloadType: PAYLOAD_TYPES.decision,
    payload: Buffer.from(JSON.stringify({ eventId: `event-${at}` })),
  }));
  // The first ones stand alone and the others in one batch, so that both schemes are read.
  return [
    ...events.slice(0, 2).flatMap((event) => signEvents([event], signer)),
    ...signEvents(events.slice(2), signer),
  ];
}

function headOf(leaves: readonly Uint8Array[]): SignedHead {
  const tree = Frontier.empty();
  for (const leaf of leaves) tree.append(leafHash(leaf));
  const checkpoint = { origin: ORIGIN, size: leaves.length, root: tree.root() };
  return {
    note: signCheckpoint(checkpoint, [{ name: ORIGIN, privateKey: log.privateKey }]),
    vkey: formatVkey(ORIGIN, log.publicKey),
  };
}

function verdictOn(leaves: readonly Uint8Array[], head: SignedHead): Verdict {
  const verifier = new LogVerifier(producers);
  for (const [index, bytes] of leaves.entries()) verifier.add({ index, bytes });
  return verifier.finish(head);
}

test("an honest log is sound, whichever way its events were signed", () => {
  const leaves = leavesOf(7);
  expect(verdictOn(leaves, headOf(leaves))).toMatchObject({ kind: "sound", size: 7, origin: ORIGIN });
});

describe("a producer's key that was replaced", () => {
  const ledger = generateKeyPairSync("ed25519");
  const ledgerId = producerKeyId(ledger.publicKey);
  const trusted = new Map([[ledgerId, { service: "audit-ledger", key: ledger.publicKey }]]);

  function keyLeaf(
    change: "registered" | "retired",
    signer = { keyId: ledgerId, privateKey: ledger.privateKey },
    of: object = { role: "producer", name: "policy", keyId },
  ): Buffer {
    const event = {
      schema: "signalbox.event.key.v1",
      eventId: randomUUID(),
      atMs: 1,
      producer: { service: "audit-ledger", instance: "one", seq: 1 },
      tenant: "_signalbox",
      requestId: null,
      change,
      ...of,
      by: "test",
      before: null,
      after: null,
    };
    return signEvents([{ payloadType: PAYLOAD_TYPES.key, payload: Buffer.from(JSON.stringify(event)) }], signer)[0]!;
  }

  function verdictOf(leaves: readonly Buffer[]): Verdict {
    const verifier = new LogVerifier(trusted, producers);
    for (const [index, bytes] of leaves.entries()) verifier.add({ index, bytes });
    return verifier.finish(headOf(leaves));
  }

  test("counts from the leaf on that registers it, when a trusted key signed that", () => {
    expect(verdictOf([keyLeaf("registered"), ...leavesOf(3)])).toMatchObject({ kind: "sound", size: 4 });
    expect(verdictOf([...leavesOf(3), keyLeaf("registered")])).toMatchObject({ kind: "tampered", index: 0 });
    const own = keyLeaf("registered", { keyId, privateKey: producer.privateKey });
    expect(verdictOf([own, ...leavesOf(3)])).toMatchObject({ kind: "tampered", index: 0 });
  });

  test("B15 counts no more from the leaf on that retires it", () => {
    const [first, ...rest] = leavesOf(3) as [Buffer, ...Buffer[]];
    const verdict = verdictOf([keyLeaf("registered"), first, keyLeaf("retired"), ...rest]);
    expect(verdict).toEqual({ kind: "tampered", index: 3, reason: "its producer's key was retired at leaf 2" });
  });

  test("B15 a checkpoint does not hold that covers the leaf by which the log's key was retired", () => {
    const of = { role: "log", name: ORIGIN, keyId: producerKeyId(log.publicKey) };
    const verdict = verdictOf([keyLeaf("registered"), keyLeaf("retired", undefined, of)]);
    expect(verdict).toMatchObject({ kind: "tampered", index: 1, reason: expect.stringContaining("retired the key") });
    const another = { ...of, keyId };
    expect(verdictOf([keyLeaf("retired", undefined, another)])).toMatchObject({ kind: "sound", size: 1 });
  });
});

test("an empty log is sound", () => {
  expect(verdictOn([], headOf([]))).toMatchObject({ kind: "sound", size: 0 });
});

test("B15 whichever byte of a leaf is changed, that leaf is named", () => {
  const leaves = leavesOf(5);
  const head = headOf(leaves);
  for (const [index, leaf] of leaves.entries()) {
    for (let at = 0; at < leaf.length; at += 11) {
      const changed = Buffer.from(leaf);
      changed[at] = (changed[at] as number) ^ 0x01;
      const verdict = verdictOn(leaves.with(index, changed), head);
      expect(verdict).toMatchObject({ kind: "tampered", index });
    }
  }
});

test("a leaf that the checkpoint covers and nobody can show is named", () => {
  const leaves = leavesOf(5);
  expect(verdictOn(leaves.slice(0, 3), headOf(leaves))).toMatchObject({ kind: "tampered", index: 3 });
});

test("a gap in the indexes is named", () => {
  const [first, , third] = leavesOf(3);
  const verifier = new LogVerifier(producers);
  expect(verifier.add({ index: 0, bytes: first as Buffer })).toBeNull();
  expect(verifier.add({ index: 2, bytes: third as Buffer })).toMatchObject({ kind: "tampered", index: 1 });
});

test("two honest leaves that changed places do not give the signed root", () => {
  const [a, b, c] = leavesOf(3) as [Buffer, Buffer, Buffer];
  expect(verdictOn([a, c, b], headOf([a, b, c]))).toMatchObject({ kind: "tampered", index: null });
});

test("the same event twice is named, though its signature holds both times", () => {
  const [a, b] = leavesOf(2) as [Buffer, Buffer];
  expect(verdictOn([a, b, a], headOf([a, b, a]))).toMatchObject({ kind: "tampered", index: 2 });
});

test("a leaf of a producer that nobody knows is named", () => {
  const stranger = generateKeyPairSync("ed25519");
  const leaves = leavesOf(4, { keyId: producerKeyId(stranger.publicKey), privateKey: stranger.privateKey });
  expect(verdictOn(leaves, headOf(leaves))).toMatchObject({ kind: "tampered", index: 0 });
});

test("a service that signs what is not its to record is named", () => {
  const leaves = leavesOf(2);
  const verifier = new LogVerifier(new Map([[keyId, { service: "classifier", key: producer.publicKey }]]));
  const fault = verifier.add({ index: 0, bytes: leaves[0] as Buffer });
  expect(fault).toMatchObject({ index: 0, reason: expect.stringContaining("classifier") });
});

test("a checkpoint that another key signed under the log's name does not hold", () => {
  const leaves = leavesOf(2);
  const other = generateKeyPairSync("ed25519");
  const head = { note: headOf(leaves).note, vkey: formatVkey(ORIGIN, other.publicKey) };
  expect(verdictOn(leaves, head)).toMatchObject({ kind: "tampered", index: null });
});

test("without a readable key nothing is said about the log", () => {
  expect(verdictOn([], { ...headOf([]), vkey: "nonsense" })).toMatchObject({ kind: "unverifiable" });
});
