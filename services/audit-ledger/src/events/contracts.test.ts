import { compileCheck } from "@signalbox/kit";
import { variants } from "@signalbox/kit/fixtures/variants";
import { AdminEvent, DecisionEvent, ErasureEvent, GapEvent, NO_USAGE, OutcomeEvent } from "@signalbox/proto";
import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { DECISION, decisionEvent } from "../replays/__fixtures__/decision-leaf.ts";

const ID = "018f4a3e-7c1a-7b2c-8d3e-0123456789ab";

const refused = decisionEvent();
const routed = decisionEvent({
  decision: {
    ...DECISION,
    action: {
      kind: "route",
      plan: ["simulator/small", "simulator/large"],
      maxOutputTokens: 4_096,
      maxOutputSource: "default",
      storeTtlSeconds: null,
    },
    reason: "cheapest-good-enough",
    propensities: [{ endpoint: "simulator/small", propensity: 1_000_000 }],
  },
});
const ended = {
  schema: "signalbox.event.outcome.v1",
  eventId: ID,
  producer: { service: "dispatcher", instance: "dispatcher-1", seq: 1 },
  atMs: 1,
  tenant: "default",
  requestId: ID,
  decisionId: ID,
  result: "completed",
  error: null,
  stage: null,
  endpoint: "simulator/small",
  finishReason: "stop",
  stream: true,
  attempts: [],
  usage: NO_USAGE,
  costPicoUsd: "1234500000",
  answerBytes: 321,
  timing: { totalUs: 1_000_000, firstByteUs: 200_000 },
};
const system = {
  eventId: ID,
  producer: { service: "ingress", instance: "i", seq: 1 },
  atMs: 1,
  tenant: "_signalbox",
  requestId: null,
};
const erased = {
  ...system,
  schema: "signalbox.event.erasure.v1",
  of: "default",
  by: "key-1",
  scope: { kind: "age", beforeMs: 7 },
  erased: 1,
};
const OF_A_USER = { kind: "user", user: `hmac-sha256:${"0a".repeat(32)}` };
const read = {
  ...system,
  schema: "signalbox.event.admin.v1",
  object: "content",
  change: "read",
  id: ID,
  of: "default",
  by: "key-1",
  before: null,
  after: null,
};
const missing = {
  ...system,
  schema: "signalbox.event.gap.v1",
  service: "policy",
  instance: "i",
  missing: [{ first: 1, last: 2 }],
};

describe("a compiled contract takes what its schema takes, and nothing else", () => {
  const cases: readonly [string, z.ZodType, unknown][] = [
    ["decision that routes", DecisionEvent, routed],
    ["decision that refuses", DecisionEvent, refused],
    ["outcome of an answer", OutcomeEvent, ended],
    ["erasure by age", ErasureEvent, erased],
    ["erasure of an end user", ErasureEvent, { ...erased, scope: OF_A_USER, labels: 2 }],
    ["reading of content", AdminEvent, read],
    ["gap of a producer", GapEvent, missing],
  ];
  test.each(cases)("%s", (_name, schema, event) => {
    const check = compileCheck(schema);
    expect(schema.safeParse(event).error).toBeUndefined();
    expect(check(event)).toBe(true);
    const differing = variants(event).filter((variant) => check(variant) !== schema.safeParse(variant).success);
    expect(differing.take(1).toArray()).toEqual([]);
  });
});
