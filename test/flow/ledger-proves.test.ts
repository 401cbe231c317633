import { once } from "node:events";
import { Metadata, status, type ServiceError } from "@grpc/grpc-js";
import { mayRecord } from "@signalbox/infra/cli/verify/may-record.ts";
import { uuidv7 } from "@signalbox/kit";
import { PAYLOAD_TYPES, SignalboxError } from "@signalbox/proto";
import type { LedgerProof, LedgerProofAnswer, LedgerProveRequest } from "@signalbox/proto/grpc/ledger";
import {
  EntryChecker,
  formatLogKeys,
  formatVkey,
  parseLogKeys,
  parseLogProof,
  parsePolicy,
  parseReceipt,
  sha256Digest,
  verifyLogProof,
  verifyReceipt,
  type Policy,
  type ReceiptVerdict,
} from "@signalbox/tlog";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decisionEvent, INPUT, outcomeEvent } from "./ledger-events.ts";
import { as, startLedgerRig, until, type Leaf, type Ledger, type LedgerRig } from "./ledger-rig.ts";

const ORIGIN = "signalbox.test/log";
/** More than two full tiles. */
const LEAVES = 530;
const POLICY_TEXT = '{"a":"policy"}';

let rig: LedgerRig;
let ledger: Ledger;
beforeAll(async () => {
  rig = await startLedgerRig();
  ledger = await rig.start();
  await rig.owner.query(
    "insert into document (digest, kind, media_type, body) values ($1, 'policy', 'application/json', $2)",
    [sha256Digest(POLICY_TEXT), Buffer.from(POLICY_TEXT)],
  );
});
afterAll(() => rig[Symbol.asyncDispose]());

function prove(request: Partial<LedgerProveRequest>, caller: "ingress" | "operator" = "ingress"): Promise<LedgerProof> {
  return new Promise((resolve, reject) => {
    const full = { tenant: "default", id: "", eventId: "", ...request };
    ledger.client.prove(full, as(caller), (error, proof) => (error === null ? resolve(proof) : reject(error)));
  });
}

async function codeOf(call: Promise<unknown>): Promise<number> {
  return await call.then(
    () => status.OK,
    (error: ServiceError) => error.code,
  );
}

/** A decision and, when asked for, its outcome, both committed. */
async function record(of: { outcome: boolean }): Promise<{ requestId: string; decisionId: string; eventId: string }> {
  const ids = { requestId: uuidv7(), decisionId: uuidv7() };
  const input = { ...INPUT, documents: { ...INPUT.documents, policy: sha256Digest(POLICY_TEXT) } };
  const [decision] = rig.policy.sign([decisionEvent({ ...ids, input })]);
  const outcomes = of.outcome ? rig.dispatcher.sign([outcomeEvent(ids)]) : [];
  if (decision === undefined) throw new Error("nothing was signed");
  await rig.enqueue([decision, ...outcomes]);
  for (const { eventId } of [decision, ...outcomes]) await rig.receipt(eventId);
  return { ...ids, eventId: decision.eventId };
}

function policy(): Policy {
  const parsed = parsePolicy(`log ${formatVkey(ORIGIN, rig.checkpointKey)}\nquorum none\n`);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.policy;
}

function verdictOn(proof: string): ReceiptVerdict {
  const parsed = parseReceipt(proof);
  if (parsed.kind !== "receipt") throw new Error(parsed.kind);
  const keys = parseLogKeys(formatLogKeys({ logs: [], producers: parsed.receipt.producers }));
  const checker = new EntryChecker({ producers: keys?.producers ?? new Map(), mayRecord });
  const types = { decision: PAYLOAD_TYPES.decision, outcome: PAYLOAD_TYPES.outcome };
  return verifyReceipt(parsed.receipt, { policy: policy(), checker, types });
}

test("a decision and its outcome are proved at once after the commit, by either id, and verified with nothing else", async () => {
  for (let turn = 0; turn < 4; turn += 1) {
    const { requestId, decisionId } = await record({ outcome: true });
    for (const id of [decisionId, requestId]) {
      const { proof, size } = await prove({ id });
      expect(verdictOn(proof)).toMatchObject({ kind: "sound", decisionId, requestId, size: Number(size) });
      expect(verdictOn(proof)).not.toMatchObject({ outcomeIndex: null });
    }
  }
});

test("a decision without an outcome is proved alone", async () => {
  const { decisionId } = await record({ outcome: false });
  const { proof } = await prove({ id: decisionId });
  expect(verdictOn(proof)).toMatchObject({ kind: "sound", decisionId, outcomeIndex: null });
});

test("the documents that the decision names stand in its receipt, with what the register holds of them", async () => {
  const { decisionId } = await record({ outcome: true });
  const parsed = parseReceipt((await prove({ id: decisionId })).proof);
  if (parsed.kind !== "receipt") throw new Error(parsed.kind);
  const { documents } = parsed.receipt;
  expect(documents.map(({ kind }) => kind).toSorted()).toEqual([
    "catalogue",
    "classifier",
    "engine",
    "health",
    "policy",
  ]);
  expect(documents.find(({ kind }) => kind === "policy")).toEqual({
    kind: "policy",
    digest: sha256Digest(POLICY_TEXT),
    mediaType: "application/json",
    bytes: POLICY_TEXT.length,
  });
  expect(documents.find(({ kind }) => kind === "engine")).toMatchObject({ mediaType: null, bytes: null });
});

test("any event is proved by its own id, for whoever has its bytes", async () => {
  const { eventId } = await record({ outcome: true });
  const { proof, leaf } = await prove({ eventId });
  const parsed = parseLogProof(proof);
  if (!parsed.ok) throw new Error(parsed.reason);
  expect(verifyLogProof(parsed.proof, leaf, policy())).toMatchObject({ ok: true, log: ORIGIN });
  expect(verifyLogProof(parsed.proof, Buffer.from("other"), policy())).toMatchObject({ reason: "not-included" });
});

test("another tenant's decisions and events are not proved, and the operator's are all", async () => {
  const { decisionId, eventId } = await record({ outcome: true });
  expect(await codeOf(prove({ tenant: "acme", id: decisionId }))).toBe(status.NOT_FOUND);
  expect(await codeOf(prove({ tenant: "acme", eventId }))).toBe(status.NOT_FOUND);
  expect(await codeOf(prove({ tenant: "", id: decisionId }))).toBe(status.PERMISSION_DENIED);
  expect(await codeOf(prove({ tenant: "", id: decisionId }, "operator"))).toBe(status.OK);
});

test("what is no id, or none or both, is refused, and what is unknown is not found", async () => {
  for (const request of [{}, { id: "x" }, { id: uuidv7(), eventId: uuidv7() }]) {
    expect(await codeOf(prove(request))).toBe(status.INVALID_ARGUMENT);
  }
  expect(await codeOf(prove({ id: uuidv7() }))).toBe(status.NOT_FOUND);
  expect(await codeOf(prove({ eventId: uuidv7() }))).toBe(status.NOT_FOUND);
});

/** Asks all of it at once over one open call, which it ends; the answers by their questions' places, and how the call ended. */
async function proveMany(
  asked: readonly Partial<LedgerProveRequest>[],
  { of = ledger, caller = "ingress", end = true }: { of?: Ledger; caller?: "ingress" | "operator"; end?: boolean } = {},
): Promise<(LedgerProof | SignalboxError)[]> {
  const answers: (LedgerProof | SignalboxError)[] = [];
  const call = of.client.proveMany(as(caller));
  const ended = new Promise<void>((resolve, reject) => {
    call.on("error", reject);
    call.on("end", resolve);
  });
  call.on("data", ({ id, result }: LedgerProofAnswer) => {
    if (result?.$case === "proof") answers[id] = result.value;
    if (result?.$case === "error")
      answers[id] = SignalboxError.fromJson(JSON.parse(Buffer.from(result.value).toString()));
  });
  for (const [id, request] of asked.entries()) {
    call.write({ id, request: { tenant: "default", id: "", eventId: "", ...request } });
  }
  if (end) call.end();
  await ended;
  return answers;
}

test("many are proved over one open call, each with an answer of its own, and the last of them ends it", async () => {
  const { requestId, decisionId, eventId } = await record({ outcome: true });
  const sound = Array.from({ length: 50 }, () => ({ id: decisionId }));
  const refused = [{ tenant: "acme", eventId }, { tenant: "" }, { id: "x" }, { id: uuidv7() }];
  const answers = await proveMany([...sound, ...refused, { id: requestId }]);
  const codes = answers.map((answer) =>
    answer instanceof SignalboxError ? answer.code : verdictOn(answer.proof).kind,
  );
  expect(codes).toEqual([
    ...sound.map(() => "sound"),
    "not-found",
    "forbidden",
    "invalid-request",
    "not-found",
    "sound",
  ]);
});

test("an instance that does not lead proves as well, and ends its open calls when it stops", async () => {
  const { decisionId } = await record({ outcome: true });
  const standby = await rig.start();
  const answered = proveMany([{ id: decisionId }], { of: standby, end: false });
  const alone = (await proveMany([{ id: decisionId }], { of: standby }))[0] as LedgerProof;
  expect(verdictOn(alone.proof)).toMatchObject({ kind: "sound", decisionId });
  const startedAtMs = performance.now();
  await standby[Symbol.asyncDispose]();
  expect(performance.now() - startedAtMs).toBeLessThan(4_000);
  expect(verdictOn(((await answered)[0] as LedgerProof).proof)).toMatchObject({ kind: "sound", decisionId });
});

test("a caller that nobody knows gets no open call", async () => {
  const call = ledger.client.proveMany(new Metadata());
  const [error] = (await once(call, "error")) as [ServiceError];
  expect(error.code).toBe(status.UNAUTHENTICATED);
});

/** Whether a leaf's proof holds, in its own place. */
async function isProved({ index, eventId, bytes }: Leaf): Promise<boolean> {
  const parsed = parseLogProof((await prove({ eventId })).proof);
  return parsed.ok && parsed.proof.index === index && verifyLogProof(parsed.proof, bytes, policy()).ok;
}

test("leaves of full tiles are proved as those of the last one are, and when nothing is kept of their tile", async () => {
  const before = (await rig.leaves(0)).length;
  const parts = Array.from({ length: LEAVES }, () => ({ requestId: uuidv7(), decisionId: uuidv7() }));
  const events = parts.map(decisionEvent);
  for (let at = 0; at < LEAVES; at += 100) await rig.enqueue(rig.policy.sign(events.slice(at, at + 100)));
  const leaves = await rig.leaves(before + LEAVES);
  const kept = async (): Promise<number> => (await rig.owner.query("select from ledger_tile")).rowCount ?? 0;
  await until(async () => ((await kept()) === 2 ? true : undefined));
  const some = leaves.filter(({ index }) => [0, 1, 255, 256, 300, 511, 512, leaves.length - 1].includes(index));
  for (const leaf of some) expect(await isProved(leaf)).toBe(true);
  await rig.owner.query("alter table ledger_tile disable trigger user; delete from ledger_tile");
  for (const leaf of some) expect(await isProved(leaf)).toBe(true);
  await until(async () => ((await kept()) === 2 ? true : undefined));
  for (const leaf of some) expect(await isProved(leaf)).toBe(true);
});
