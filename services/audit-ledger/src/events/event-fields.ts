import type {
  AdminEvent,
  DecisionEvent,
  ErasureEvent,
  EventType,
  FeedbackEvent,
  GapEvent,
  KeyEvent,
  OutcomeEvent,
  ReplayEvent,
  SupersededEvent,
} from "@signalbox/proto";

/** What stands beside a leaf, for queries alone. */
export type EventFields = {
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

export type AnyEvent =
  | ({ readonly type: "decision" } & DecisionEvent)
  | ({ readonly type: "outcome" } & OutcomeEvent)
  | ({ readonly type: "superseded" } & SupersededEvent)
  | ({ readonly type: "gap" } & GapEvent)
  | ({ readonly type: "key" } & KeyEvent)
  | ({ readonly type: "admin" } & AdminEvent)
  | ({ readonly type: "feedback" } & FeedbackEvent)
  | ({ readonly type: "erasure" } & ErasureEvent)
  | ({ readonly type: "replay" } & ReplayEvent);

const NONE = { keyId: null, kind: null, provider: null, model: null, cost: null, reason: null, tags: [] };

export function fieldsOf(event: AnyEvent): EventFields {
  const { eventId, type, tenant, requestId, atMs } = event;
  if (requestId === null)
    return { eventId, type, tenant, requestId, decisionId: null, atMs, ...NONE, ...keyFields(event) };
  const head = { eventId, type, tenant, requestId, decisionId: event.decisionId, atMs };
  if (event.type === "decision") return { ...head, ...NONE, ...decisionFields(event) };
  if (event.type === "superseded") return { ...head, ...NONE };
  if (event.type === "feedback") return { ...head, ...NONE, keyId: event.keyId };
  return { ...head, ...NONE, kind: event.result, ...endpointFields(event.endpoint), cost: event.costPicoUsd };
}

/** What has been said of a key, or of a replay, is found by these two. */
function keyFields(event: AnyEvent): Partial<Pick<EventFields, "keyId" | "kind">> {
  if (event.type === "replay") return { keyId: event.jobId, kind: event.kind };
  return event.type === "key" ? { keyId: event.keyId, kind: event.change } : {};
}

function decisionFields({ input, decision }: DecisionEvent): Omit<Partial<EventFields>, "cost"> {
  const { action, reason } = decision;
  const { keyId, labels, model } = input.facts;
  const head = { keyId, kind: action.kind, reason, tags: labels.tags };
  // What was asked for is all that a refusal can be found by, and what its caller was told.
  if (action.kind === "refuse") return { ...head, model, reason: `${reason}: ${action.message}` };
  const endpoint = action.kind === "route" ? (action.plan[0] ?? null) : action.endpoint;
  return { ...head, ...endpointFields(endpoint) };
}

/** `provider/model`, where the model may hold slashes of its own. */
function endpointFields(endpoint: string | null): Pick<EventFields, "provider" | "model"> {
  if (endpoint === null) return { provider: null, model: null };
  const slash = endpoint.indexOf("/");
  return { provider: endpoint.slice(0, Math.max(slash, 0)), model: endpoint.slice(slash + 1) };
}
