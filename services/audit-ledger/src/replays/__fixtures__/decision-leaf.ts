import { generateKeyPairSync } from "node:crypto";
import { decisionInput } from "@signalbox/decision/fixtures/documents";
import { DecisionEvent, PAYLOAD_TYPES, type Decision, type DecisionInput } from "@signalbox/proto";
import { canonicalize, sha256Digest, signEvents } from "@signalbox/tlog";

const { privateKey } = generateKeyPairSync("ed25519");
const ID = "01a1ffc9-8955-7142-944d-7073f8296aed";

export const DECISION: Decision = {
  action: { code: "no-candidate", kind: "refuse", message: 'none of "them" – not one' },
  cache: "miss",
  considered: 0,
  eligible: 0,
  excluded: [],
  propensities: [],
  ranked: [],
  reason: "no-candidate",
  requiredQuality: 5,
  schema: "signalbox.decision.v1",
  strategy: "value",
};

/** A decision's event, as policy makes it. */
export function decisionEvent(parts: { input?: DecisionInput; decision?: Decision } = {}): DecisionEvent {
  const { input = decisionInput(), decision = DECISION } = parts;
  const event: DecisionEvent = {
    schema: "signalbox.event.decision.v1",
    eventId: ID,
    producer: { service: "policy", instance: "policy-1", seq: 7 },
    atMs: 1_790_000_000_000,
    tenant: input.facts.tenant,
    requestId: input.facts.requestId,
    decisionId: ID,
    input,
    decision,
    decisionDigest: sha256Digest(canonicalize(decision)),
    timing: { classifyUs: 100, lookupUs: 0, decideUs: 20 },
  };
  return DecisionEvent.parse(event);
}

/** The texts of the leaves of some events that were signed together. */
export function leavesOf(events: readonly DecisionEvent[]): string[] {
  const payloads = events.map((event) => Buffer.from(canonicalize(event)));
  const signed = payloads.map((payload) => ({ payload, payloadType: PAYLOAD_TYPES.decision }));
  return signEvents(signed, { keyId: "policy-key", privateKey }).map(String);
}

export function leafOf(event: DecisionEvent): string {
  return leavesOf([event])[0] as string;
}
