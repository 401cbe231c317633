import type { EvaluationReport, ReplayJob } from "@signalbox/proto";
import { expect, test } from "vitest";
import { chartOf } from "./chart.ts";
import { summaryOf } from "./summary.ts";

const POLICY = `sha256:${"a".repeat(64)}`;
const ENGINE = `sha256:${"e".repeat(64)}`;

const JOB: ReplayJob = {
  schema: "signalbox.replay-job.v1",
  id: "0199f0a2-5f1c-7c3e-9a64-0d8f1b2c3d4e",
  tenant: null,
  order: { kind: "diff", fromIndex: 0, toIndex: null, fromMs: null, toMs: null, policy: POLICY },
  state: "completed",
  error: null,
  range: { fromIndex: 0, toIndex: 9 },
  checkpoint: { size: 9, root: "cm9vdA==" },
  engine: ENGINE,
  recordedBy: { engine: [ENGINE], policy: [], catalogue: [] },
  replayed: 4,
  identical: 1,
  different: 2,
  failed: 1,
  identicalShare: 250_000,
  differing: [],
  failures: [],
  changes: {
    moved: 1,
    refusalsGained: 1,
    refusalsLost: 0,
    costDeltaPicoUsd: "-2500000000",
    withoutPrice: 1,
    moves: [
      { from: "a/<small>", to: "b/large", count: 8 },
      { from: "a/<small>", to: "refused", count: 4 },
    ],
    byTenant: [
      {
        name: "acme",
        decisions: 4,
        changed: 2,
        moved: 1,
        refusalsGained: 1,
        refusalsLost: 0,
        costDeltaPicoUsd: "-2500000000",
      },
    ],
    byTask: [],
    byModel: [],
  },
  createdAtMs: 1,
  updatedAtMs: 2,
};

test("a verification names its range, its checkpoint and the documents that decisions name", () => {
  const job: ReplayJob = {
    ...JOB,
    order: { ...JOB.order, kind: "verify", policy: null },
    engine: null,
    changes: null,
  };
  expect(summaryOf(job)).toEqual([
    "1 of 4 identical (25 %)",
    "1 could not be replayed (25 %)",
    "leaves 0 to 9, checkpoint of 9 leaves, cm9vdA==",
    `recorded by engine ${ENGINE}`,
    "  policy none, catalogue none",
  ]);
});

test("a diff with another classifier says of how many requests it speaks, and why not of the others", () => {
  const reclassified = {
    recordedBy: [ENGINE],
    made: 3,
    changed: 2,
    not: [{ reason: "not-retained" as const, count: 1 }],
  };
  const text = summaryOf({ ...JOB, order: { ...JOB.order, classifier: POLICY }, reclassified }).join("\n");
  expect(text).toContain(
    `  classifier ${POLICY}\nclassified by ${ENGINE}\n  again by the other: 3 requests, 2 of them otherwise`,
  );
  expect(text).toContain("  not classified again: 1 not-retained");
});

test("a diff names its range, checkpoint and documents, what could not be replayed, and draws what moves", () => {
  const text = summaryOf(JOB).join("\n");
  expect(text).toContain("1 of 4 identical (25 %)\n1 could not be replayed (25 %)");
  expect(text).toContain("leaves 0 to 9, checkpoint of 9 leaves, cm9vdA==");
  expect(text).toContain(`policy ${POLICY}, catalogue as recorded`);
  expect(text).toContain(
    "1 go elsewhere; refusals gained 1, lost 0; estimated cost −$0.0025, without 1 changed ones that have no known price",
  );
  expect(text).toMatch(/a\/<small> → b\/large {2}█{40} 8\na\/<small> → refused {2}█{20} 4/);
  expect(text).toMatch(/TENANT +DECISIONS +CHANGED .*\nacme +4 +2 +1 +1 +0 +−\$0\.0025/);
});

test("the picture is one SVG in which no name can be more than text", () => {
  const picture = chartOf(JOB);
  expect(picture.startsWith("<svg ")).toBe(true);
  expect(picture).toContain("a/&lt;small> → b/large");
  expect(picture.match(/<rect /g)).toHaveLength(4);
  expect(picture).not.toMatch(/<(?!\/?(svg|rect|text)\b)/);
});

const REPORT: EvaluationReport = {
  setAside: { refused: 2, cached: 0, notExecuted: 0, noReward: 3, noPropensity: 0, notReplayed: 0, beyondLimit: 0 },
  notEvaluatedShare: 0.52381,
  choices: 100,
  supported: 50,
  coverage: 0.5,
  isDeterministic: true,
  effectiveSize: 50,
  maxWeight: 1,
  outcome: { kind: "direct", value: { value: 0.5, low: 0.4, high: 0.6 } },
};
const EVALUATED: ReplayJob = {
  ...JOB,
  changes: null,
  order: {
    ...JOB.order,
    kind: "evaluate",
    evaluation: { reward: "success", minEffectiveSize: 60, seed: 1, resamples: 100 },
  },
};

test("a deterministic history is called so, and what was set aside is told", () => {
  const text = summaryOf({ ...EVALUATED, evaluation: REPORT }).join("\n");
  expect(text).toContain("it supports only direct replay where the action was logged.");
  expect(text).toContain("100 decisions with a reward, 50 of them supported (50 %)");
  expect(text).toContain("set aside: 2 refused, 3 no reward\nnot evaluated: 52.39 % of all");
  expect(text).toMatch(/direct replay +0\.50000 +0\.40000 +0\.60000/);
});

test("where there is no number, none is printed", () => {
  const refused = { ...REPORT, isDeterministic: false, outcome: { kind: "refused", reason: "too-few" } } as const;
  const text = summaryOf({ ...EVALUATED, evaluation: refused }).join("\n");
  expect(text).toContain("The effective sample is too small for a number. At least 60 are asked for.");
  expect(text).not.toContain("VALUE");
});

test("each estimate stands with its interval", () => {
  const each = { value: 0.5, low: 0.25, high: 0.75 };
  const values = { logged: each, ips: each, snips: each, robust: each };
  const text = summaryOf({ ...EVALUATED, evaluation: { ...REPORT, outcome: { kind: "estimated", values } } }).join(
    "\n",
  );
  for (const name of ["IPS", "SNIPS", "DR"])
    expect(text).toMatch(new RegExp(`\\(${name}\\) +0\\.50000 +0\\.25000 +0\\.75000`));
});
