import type {
  AdminEvent,
  DecisionEvent,
  EventType,
  GapEvent,
  KeyEvent,
  OutcomeEvent,
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
};

export type AnyEvent =
  | ({ readonly type: "decision" } & DecisionEvent)
  | ({ readonly type: "outcome" } & OutcomeEvent)
  | ({ readonly type: "superseded" } & SupersededEvent)
  | ({ readonly type: "gap" } & GapEvent)
  | ({ readonly type: "key" } & KeyEvent)
  | ({ readonly type: "admin" } & AdminEvent);

const NONE = { keyId: null, kind: null, provider: null, model: null, cost: null };

export function fieldsOf(event: AnyEvent): EventFields {
  const { eventId, type, tenant, requestId, atMs } = event;
  if (requestId === null)
    return { eventId, type, tenant, requestId, decisionId: null, atMs, ...NONE, ...keyFields(event) };
  const head = { eventId, type, tenant, requestId, decisionId: event.decisionId, atMs };
  if (event.type === "decision") return { ...head, ...NONE, keyId: event.input.facts.keyId, ...decisionFields(event) };
  if (event.type === "superseded") return { ...head, ...NONE };
  return { ...head, ...NONE, kind: event.result, ...endpointFields(event.endpoint), cost: event.costPicoUsd };
}

/** What has been said of a key is found by these two. */
function keyFields(event: AnyEvent): Partial<Pick<EventFields, "keyId" | "kind">> {
  return event.type === "key" ? { keyId: event.keyId, kind: event.change } : {};
}

function decisionFields(event: DecisionEvent): Pick<EventFields, "kind" | "provider" | "model"> {
  const { action } = event.decision;
  // What was asked for is all that a refusal can be found by.
  if (action.kind === "refuse") return { kind: action.kind, provider: null, model: event.input.facts.model };
  const endpoint = action.kind === "route" ? (action.plan[0] ?? null) : action.endpoint;
  return { kind: action.kind, ...endpointFields(endpoint) };
}

/** `provider/model`, where the model may hold slashes of its own. */
function endpointFields(endpoint: string | null): Pick<EventFields, "provider" | "model"> {
  if (endpoint === null) return { provider: null, model: null };
  const slash = endpoint.indexOf("/");
  return { provider: endpoint.slice(0, Math.max(slash, 0)), model: endpoint.slice(slash + 1) };
}
