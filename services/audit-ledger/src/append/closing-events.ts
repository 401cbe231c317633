import type { UnsignedEvent } from "@signalbox/kit";
import { NO_USAGE, type OutcomeEvent, type SupersededEvent } from "@signalbox/proto";
import type { OpenRequest } from "./open-requests.ts";

/** What the signer adds: the id, the producer and the time. */
type Unsigned<E> = Omit<E, "eventId" | "producer" | "atMs">;

/** Closes a decision that was not the one executed. */
export function supersededEvent(
  request: { tenant: string; requestId: string },
  decisions: { closed: string; by: string | null },
): UnsignedEvent {
  const event: Unsigned<SupersededEvent> = {
    schema: "signalbox.event.superseded.v1",
    tenant: request.tenant,
    requestId: request.requestId,
    decisionId: decisions.closed,
    by: decisions.by,
  };
  return { type: "superseded", event };
}

/** Ends a request whose executing dispatcher is gone. What it did upstream, and at what cost, nobody can say. */
export function abandonedEvent(request: OpenRequest, nowMs: number): UnsignedEvent {
  const event: Unsigned<OutcomeEvent> = {
    schema: "signalbox.event.outcome.v1",
    tenant: request.tenant,
    requestId: request.requestId,
    decisionId: request.decisions.at(-1)?.decisionId ?? null,
    result: "abandoned",
    error: "dispatcher-lost",
    stage: "dispatcher",
    endpoint: null,
    finishReason: null,
    stream: request.stream,
    attempts: [],
    usage: NO_USAGE,
    costPicoUsd: null,
    answerBytes: 0,
    timing: { totalUs: Math.max(0, Math.round((nowMs - request.openedAtMs) * 1_000)), firstByteUs: null },
  };
  return { type: "outcome", event };
}
