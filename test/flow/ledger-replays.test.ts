import { loadEngine, uuidv7 } from "@signalbox/kit";
import type { DecisionInput } from "@signalbox/proto";
import type { LedgerReplayRequest, LedgerReplayResult } from "@signalbox/proto/grpc/ledger";
import { sha256Digest } from "@signalbox/tlog";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decisionEvent, INPUT, type DecisionParts } from "./ledger-events.ts";
import { as, startLedgerRig, type Ledger, type LedgerRig } from "./ledger-rig.ts";

/** An engine as small as one can be: what it decides follows from the input, the policy and itself. */
function engineSource(reason: string): string {
  return `(() => {
    const documents = new Map();
    globalThis.signalboxEngine = {
      has: (digest) => documents.has(digest),
      load: (digest, json) => documents.set(digest, JSON.parse(json)),
      decide: (inputJson) => {
        const input = JSON.parse(inputJson);
        if (input.classification.language === "xx") throw new Error("no such language");
        const { quality } = documents.get(input.documents.policy);
        return JSON.stringify({
          schema: "signalbox.decision.v1",
          action: { kind: "refuse", code: "no-candidate", message: "none" },
          strategy: "value", reason: "${reason}", requiredQuality: quality + input.classification.difficulty,
          considered: input.facts.messages, eligible: 0, excluded: [], ranked: [], propensities: [], cache: "miss",
        });
      },
    };
  })();`;
}

const DOCUMENTS = { policy: '{"quality":5}', catalogue: "{}", health: "[]" };

let rig: LedgerRig;
let ledger: Ledger;
beforeAll(async () => {
  rig = await startLedgerRig();
  ledger = await rig.start();
  for (const [kind, text] of Object.entries(DOCUMENTS)) await keep(kind, text);
});
afterAll(() => rig[Symbol.asyncDispose]());

async function keep(kind: string, text: string): Promise<string> {
  const digest = sha256Digest(text);
  await rig.owner.query(
    "insert into document (digest, kind, media_type, body) values ($1, $2, 'application/json', $3) on conflict do nothing",
    [digest, kind, Buffer.from(text)],
  );
  return digest;
}

type Classified = Partial<DecisionInput["classification"]>;

/** What the engine decides on the input; `recordedChange` is what the record says that the input was. */
function decide(engine: string, change: Classified = {}, recordedChange: Classified = {}): DecisionParts {
  const documents = {
    engine: sha256Digest(engine),
    policy: sha256Digest(DOCUMENTS.policy),
    catalogue: sha256Digest(DOCUMENTS.catalogue),
    health: sha256Digest(DOCUMENTS.health),
  };
  const input = { ...INPUT, documents, classification: { ...INPUT.classification, ...change } };
  const decision = loadEngine(engine).decide(input, DOCUMENTS);
  const recorded = { ...input, classification: { ...input.classification, ...recordedChange } };
  return { requestId: uuidv7(), decisionId: uuidv7(), input: recorded, decision };
}

async function decideAndRecord(...what: Parameters<typeof decide>): Promise<string> {
  const parts = decide(...what);
  const [signed] = rig.policy.sign([decisionEvent(parts)]);
  if (signed === undefined) throw new Error("nothing was signed");
  await rig.enqueue([signed]);
  expect(await rig.receipt(signed.eventId)).toMatchObject({ status: "committed" });
  return parts.decisionId;
}

function replay(request: Partial<LedgerReplayRequest>): Promise<LedgerReplayResult[]> {
  const all = { tenant: "default", decisionId: "", fromIndex: 0n, toIndex: 0n };
  const call = ledger.client.replay({ ...all, ...request }, as("ingress"));
  return Array.fromAsync(call as AsyncIterable<LedgerReplayResult>);
}

test("a decision is identical when the engine that made it runs again, though the current one would differ", async () => {
  const old = engineSource("old");
  await keep("engine", old);
  await keep("engine", engineSource("new"));
  const decisionId = await decideAndRecord(old);
  expect(await replay({ decisionId })).toMatchObject([{ decisionId, identical: true, differences: [], error: "" }]);
});

test("one number changed in the recorded input, and replay names the field of the decision that differs", async () => {
  const engine = engineSource("numbers");
  await keep("engine", engine);
  const decisionId = await decideAndRecord(engine, { difficulty: 100 }, { difficulty: 101 });
  const [result] = await replay({ decisionId });
  expect(result).toMatchObject({ identical: false, error: "" });
  expect(result?.differences).toEqual([{ path: "/requiredQuality", recordedJson: "105", replayedJson: "106" }]);
});

test("a decision whose document is missing or whose engine fails says so", async () => {
  const missing = await decideAndRecord(engineSource("never kept"));
  expect(await replay({ decisionId: missing })).toMatchObject([
    { identical: false, error: expect.stringMatching(/sha256:[0-9a-f]{64} is missing/) },
  ]);
  const failing = engineSource("failing");
  await keep("engine", failing);
  const decisionId = await decideAndRecord(failing, {}, { language: "xx" });
  expect(await replay({ decisionId })).toMatchObject([{ identical: false, error: "The decision engine failed." }]);
  await expect(replay({ decisionId: uuidv7() })).rejects.toMatchObject({ code: 5 });
});

test("a range is replayed in the order of the log, one page after the other", async () => {
  const engine = engineSource("many");
  await keep("engine", engine);
  const from = (await rig.leaves(0)).length;
  // More than a page, and than each thread takes at once; the last one differs.
  const decisions = Array.from({ length: 300 }, (_, n) => decide(engine, { difficulty: n }, { difficulty: n % 299 }));
  for (const part of [decisions.slice(0, 100), decisions.slice(100, 200), decisions.slice(200)]) {
    await rig.enqueue(rig.policy.sign(part.map(decisionEvent)));
  }
  await rig.leaves(from + decisions.length);
  const results = await replay({ fromIndex: BigInt(from) });
  expect(results.map(({ decisionId }) => decisionId)).toEqual(decisions.map(({ decisionId }) => decisionId));
  expect(results.flatMap(({ identical }, n) => (identical ? [] : [n]))).toEqual([299]);
  expect(await replay({ fromIndex: BigInt(from), toIndex: BigInt(from + 3) })).toHaveLength(3);
  expect(await replay({ tenant: "acme" })).toEqual([]);
});

test("a leaf that is no text any more is told of, and those beside it are replayed", async () => {
  const engine = engineSource("tampered");
  await keep("engine", engine);
  const from = (await rig.leaves(0)).length;
  for (let n = 0; n < 3; n += 1) await decideAndRecord(engine);
  const broken = "set leaf = '\\xff00ff'::bytea where idx = $1";
  await rig.owner.query("alter table ledger_leaf_0 disable trigger user");
  await rig.owner.query(`update ledger_leaf_0 ${broken}`, [from + 1]);
  await rig.owner.query("alter table ledger_leaf_0 enable trigger user");
  expect(await replay({ fromIndex: BigInt(from) })).toMatchObject([
    { identical: true },
    { identical: false, error: "The leaf is not an envelope." },
    { identical: true },
  ]);
});
