import { randomInt } from "node:crypto";
import { type Engine, readDecision, type Recorder, uuidv7 } from "@signalbox/kit";
import type { DecideItem, Decision, DecisionEvent, DecisionInput, HealthSnapshot, Residency } from "@signalbox/proto";
import { sha256Digest } from "@signalbox/tlog";
import type { ReservedPart } from "@signalbox/decision";
import type { Account } from "./budgets/account-lease.ts";
import { decisionContext } from "./decision-context.ts";
import type { EndpointView } from "./endpoint-view.ts";
import { residencyOf } from "./residency-of.ts";
import type { DecisionDocuments } from "./decision-documents.ts";

const DRAWS = 2 ** 32;
const US_PER_MS = 1_000;

/** A decision, with all that it was made from and what acting on it needs. */
export type MadeDecision = {
  readonly item: DecideItem;
  readonly decisionId: string;
  readonly input: DecisionInput;
  readonly decision: Decision;
  /** Of the decision's RFC 8785 form, which is the form that the present engine writes. */
  readonly decisionDigest: string;
  /** The snapshot that the decision read. */
  readonly health: HealthSnapshot;
  /** The endpoints of the catalogue that the decision read. */
  readonly view: EndpointView;
  readonly decideUs: number;
  /** On the process's monotonic clock. */
  readonly decidedAtMs: number;
  /** The budgets and limits that the request is charged to, in the input's order. */
  readonly accounts: readonly Account[];
  /** What was reserved of them. */
  readonly parts: readonly ReservedPart[];
  /** What the conversation is held to if the answer is stored; absent: nothing. */
  readonly residency?: readonly Residency[];
  /** In how many milliseconds the throttle that refused the request lets more through; absent when none did. */
  readonly throttledForMs?: number;
};

type DecideWith = {
  readonly engine: Engine;
  readonly documents: DecisionDocuments;
  /** The fields of the input beside the request and the documents. */
  readonly input: Partial<DecisionInput>;
  readonly accounts: readonly Account[];
  readonly nowMs?: number;
  readonly budgetUsed?: number | null;
};

/** Runs the engine on the request and the documents in force. Throws `internal` when the engine fails. */
export function makeDecision(item: DecideItem, options: DecideWith): MadeDecision {
  const { engine, documents, accounts, budgetUsed = null } = options;
  const startedAtMs = performance.now();
  const input: DecisionInput = {
    schema: "signalbox.decision-input.v1",
    nowMs: options.nowMs ?? Date.now(),
    draw: randomInt(DRAWS),
    facts: item.facts,
    classification: item.classification,
    // A hit without an address to read it from cannot be served.
    lookup: item.lookup.status === "hit" && item.cacheAddress === null ? { status: "off" } : item.lookup,
    documents: documents.names,
    ...(item.route.residency === undefined ? {} : { residency: item.route.residency }),
    ...options.input,
  };
  const context = decisionContext(item.route.caller, documents.policy, input.nowMs);
  if (context !== null) input.context = budgetUsed === null ? context : { ...context, budgetUsed };
  const text = engine.decideText(JSON.stringify(input), documents.names, documents.texts);
  const decision = readDecision(text);
  const decidedAtMs = performance.now();
  const decideUs = Math.round((decidedAtMs - startedAtMs) * US_PER_MS);
  const { health, view } = documents;
  const residency = residencyOf(decision, documents, input.residency);
  const held = residency === null ? {} : { residency };
  return {
    item,
    decisionId: uuidv7(),
    input,
    decision,
    decisionDigest: sha256Digest(text),
    health,
    view,
    decideUs,
    decidedAtMs,
    accounts,
    parts: [],
    ...held,
  };
}

/** What remains of the deadline for the reply to ingress. */
const ANSWER_MARGIN_MS = 100;

/** Resolves when the decision is recorded, as its request's audit mode means it. Rejects with `audit-unavailable`. */
export function recordDecision(made: MadeDecision, recorder: Recorder): Promise<void> {
  const { item, input, decision, decisionDigest, decisionId, decideUs } = made;
  const { tenant, requestId, audit } = item.facts;
  const event = {
    schema: "signalbox.event.decision.v1",
    tenant,
    requestId,
    decisionId,
    input,
    decision,
    decisionDigest,
    timing: { ...item.timing, decideUs },
  } satisfies Omit<DecisionEvent, "eventId" | "producer" | "atMs">;
  // No retries here: ingress is told at once and may try again. The receipt is awaited no longer than ingress waits for the
  // reply.
  const receiptWithinMs = Math.max(0, item.route.deadlineAtMs - Date.now() - ANSWER_MARGIN_MS);
  return recorder.record({ type: "decision", tenant, event, audit, retryForMs: 0, receiptWithinMs });
}
