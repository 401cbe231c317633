import { createPublicKey } from "node:crypto";
import { expect, test } from "vitest";
import { memoryLog, plainPolicy, readerOf } from "./__fixtures__/memory-log.ts";
import { sha256Digest } from "./digest.ts";
import { privateKeyFromSeed, producerKeyId, rawPublicKey } from "./ed25519.ts";
import { EntryChecker } from "./entry-checker.ts";
import { signLogKeyRotation } from "./log-key-rotation.ts";
import { signEvents } from "./sign-events.ts";
import { verifyLog, type LogVerdict } from "./verify-log.ts";

const producerKey = privateKeyFromSeed(Buffer.alloc(32, 2));
const SIGNER = { keyId: producerKeyId(producerKey), privateKey: producerKey };
const PRODUCERS = new Map([[SIGNER.keyId, { service: "audit-ledger", key: createPublicKey(producerKey) }]]);
const KEY_TYPE = "application/vnd.signalbox.key.v1+json";
const origin = "log.example";
const [from, to] = [privateKeyFromSeed(Buffer.alloc(32, 5)), privateKeyFromSeed(Buffer.alloc(32, 6))];
const statement = signLogKeyRotation(origin, { from, to });
const entry = {
  eventId: "rotation",
  change: "rotated",
  role: "log",
  name: origin,
  keyId: producerKeyId(to),
  after: sha256Digest(rawPublicKey(to)),
  statement,
};

async function verdictOfEntry(event: object): Promise<LogVerdict> {
  const entries = signEvents([{ payloadType: KEY_TYPE, payload: Buffer.from(JSON.stringify(event)) }], SIGNER);
  const keys = new EntryChecker({ producers: PRODUCERS, mayRecord: () => true });
  const files = await memoryLog(entries);
  return await verifyLog({ read: readerOf(files), policy: plainPolicy(), checker: keys });
}

test("a rotation of the log's key is believed when both keys have signed what its entry says", async () => {
  expect(await verdictOfEntry(entry)).toMatchObject({ kind: "sound", ours: 1 });
});

test.each([
  ["of another log", { statement: signLogKeyRotation("other.example", { from, to }) }],
  ["to another key", { statement: signLogKeyRotation(origin, { from: to, to: from }) }],
  ["that was changed", { statement: statement.replace(origin, "log.example2") }],
  ["that is none", { statement: "rotated, believe me" }],
])("B15 a rotation with a statement %s is tampered with", async (_name, change) => {
  expect(await verdictOfEntry({ ...entry, ...change })).toMatchObject({
    kind: "tampered",
    index: 0,
    reason: expect.stringContaining("statement"),
  });
});

test.each([
  ["a change that there is not", { change: "forgotten" }],
  ["a key id of any length", { keyId: "a".repeat(40_000) }],
  ["an event id of any length", { eventId: "a".repeat(40_000) }],
])("B15 an entry about a key with %s is tampered with, and not remembered", async (_name, change) => {
  expect(await verdictOfEntry({ ...entry, ...change })).toMatchObject({ kind: "tampered", index: 0 });
});
