import type { DecisionEvent, EventType, GapEvent } from "@signalbox/proto";
import type { AnyEvent } from "./contracts.ts";

/** What is kept of an event beside its bytes. */
export type EventFields = LeafColumns & {
  readonly producer: Producer;
  /** Of decisions: whether the answer goes to its caller as a stream. */
  readonly isStream: boolean;
  /** Of a gap: whose numbers are missing, and which. */
  readonly gap: Pick<GapEvent, "service" | "instance" | "missing"> | null;
};

/** By their contracts both belong to a request, and a decision has an id. */
type OutcomeFields = { readonly type: "outcome"; readonly requestId: string };
type DecisionFields = { readonly type: "decision"; readonly requestId: string; readonly decisionId: string };

export function isOutcome<E extends EventFields>(event: E): event is E & OutcomeFields {
  return event.type === "outcome";
}

export function isDecision<E extends EventFields>(event: E): event is E & DecisionFields {
  return event.type === "decision";
}

type Producer = AnyEvent["producer"];

/** What stands beside a leaf, for queries alone. */
export type LeafColumns = {
  readonly eventId: string;
  readonly type: EventType;
  readonly tenant: string;
  /** Null: the event is the line's own, and belongs to no request. */
  readonly requestId: string | null;
  readonly decisionId: string | null;
  readonly atMs: number;
  readonly keyId: string | null;
  readonly kind: string | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly cost: string | null;
  /** Of decisions: why, in the engine's word and in what a refusal told its caller. */
  readonly reason: string | null;
  /** Of decisions: the keyed digests of the request's tags. */
  readonly tags: readonly string[];
};

/**
 * The event itself is let go: kept until its batch is committed, it would be copied by each garbage collection in
 * between.
 */
export function fieldsOf(event: AnyEvent): EventFields {
  const { service, instance, seq } = event.producer;
  return {
    // A spread that stands first is copied as a whole, and one behind other members name by name.
    ...columnsOf(event),
    producer: { service, instance, seq },
    isStream: event.type === "decision" && event.input.facts.stream,
    gap: event.type === "gap" ? { service: event.service, instance: event.instance, missing: event.missing } : null,
  };
}

/** What only some types of event have. */
type Found = Partial<Pick<LeafColumns, "keyId" | "kind" | "provider" | "model" | "cost" | "reason" | "tags">>;

const NO_TAGS: readonly string[] = [];

/** Written out, because the spreads that would be shorter cost more than all that is read here. */
function columnsOf(event: AnyEvent): LeafColumns {
  const { eventId, type, tenant, requestId, atMs } = event;
  const decisionId = event.requestId === null ? null : event.decisionId;
  const found = foundIn(event);
  const {
    keyId = null,
    kind = null,
    provider = null,
    model = null,
    cost = null,
    reason = null,
    tags = NO_TAGS,
  } = found;
  return { eventId, type, tenant, requestId, decisionId, atMs, keyId, kind, provider, model, cost, reason, tags };
}

function foundIn(event: AnyEvent): Found {
  if (event.requestId === null) return keyFields(event);
  if (event.type === "decision") return decisionFields(event);
  if (event.type === "superseded") return {};
  if (event.type === "feedback") return { keyId: event.keyId };
  const { provider, model } = endpointFields(event.endpoint);
  return { kind: event.result, provider, model, cost: event.costPicoUsd };
}

/** What has been said of a key, or of a replay, is found by these two. */
function keyFields(event: AnyEvent): Found {
  if (event.type === "replay") return { keyId: event.jobId, kind: event.kind };
  return event.type === "key" ? { keyId: event.keyId, kind: event.change } : {};
}

function decisionFields({ input, decision }: DecisionEvent): Found {
  const { action, reason } = decision;
  const { kind } = action;
  const { keyId, labels, model: asked } = input.facts;
  const { tags } = labels;
  // What was asked for is all that a refusal can be found by, and what its caller was told.
  if (kind === "refuse") return { keyId, kind, model: asked, reason: `${reason}: ${action.message}`, tags };
  const { provider, model } = endpointFields(kind === "route" ? (action.plan[0] ?? null) : action.endpoint);
  return { keyId, kind, provider, model, reason, tags };
}

/** `provider/model`, where the model may hold slashes of its own. */
function endpointFields(endpoint: string | null): Pick<LeafColumns, "provider" | "model"> {
  if (endpoint === null) return { provider: null, model: null };
  const slash = endpoint.indexOf("/");
  return { provider: endpoint.slice(0, Math.max(slash, 0)), model: endpoint.slice(slash + 1) };
}
