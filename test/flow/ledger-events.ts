import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { createEventSigner, uuidv7, type UnsignedEvent } from "@signalbox/kit";
import {
  NO_USAGE,
  plainRequestFacts,
  type Decision,
  type DecisionEvent,
  type DecisionInput,
  type EventType,
  type FeedbackEvent,
  type OutcomeEvent,
  type StageName,
} from "@signalbox/proto";
import { canonicalize, producerKeyId, sha256Digest } from "@signalbox/tlog";

const DIGEST = sha256Digest("a document");

export const INPUT: DecisionInput = {
  schema: "signalbox.decision-input.v1",
  nowMs: 1_700_000_000_000,
  draw: 7,
  facts: plainRequestFacts({
    requestId: uuidv7(),
    keyId: "key-1",
    receivedAtMs: 1_700_000_000_000,
    stream: true,
    messages: 2,
    textChars: 120,
    bodyBytes: 400,
  }),
  classification: {
    task: "chat",
    difficulty: 200_000,
    tier: "LIGHT",
    language: "en",
    capabilities: [],
    modalities: ["text"],
    inputTokens: 40,
    signals: [],
    classifier: DIGEST,
  },
  lookup: { status: "miss" },
  documents: { engine: DIGEST, policy: DIGEST, catalogue: DIGEST, health: DIGEST },
};

export const DECISION: Decision = {
  schema: "signalbox.decision.v1",
  action: {
    kind: "route",
    plan: ["simulator/small", "simulator/large"],
    maxOutputTokens: 4_096,
    maxOutputSource: "default",
    storeTtlSeconds: null,
  },
  strategy: "value",
  reason: "cheapest-good-enough",
  requiredQuality: 400_000,
  considered: 2,
  eligible: 2,
  excluded: [],
  ranked: [],
  propensities: [{ endpoint: "simulator/small", propensity: 1_000_000 }],
  cache: "miss",
};

/** Which request, decision and tenant an event is of, and what of it a test chooses. */
export type DecisionParts = {
  requestId: string;
  decisionId: string;
  tenant?: string;
  keyId?: string;
  model?: string;
  input?: DecisionInput;
  decision?: Decision;
};

export function decisionEvent(parts: DecisionParts): UnsignedEvent {
  const { requestId, decisionId, tenant = "default", decision = DECISION } = parts;
  const input = parts.input ?? INPUT;
  const facts = { ...input.facts, requestId, tenant };
  facts.keyId = parts.keyId ?? facts.keyId;
  facts.model = parts.model ?? facts.model;
  const event: Omit<DecisionEvent, "eventId" | "producer" | "atMs"> = {
    schema: "signalbox.event.decision.v1",
    tenant,
    requestId,
    decisionId,
    input: { ...input, facts },
    decision,
    decisionDigest: sha256Digest(canonicalize(decision)),
    timing: { classifyUs: 100, lookupUs: 50, decideUs: 200 },
  };
  return { type: "decision", event };
}

type OutcomeParts = {
  requestId: string;
  decisionId: string | null;
  tenant?: string;
  endpoint?: string | null;
};

export function outcomeEvent({ requestId, decisionId, tenant = "default", endpoint }: OutcomeParts): UnsignedEvent {
  const event: Omit<OutcomeEvent, "eventId" | "producer" | "atMs"> = {
    schema: "signalbox.event.outcome.v1",
    tenant,
    requestId,
    decisionId,
    result: "completed",
    error: null,
    stage: null,
    endpoint: endpoint ?? "simulator/small",
    finishReason: "stop",
    stream: true,
    attempts: [],
    usage: NO_USAGE,
    costPicoUsd: "1234500000",
    answerBytes: 321,
    timing: { totalUs: 1_000_000, firstByteUs: 200_000 },
  };
  return { type: "outcome", event };
}

export function feedbackEvent(
  of: { requestId: string; decisionId: string; tenant?: string },
  score: number,
): UnsignedEvent {
  const { requestId, decisionId, tenant = "default" } = of;
  const event: Omit<FeedbackEvent, "eventId" | "producer" | "atMs"> = {
    schema: "signalbox.event.feedback.v1",
    tenant,
    requestId,
    decisionId,
    keyId: "key-1",
    score,
    good: null,
    comment: null,
  };
  return { type: "feedback", event };
}

/** An event as it goes into the queue. */
export type SignedEvent = {
  readonly eventId: string;
  readonly type: EventType;
  readonly tenant: string;
  readonly envelope: Uint8Array;
};

/** A service that signs events with a key of its own. */
export type Producer = {
  readonly service: StageName;
  readonly keyId: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** Signs all of them under one signature. */
  sign(events: readonly UnsignedEvent[]): SignedEvent[];
};

export function createProducer(service: StageName, instance: string = service): Producer {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const keyId = producerKeyId(publicKey);
  const sign = createEventSigner({ service, instance, key: { keyId, privateKey } });
  return {
    service,
    keyId,
    privateKey,
    publicKey,
    sign: (events) =>
      sign(events).map((result, at) => {
        if (result.kind !== "signed") throw new Error("an event of the test cannot be signed", { cause: result.error });
        const { type, event } = events[at] as UnsignedEvent;
        return { ...result, type, tenant: String(event["tenant"]) };
      }),
  };
}
