import { loadEngine, uuidv7 } from "@signalbox/kit";
import { ReplayJob, ReplayOrder, type DecisionInput } from "@signalbox/proto";
import type { LedgerReplayJob } from "@signalbox/proto/grpc/ledger";
import { sha256Digest } from "@signalbox/tlog";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decisionEvent, INPUT } from "./ledger-events.ts";
import { as, startLedgerRig, until, type Ledger, type LedgerRig } from "./ledger-rig.ts";

/** Refuses whom the policy says, and sends the others where it says. */
function engineSource(version: string): string {
  return `(() => {
    const documents = new Map();
    globalThis.signalboxEngine = {
      has: (digest) => documents.has(digest),
      load: (digest, json) => documents.set(digest, JSON.parse(json)),
      decide: (inputJson) => {
        const input = JSON.parse(inputJson);
        const { refused, endpoint, cost } = documents.get(input.documents.policy);
        const action = input.classification.language === refused
          ? { kind: "refuse", code: "policy-refused", message: "${version}" }
          : { kind: "route", plan: [endpoint], maxOutputTokens: 1, maxOutputSource: "default", storeTtlSeconds: null };
        const ranked = [{ endpoint, quality: 1, qualitySource: "declared", costPicoUsd: cost, latencyMs: null, goodEnough: true }];
        return JSON.stringify({
          schema: "signalbox.decision.v1", action, strategy: "value", reason: "one", requiredQuality: 0,
          considered: 1, eligible: 1, excluded: [], ranked, propensities: [], cache: "miss",
        });
      },
    };
  })();`;
}

const ENGINE = engineSource("old");
const POLICY = '{"cost":"100","endpoint":"a/small","refused":"fr"}';
const OTHER_POLICY = '{"cost":"350","endpoint":"b/large","refused":"en"}';
const DOCUMENTS = { policy: POLICY, catalogue: "{}", health: "[]" };

let rig: LedgerRig;
let ledger: Ledger;
beforeAll(async () => {
  rig = await startLedgerRig();
  ledger = await rig.start();
  for (const [kind, text] of [...Object.entries(DOCUMENTS), ["policy", OTHER_POLICY], ["engine", ENGINE]]) {
    await rig.owner.query(
      "insert into document (digest, kind, media_type, body) values ($1, $2, 'application/json', $3)",
      [sha256Digest(text as string), kind, Buffer.from(text as string)],
    );
  }
});
afterAll(() => rig[Symbol.asyncDispose]());

function decisionIn(
  language: string,
  tenant = "default",
  recordedLanguage = language,
): Parameters<typeof decisionEvent>[0] {
  const documents = {
    engine: sha256Digest(ENGINE),
    policy: sha256Digest(POLICY),
    catalogue: sha256Digest(DOCUMENTS.catalogue),
    health: sha256Digest(DOCUMENTS.health),
  };
  const input: DecisionInput = { ...INPUT, documents, classification: { ...INPUT.classification, language } };
  const decision = loadEngine(ENGINE).decide(input, DOCUMENTS);
  const recorded = { ...input, classification: { ...input.classification, language: recordedLanguage } };
  return { requestId: uuidv7(), decisionId: uuidv7(), tenant, input: recorded, decision };
}

async function record(parts: Parameters<typeof decisionEvent>[0][]): Promise<void> {
  const size = (await rig.leaves(0)).length;
  await rig.enqueue(rig.policy.sign(parts.map(decisionEvent)));
  await rig.leaves(size + parts.length);
}

const ALL: ReplayOrder = { kind: "verify", fromIndex: 0, toIndex: null, fromMs: null, toMs: null, policy: null };

type Ask = { readonly order: Partial<ReplayOrder> } | { readonly id: string; readonly cancel?: true };

function ask(wish: Ask, who: "operator" | "ingress"): Promise<ReplayJob> {
  const { client } = ledger;
  const tenant = who === "operator" ? "" : "default";
  return new Promise((resolve, reject) => {
    const settle = (error: Error | null, answer: LedgerReplayJob): void => {
      if (error === null) resolve(ReplayJob.parse(JSON.parse(answer.jobJson)));
      else reject(error);
    };
    if ("order" in wish) client.startReplay({ tenant, orderJson: JSON.stringify(wish.order) }, as(who), settle);
    else if (wish.cancel === true) client.cancelReplay({ tenant, id: wish.id }, as(who), settle);
    else client.getReplay({ tenant, id: wish.id }, as(who), settle);
  });
}

async function finished(order: Partial<ReplayOrder>, who: "operator" | "ingress" = "operator"): Promise<ReplayJob> {
  const { id } = await ask({ order: { ...ALL, ...order } }, who);
  return await until(async () => {
    const job = await ask({ id }, who);
    return job.state === "running" ? undefined : job;
  });
}

test("a range is verified: the share, and of each mismatch the field and both values", async () => {
  const wrong = decisionIn("en", "default", "fr");
  await record([decisionIn("en"), decisionIn("fr"), wrong, decisionIn("en", "acme")]);
  const job = await finished({});
  expect(job).toMatchObject({
    state: "completed",
    tenant: null,
    range: { fromIndex: 0, toIndex: 4 },
    engine: null,
    replayed: 4,
    identical: 3,
    different: 1,
    failed: 0,
    identicalShare: 750_000,
    changes: null,
  });
  expect(job.differing).toMatchObject([{ index: 2, decisionId: wrong.decisionId }]);
  expect(job.differing[0]?.differences).toContainEqual({ path: "/action/kind", recorded: "route", replayed: "refuse" });
  expect(job.differing[0]?.differences).toContainEqual({ path: "/action/code", replayed: "policy-refused" });
});

test("a tenant's replay sees its own decisions, and nobody else's job", async () => {
  const own = await finished({}, "ingress");
  expect(own).toMatchObject({ tenant: "default", replayed: 3 });
  const { id } = await finished({});
  await expect(ask({ id }, "ingress")).rejects.toMatchObject({ code: 5 });
});

test("another policy is tried on what was recorded: what moves where, what is refused, what it costs", async () => {
  const job = await finished({ kind: "diff", policy: sha256Digest(OTHER_POLICY), toIndex: 2 });
  expect(job).toMatchObject({
    state: "completed",
    engine: sha256Digest(ENGINE),
    replayed: 2,
    different: 2,
    changes: {
      refusalsGained: 1,
      refusalsLost: 1,
      // The first is refused and costs 100 less, the second is answered for 350.
      costDeltaPicoUsd: "250",
      moves: [
        { from: "a/small", to: "refused", count: 1 },
        { from: "refused", to: "b/large", count: 1 },
      ],
    },
  });
  const missing = await finished({ kind: "diff", policy: sha256Digest("no policy") });
  expect(missing).toMatchObject({ replayed: 4, failed: 4, identicalShare: 0 });
  expect(missing.failures[0]?.error).toMatch(/is missing/);
});

test("a replay is cancelled within seconds, keeps what it found, and its result outlives its ledger", async () => {
  await record(Array.from({ length: 120 }, () => decisionIn("en")));
  // The engine takes its time, so that the job is there to be cancelled.
  const slow = ENGINE.replace("const { refused", "for (let n = 0; n < 3e7; n += 1); const { refused");
  await rig.owner.query(
    "insert into document (digest, kind, media_type, body) values ($1, 'engine', 'text/javascript', $2)",
    [sha256Digest(slow), Buffer.from(slow)],
  );
  const { id } = await ask({ order: { ...ALL, kind: "diff" } }, "operator");
  await ask({ id, cancel: true }, "operator");
  const job = await until(async () => {
    const now = await ask({ id }, "operator");
    return now.state === "running" ? undefined : now;
  });
  expect(job.state).toBe("cancelled");
  expect(job.replayed).toBeGreaterThan(0);
  expect(job.replayed).toBeLessThan(124);
  await ledger[Symbol.asyncDispose]();
  ledger = await rig.start();
  expect(await ask({ id }, "operator")).toEqual(job);
}, 60_000);

test("an order that does not fit is refused, and so is a range of nothing", async () => {
  await expect(ask({ order: {} }, "operator")).rejects.toMatchObject({ code: 3 });
  expect(await finished({ fromIndex: 10_000 })).toMatchObject({
    state: "completed",
    replayed: 0,
    identicalShare: null,
  });
});
