import { DecisionEvent, OutcomeEvent } from "@signalbox/proto";
import { expect, test } from "vitest";
import { routedRecord } from "../__fixtures__/decision-record.ts";
import { formatDecisionPage } from "./decision-page.ts";

test("the page says what was asked, chosen and ruled out, what it cost and where the time went", () => {
  expect(formatDecisionPage(routedRecord())).toMatchInlineSnapshot(`
    "Decision 0199f0a2-5f20-7aaa-8bbb-0d8f1b2c3d4e
    leaf 41 · request 0199f0a2-5f1c-7c3e-9a64-0d8f1b2c3d4e · tenant default · 2026-11-21 10:00:00.123 UTC

    Asked       auto by key 0a1b2c3d4e5f · 3 messages, 2 tools, streamed
    Classified  code · difficulty 0.412 (STANDARD) · en · about 1190 input tokens · needs tools
                because code-fence +120000, short -8000
    Cache       miss
    Chosen      alpha/small · cheapest-good-enough · strategy value
                asks for quality 0.550; 3 of 12 endpoints were eligible
    Plan        alpha/small → beta/large

    Ranked (the best 2 of 3)
      #  endpoint     quality  source    good enough  estimated cost  latency
      1  alpha/small    0.600  measured  yes             $0.00012345   210 ms
      2  beta/large     0.800  assumed   yes                unpriced  unknown

    Ruled out
      rule              endpoints
      capability:tools          9

    Attempts
      #  endpoint     result                  HTTP  first byte     total     cost
      1  alpha/small  failed: upstream-error   500     90.0 ms  100.0 ms       $0
      2  beta/large   completed                200    200.0 ms  799.0 ms  $0.0015

    Answered by  beta/large
    Result       completed · finished by stop
    Tokens       1200 in (200 cached) · 300 out (40 reasoning) · reported
    Cost         $0.0015

    Time per stage
      classify     ▏                                         400 µs
      lookup       ▏                                         100 µs
      decide       ▏                                         500 µs
      alpha/small  ████                                      100.0 ms
      beta/large       ████████████████████████████████████  799.0 ms

    Made from
      engine      sha256:a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1
      policy      sha256:a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1
      catalogue   sha256:a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1
      health      sha256:a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1
      classifier  sha256:a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"
  `);
});

test("the fixture is a record as the contracts have it", () => {
  const { decision, outcome } = routedRecord();
  expect(DecisionEvent.parse(decision)).toEqual(decision);
  expect(OutcomeEvent.parse(outcome)).toEqual(outcome);
});

test("B5 why a cost may not be what is billed is named beside it", () => {
  const record = routedRecord();
  expect(formatDecisionPage(record)).not.toContain("In doubt");
  for (const attempt of record.outcome?.attempts ?? []) attempt.costDoubts = ["service-tier"];
  expect(formatDecisionPage(record)).toMatch(/In doubt +service-tier$/m);
});

test("an endpoint that was not called is named, with the reason", () => {
  const record = routedRecord();
  const passedOver = [{ endpoint: "alpha/small", error: "unprocessable" }];
  const page = formatDecisionPage({ ...record, outcome: { ...record.outcome, passedOver } });
  expect(page).toContain("Passed over  alpha/small (unprocessable)\n");
});

test("a request that still runs shows its decision", () => {
  const page = formatDecisionPage({ ...routedRecord(), outcome: null });
  expect(page).toContain("not finished yet");
  expect(page).toContain("cheapest-good-enough");
  expect(page).not.toContain("Attempts");
});

test("a request that came to no decision shows how it ended", () => {
  const { outcome } = routedRecord();
  const failed = {
    ...outcome,
    decisionId: null,
    result: "failed",
    error: "stage-unavailable",
    attempts: [],
    endpoint: null,
  } as const;
  const page = formatDecisionPage({ index: 3, decision: null, outcome: { ...failed, attempts: [] } });
  expect(page).toContain("No decision was made.");
  expect(page).toContain("failed: stage-unavailable");
});

test("a refusal shows its code and words, and no control characters of anybody's making", () => {
  const { decision } = routedRecord();
  const action = { kind: "refuse", code: "no-candidate", message: "none reads \u001b[31mimages" } as const;
  const page = formatDecisionPage({
    index: 3,
    decision: { ...decision, decision: { ...decision.decision, action } },
    outcome: null,
  });
  expect(page).toContain("nothing, refused (no-candidate): none reads images");
});

test("what the policy's rules did stands on the page", () => {
  const record = routedRecord();
  if (record.decision === null) throw new Error("the fixture has a decision");
  record.decision.decision.policy = {
    applied: [
      { rule: "eu-only", effects: ["require", "redact"], overridden: [] },
      { rule: "cheap", effects: [], overridden: ["strategy"] },
    ],
    failed: [],
    tags: ["eu"],
    obligations: [
      { rule: "eu-only", kind: "redact", types: ["email", "iban"] },
      { rule: "cheap", kind: "throttle", by: "key", requestsPerMinute: 60 },
      { rule: "cheap", kind: "custom", name: "review", value: "by \u001b[31mlegal" },
    ],
    arm: { rule: "try", arm: "canary", share: 50_000 },
  };
  const page = formatDecisionPage(record).split("\n");
  const at = page.findIndex((text) => text.startsWith("Rules"));
  expect(page.slice(at, at + 4)).toEqual([
    "Rules       eu-only (require, redact) · cheap (nothing, too late for strategy)",
    "            drew canary by try, 0.050 of requests",
    "Tags        eu",
    "Ordered     redact email, iban by eu-only · at most 60 requests a minute for each key by cheap · review: by legal by cheap",
  ]);
});
