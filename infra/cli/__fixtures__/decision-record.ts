import { plainRequestFacts, type DecisionEvent, type OutcomeEvent } from "@signalbox/proto";
import type { DecisionRecord } from "../decision-record.ts";

const REQUEST_ID = "0199f0a2-5f1c-7c3e-9a64-0d8f1b2c3d4e";
const DECISION_ID = "0199f0a2-5f20-7aaa-8bbb-0d8f1b2c3d4e";
const DIGEST = `sha256:${"a1".repeat(32)}`;
const AT_MS = Date.UTC(2026, 10, 21, 10, 0, 0, 123);

const USAGE = {
  inputTokens: 1_200,
  cachedInputTokens: 200,
  cacheWriteTokens: 0,
  outputTokens: 300,
  reasoningTokens: 40,
  source: "reported",
} as const;

/** A streamed request whose first endpoint failed and whose fallback answered. */
export function routedRecord(): DecisionRecord & { decision: DecisionEvent; outcome: OutcomeEvent } {
  return { index: 41, decision: routedDecision(), outcome: completedOutcome() };
}

function routedDecision(): DecisionEvent {
  return {
    schema: "signalbox.event.decision.v1",
    eventId: "0199f0a2-5f21-7aaa-8bbb-0d8f1b2c3d4e",
    producer: { service: "policy", instance: "p1", seq: 1 },
    atMs: AT_MS,
    tenant: "default",
    requestId: REQUEST_ID,
    decisionId: DECISION_ID,
    input: input(),
    decision: decision(),
    decisionDigest: DIGEST,
    timing: { classifyUs: 400, lookupUs: 100, decideUs: 500 },
  };
}

function input(): DecisionEvent["input"] {
  return {
    schema: "signalbox.decision-input.v1",
    nowMs: AT_MS,
    draw: 7,
    facts: facts(),
    classification: {
      task: "code",
      difficulty: 412_000,
      tier: "STANDARD",
      language: "en",
      capabilities: ["tools"],
      modalities: ["text"],
      inputTokens: 1_190,
      signals: [
        { name: "code-fence", points: 120_000 },
        { name: "short", points: -8_000 },
      ],
      classifier: DIGEST,
    },
    lookup: { status: "miss" },
    documents: { engine: DIGEST, policy: DIGEST, catalogue: DIGEST, health: DIGEST },
  };
}

function decision(): DecisionEvent["decision"] {
  return {
    schema: "signalbox.decision.v1",
    action: {
      kind: "route",
      plan: ["alpha/small", "beta/large"],
      maxOutputTokens: 4_096,
      maxOutputSource: "default",
      storeTtlSeconds: null,
    },
    strategy: "value",
    reason: "cheapest-good-enough",
    requiredQuality: 550_000,
    considered: 12,
    eligible: 3,
    excluded: [{ rule: "capability:tools", count: 9, endpoints: "0-8" }],
    ranked: [
      {
        endpoint: "alpha/small",
        quality: 600_000,
        qualitySource: "measured",
        costPicoUsd: "123450000",
        latencyMs: 210,
        goodEnough: true,
      },
      {
        endpoint: "beta/large",
        quality: 800_000,
        qualitySource: "assumed",
        costPicoUsd: null,
        latencyMs: null,
        goodEnough: true,
      },
    ],
    propensities: [{ endpoint: "alpha/small", propensity: 1_000_000 }],
    cache: "miss",
  };
}

function facts(): DecisionEvent["input"]["facts"] {
  return plainRequestFacts({
    requestId: REQUEST_ID,
    receivedAtMs: AT_MS,
    stream: true,
    messages: 3,
    textChars: 4_000,
    toolChars: 200,
    tools: 2,
    bodyBytes: 5_000,
    bodyDigest: `hmac-sha256:${"b2".repeat(32)}`,
  });
}

function completedOutcome(): OutcomeEvent {
  const none = {
    ...USAGE,
    inputTokens: 0,
    cachedInputTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
    source: "none",
  } as const;
  return {
    schema: "signalbox.event.outcome.v1",
    eventId: "0199f0a2-6f21-7aaa-8bbb-0d8f1b2c3d4e",
    producer: { service: "dispatcher", instance: "d1", seq: 1 },
    atMs: AT_MS + 900,
    tenant: "default",
    requestId: REQUEST_ID,
    decisionId: DECISION_ID,
    result: "completed",
    error: null,
    stage: null,
    endpoint: "beta/large",
    finishReason: "stop",
    stream: true,
    attempts: [
      {
        endpoint: "alpha/small",
        result: "failed",
        error: "upstream-error",
        httpStatus: 500,
        retryAfterMs: null,
        startedUs: 0,
        firstByteUs: 90_000,
        totalUs: 100_000,
        usage: none,
        costPicoUsd: "0",
      },
      {
        endpoint: "beta/large",
        result: "completed",
        error: null,
        httpStatus: 200,
        retryAfterMs: null,
        startedUs: 100_000,
        firstByteUs: 200_000,
        totalUs: 799_000,
        usage: USAGE,
        costPicoUsd: "1500000000",
      },
    ],
    usage: USAGE,
    costPicoUsd: "1500000000",
    answerBytes: 900,
    timing: { totalUs: 901_000, firstByteUs: 301_000 },
  };
}
