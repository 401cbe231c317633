import {
  RECLASSIFY_SUBJECT,
  ReclassifyOrder,
  type Catalogue,
  type Decision,
  type ReclassifyAnswer,
  type ReplayJob,
  type ReplayOrder,
  type ReplayRequest,
} from "@signalbox/proto";
import { canonicalize, sha256Digest } from "@signalbox/tlog";
import { Kysely, PostgresDialect } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../services/audit-ledger/src/database.ts";
import { rewardsOf } from "../../services/audit-ledger/src/replays/rewards-of.ts";
import { createProducer, decisionEvent, feedbackEvent, INPUT, outcomeEvent } from "./ledger-events.ts";
import { until, type LedgerRig } from "./ledger-rig.ts";
import { ALL, startReplayRig, type ReplayRig } from "./replay-rig.ts";
import { CANARY_POLICY, decisionIn, ENGINE, OTHER_POLICY, POLICY } from "./small-engine.ts";

let replays: ReplayRig;
let rig: LedgerRig;
beforeAll(async () => {
  replays = await startReplayRig();
  rig = replays.rig;
});
afterAll(() => replays[Symbol.asyncDispose]());

const record: ReplayRig["record"] = (parts) => replays.record(parts);
const ask: ReplayRig["ask"] = (call, who) => replays.ask(call, who);
const finished: ReplayRig["finished"] = (order, who) => replays.finished(order, who);

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
    failedShare: 0,
    recordedBy: { engine: [sha256Digest(ENGINE)], policy: [sha256Digest(POLICY)] },
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

let firstDiff: ReplayJob | null = null;

test("another policy is tried on what was recorded: what moves where, what is refused, what it costs", async () => {
  const job = await finished({ kind: "diff", policy: sha256Digest(OTHER_POLICY), toIndex: 2 });
  firstDiff = job;
  expect(job).toMatchObject({
    state: "completed",
    engine: sha256Digest(ENGINE),
    replayed: 2,
    different: 2,
    changes: {
      refusalsGained: 1,
      refusalsLost: 1,
      moved: 2,
      // The first is refused and costs 100 less, the second is answered for 350.
      costDeltaPicoUsd: "250",
      withoutPrice: 0,
      moves: [
        { from: "a/small", to: "refused", count: 1 },
        { from: "refused", to: "b/large", count: 1 },
      ],
    },
  });
});

test("a document that the register does not hold is refused at once, and not by each decision", async () => {
  const digest = sha256Digest("no policy");
  await expect(finished({ kind: "diff", policy: digest })).rejects.toMatchObject({
    code: 5,
    details: expect.stringContaining(`The register holds no policy ${digest}.`),
  });
});

test("a decision whose figures alone change goes nowhere else, and one without a price is in no sum", async () => {
  const dearer = POLICY.replace('"100"', '"101"');
  const unpriced = POLICY.replace('"100"', "null");
  for (const policy of [dearer, unpriced]) await replays.keep("policy", policy);
  const told = { different: 1, changes: { moved: 0, moves: [], costDeltaPicoUsd: "1", withoutPrice: 0 } };
  expect(await finished({ kind: "diff", policy: sha256Digest(dearer), toIndex: 1 })).toMatchObject(told);
  const unknown = { ...told, changes: { ...told.changes, costDeltaPicoUsd: "0", withoutPrice: 1 } };
  expect(await finished({ kind: "diff", policy: sha256Digest(unpriced), toIndex: 1 })).toMatchObject(unknown);
});

test("what a diff changes is told by tenant, task and model, with the documents that were recorded", async () => {
  const job = await finished({ kind: "diff", policy: sha256Digest(OTHER_POLICY) });
  const { byTenant, byTask, byModel } = job.changes ?? {};
  expect(byTenant?.map(({ name, decisions }) => [name, decisions])).toEqual([
    ["default", 3],
    ["acme", 1],
  ]);
  expect(byTask).toMatchObject([{ name: "chat", decisions: 4, refusalsGained: 2, refusalsLost: 1 }]);
  expect(byModel).toMatchObject([{ name: "auto", decisions: 4, costDeltaPicoUsd: job.changes?.costDeltaPicoUsd }]);
  expect(job.recordedBy).toMatchObject({ engine: [sha256Digest(ENGINE)], policy: [sha256Digest(POLICY)] });
});

describe("another classifier is tried", () => {
  const classifier = sha256Digest("another classifier");
  beforeAll(() => replays.keep("classifier", "another classifier"));
  const order: Partial<ReplayOrder> = { kind: "diff", classifier, toIndex: 4 };

  test("where nobody can read the content, every decision counts as not replayed, and why", async () => {
    const job = await finished(order);
    expect(job).toMatchObject({ state: "completed", replayed: 4, identical: 0, failed: 4 });
    expect(job.reclassified).toEqual({
      recordedBy: [INPUT.classification.classifier],
      made: 0,
      changed: 0,
      not: [{ reason: "unavailable", count: 4 }],
    });
    expect(job.failures[0]?.error).toMatch(/nobody answered who can read its content/);
  });

  test("decisions are made from what a request is classified as now, and those of which that is not known are told", async () => {
    const asked: ReclassifyOrder[] = [];
    // In ingress' place: French is what the policy refuses, and of the last request nothing is retained.
    const answering = rig.operator.subscribe(RECLASSIFY_SUBJECT, {
      callback: (_error, message) => {
        const { requests } = asked[asked.push(ReclassifyOrder.parse(message.json())) - 1] as ReclassifyOrder;
        const results = requests.map(({ recorded }, at): ReclassifyAnswer["results"][number] => {
          if (at === requests.length - 1) return { reason: "not-retained" };
          return { classification: { ...recorded, language: at === 0 ? "fr" : recorded.language, classifier } };
        });
        message.respond(JSON.stringify({ results } satisfies ReclassifyAnswer));
      },
    });
    const job = await finished(order);
    answering.unsubscribe();
    expect(asked).toMatchObject([{ classifier, requests: [{ recorded: { language: "en" } }, {}, {}, {}] }]);
    expect(job).toMatchObject({ replayed: 4, identical: 1, different: 2, failed: 1 });
    // The first is refused now; the third was recorded as what it was not.
    expect(job.changes).toMatchObject({ refusalsGained: 2, refusalsLost: 0 });
    expect(job.reclassified).toMatchObject({ made: 3, changed: 1, not: [{ reason: "not-retained", count: 1 }] });
    const report = await until(async () => (await rig.leaves(0)).find(({ event }) => event["jobId"] === job.id)?.event);
    expect(report).toMatchObject({
      kind: "diff",
      classifier,
      report: sha256Digest(canonicalize(job, { numbers: "any" })),
    });
  });
});

describe("another policy is evaluated", () => {
  let from = 0;
  /** Half of the decisions went to each of two endpoints by chance; the large one's answers were found better. */
  beforeAll(async () => {
    from = (await rig.leaves(0)).length;
    const drawn = Array.from({ length: 240 }, (_, at) => {
      const endpoint = at % 2 === 0 ? "a/small" : "b/large";
      const parts = decisionIn("en");
      const { decision } = parts;
      const action = { ...decision!.action, plan: [endpoint] } as Decision["action"];
      const propensities = ["a/small", "b/large"].map((each) => ({ endpoint: each, propensity: 500_000 }));
      const score = endpoint === "a/small" ? 200_000 : 900_000;
      return { score, parts: { ...parts, decision: { ...decision!, action, propensities } } };
    });
    const said = drawn.flatMap(({ parts, score }) => [feedbackEvent(parts, 0), feedbackEvent(parts, score)]);
    await rig.enqueue(rig.policy.sign(drawn.map(({ parts }) => decisionEvent(parts))));
    await rig.leaves(from + drawn.length);
    await rig.enqueue(rig.dispatcher.sign(drawn.map(({ parts }) => outcomeEvent(parts))));
    const ingress = createProducer("ingress");
    await rig.register(ingress);
    await rig.enqueue(ingress.sign(said));
    await until(async () => {
      const recorded = (await rig.leaves(0)).filter(({ type }) => type === "feedback");
      return recorded.length === said.length ? recorded : undefined;
    });
  });

  const EVALUATION = { reward: "feedback", minEffectiveSize: 100, seed: 1, resamples: 200 } as const;

  test("from what was said of answers: the last word counts, and the estimates are near to it", async () => {
    const policy = sha256Digest(CANARY_POLICY);
    const { evaluation } = await finished({ kind: "evaluate", fromIndex: from, policy, evaluation: EVALUATION });
    expect(evaluation).toMatchObject({ choices: 240, coverage: 1, isDeterministic: false, maxWeight: 2 });
    expect(evaluation?.effectiveSize).toBeCloseTo(120);
    const values = evaluation?.outcome.kind === "estimated" ? evaluation.outcome.values : null;
    expect(values?.logged.value).toBeCloseTo(0.55);
    for (const each of [values?.ips, values?.snips, values?.robust]) expect(each?.value).toBeCloseTo(0.9, 1);
    expect(values?.ips.low).toBeLessThan(0.9);
    expect(values?.snips).toEqual({ value: expect.closeTo(0.9), low: expect.closeTo(0.9), high: expect.closeTo(0.9) });
  });

  test("what is said of a decision after the report began is not in it, so that the same range gives the same report", async () => {
    const leaves = await rig.leaves(0);
    const said = leaves.filter(
      ({ type, decisionId }) => type === "feedback" && decisionId === leaves[from]?.decisionId,
    );
    const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: rig.owner }) });
    const row = { request_id: leaves[from]!.requestId, decision_id: leaves[from]!.decisionId };
    const rewards = [said[0]!.index, said[1]!.index, said[1]!.index + 1].map((below) => {
      return rewardsOf(db, [row], { reward: "feedback", below });
    });
    expect((await Promise.all(rewards)).flat()).toEqual(["unknown", 0, 0.2]);
  });

  test("no number is given below the effective sample that is asked for", async () => {
    const order = { kind: "evaluate", fromIndex: from, policy: sha256Digest(CANARY_POLICY) } as const;
    const job = await finished({ ...order, evaluation: { ...EVALUATION, reward: "cost", minEffectiveSize: 121 } });
    expect(job.evaluation?.outcome).toEqual({ kind: "refused", reason: "too-few" });
  });

  test("what was not decided by chance gives direct replay alone, and what has no outcome is set aside", async () => {
    const job = await finished({
      kind: "evaluate",
      toIndex: from,
      evaluation: { ...EVALUATION, minEffectiveSize: 10 },
    });
    expect(job.evaluation).toMatchObject({ choices: 0, outcome: { kind: "refused", reason: "nothing-recorded" } });
    expect(job.evaluation?.setAside).toMatchObject({ refused: 2, cached: 0, notReplayed: 0 });
    expect(job.evaluation?.notEvaluatedShare).toBe(1);
  });
});

test("a replay is cancelled within seconds, keeps what it found, and its result outlives its ledger", async () => {
  await record(Array.from({ length: 120 }, () => decisionIn("en")));
  // The engine takes its time, so that the job is there to be cancelled.
  const slow = ENGINE.replace("const { refused", "for (let n = 0; n < 3e7; n += 1); const { refused");
  await replays.keep("engine", slow);
  const { id } = await ask({ order: { ...ALL, kind: "diff" } }, "operator");
  await ask({ id, cancel: true }, "operator");
  const job = await until(async () => {
    const now = await ask({ id }, "operator");
    return now.state === "running" ? undefined : now;
  });
  expect(job.state).toBe("cancelled");
  expect(job.replayed).toBeGreaterThan(0);
  expect(job.replayed).toBeLessThan(364);
  await replays.stop();
  await replays.restart();
  expect(await ask({ id }, "operator")).toEqual(job);
}, 60_000);

test("each report is recorded, with the digest of the whole of it", async () => {
  const job = firstDiff as ReplayJob;
  const leaf = await until(async () => (await rig.leaves(0)).find(({ event }) => event["jobId"] === job.id));
  expect(leaf).toMatchObject({
    type: "replay",
    event: {
      tenant: "_signalbox",
      kind: "diff",
      state: "completed",
      range: { fromIndex: 0, toIndex: 2 },
      policy: sha256Digest(OTHER_POLICY),
      different: 2,
      report: sha256Digest(canonicalize(job, { numbers: "any" })),
    },
  });
  const leaves = await rig.leaves(0);
  const recorded = leaves.flatMap(({ event }) => (event["jobId"] === undefined ? [] : [event["jobId"]]));
  expect(new Set(recorded).size).toBe(recorded.length);
});

test("an operator brings a document to try, which is kept under its digest; a tenant does not", async () => {
  const catalogue: Catalogue = { schema: "signalbox.catalogue.v1", date: "2026-01-02", endpoints: [] };
  const order: ReplayRequest = { ...ALL, kind: "diff", toIndex: 1, documents: { catalogue } };
  const { id } = await ask({ order }, "operator");
  const job = await until(async () => {
    const now = await ask({ id }, "operator");
    return now.state === "running" ? undefined : now;
  });
  expect(job).toMatchObject({ order: { catalogue: sha256Digest(canonicalize(catalogue)) }, failed: 0, replayed: 1 });
  await expect(ask({ order }, "ingress")).rejects.toMatchObject({ code: 7 });
});

test("an order that does not fit is refused, and so is a range of nothing", async () => {
  await expect(ask({ order: {} }, "operator")).rejects.toMatchObject({ code: 3 });
  expect(await finished({ fromIndex: 10_000 })).toMatchObject({
    state: "completed",
    replayed: 0,
    identicalShare: null,
  });
});
