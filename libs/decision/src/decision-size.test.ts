import { DecisionEvent, type Endpoint } from "@signalbox/proto";
import { expect, test } from "vitest";
import { decisionInput, documents, endpoint, health, NOW_MS } from "./__fixtures__/documents.ts";
import { decide } from "./decide.ts";

const EVENT_MAX_BYTES = 16 * 1_024;
const ENDPOINTS = 1_000;
/** What a provider calls its models, at a realistic length. */
const NAME = "some-provider/meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8";

/** Neighbours fail by different rules, so that no range is longer than one. */
const FAULTS: readonly Partial<Endpoint>[] = [
  { deprecated: true },
  { inputs: [] },
  { capabilities: [] },
  { contextTokens: 10 },
  { model: "denied" },
  { region: "open" },
  { maxOutputTokens: 10 },
];

function eventOver(eligible: number): DecisionEvent {
  const endpoints = Array.from({ length: ENDPOINTS }, (_, index) => {
    const fault = index < eligible ? {} : FAULTS[index % FAULTS.length];
    return endpoint(`${NAME}-${String(index).padStart(4, "0")}`, fault);
  });
  const open = endpoints
    .filter(({ region }) => region === "open")
    .map(({ id }) => ({ endpoint: id, openUntilMs: NOW_MS + 1 }));
  const input = decisionInput({ classification: { capabilities: ["tools"] } });
  return {
    schema: "signalbox.event.decision.v1",
    eventId: input.facts.requestId,
    producer: { service: "policy", instance: "0123456789ab", seq: 1_000_000 },
    atMs: NOW_MS,
    tenant: "default",
    requestId: input.facts.requestId,
    decisionId: input.facts.requestId,
    input,
    decision: decide(input, documents(endpoints, { policy: { deny: ["denied"] }, health: health(open) })),
    decisionDigest: input.documents.policy,
    timing: { classifyUs: 1_000, lookupUs: 1_000, decideUs: 1_000 },
  };
}

test.each([0, 20, 500])(
  "the record of a decision over 1,000 endpoints, %i of them eligible, is under 16 KB",
  (eligible) => {
    const event = DecisionEvent.parse(eventOver(eligible));
    expect(event.decision.considered).toBe(ENDPOINTS);
    expect(event.decision.excluded.length).toBeGreaterThanOrEqual(6);
    // The canonical form differs from this text in the order of members alone.
    expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(EVENT_MAX_BYTES);
  },
);
