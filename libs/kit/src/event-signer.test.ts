import { generateKeyPairSync, createPublicKey } from "node:crypto";
import { PAYLOAD_TYPES } from "@signalbox/proto";
import { BatchCache, producerKeyId, verifyEnvelope } from "@signalbox/tlog";
import { expect, test } from "vitest";
import { createEventSigner, type SignResult } from "./event-signer.ts";

const { privateKey } = generateKeyPairSync("ed25519");
const keyId = producerKeyId(privateKey);
const keys = new Map([[keyId, createPublicKey(privateKey)]]);

function payloadsOf(results: SignResult[]): Record<string, unknown>[] {
  return results.flatMap((result) => {
    if (result.kind === "rejected") return [];
    const verified = verifyEnvelope(result.envelope, keys, new BatchCache());
    expect(verified.ok).toBe(true);
    return verified.ok ? [JSON.parse(Buffer.from(verified.payload).toString()) as Record<string, unknown>] : [];
  });
}

test("a batch verifies event by event and its sequence is dense", () => {
  const sign = createEventSigner({ service: "policy", instance: "a", key: { keyId, privateKey } });
  const results = sign([1, 2, 3].map((value) => ({ type: "decision" as const, event: { value } })));
  expect(payloadsOf(results).map(({ value, producer }) => [value, (producer as { seq: number }).seq])).toEqual([
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
});

test("an event without a canonical form is rejected alone and takes no sequence number", () => {
  const sign = createEventSigner({ service: "policy", instance: "a", key: { keyId, privateKey } });
  const results = sign([
    { type: "outcome", event: { share: 0.5 } },
    { type: "outcome", event: { share: 5 } },
  ]);
  expect(results.map(({ kind }) => kind)).toEqual(["rejected", "signed"]);
  expect(payloadsOf(results)[0]?.["producer"]).toMatchObject({ service: "policy", seq: 1 });
});

test("an event that would not fit into a leaf is rejected", () => {
  const sign = createEventSigner({ service: "policy", instance: "a", key: { keyId, privateKey } });
  const [result] = sign([{ type: "decision", event: { pad: "x".repeat(60_000) } }]);
  expect(result?.kind).toBe("rejected");
});

test("the payload type says what the event is", () => {
  const sign = createEventSigner({ service: "policy", instance: "a", key: { keyId, privateKey } });
  const [result] = sign([{ type: "superseded", event: {} }]);
  const verified = result?.kind === "signed" ? verifyEnvelope(result.envelope, keys, new BatchCache()) : null;
  expect(verified?.ok === true && verified.payloadType).toBe(PAYLOAD_TYPES.superseded);
});
