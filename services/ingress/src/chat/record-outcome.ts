import type { Recorder } from "@signalbox/kit";
import { NO_USAGE, type OutcomeEvent, type Usage } from "@signalbox/proto";
import type { ChatRequest } from "./chat-request.ts";

/** The end of a request that no dispatcher executed. */
export type ChatOutcome = {
  /** abandoned: a lost dispatcher may have sent it to a provider, at an unknown cost. */
  readonly result: Exclude<OutcomeEvent["result"], "completed">;
  readonly decisionId: string | null;
  readonly error?: string | null;
  readonly stage?: string | null;
  readonly endpoint?: string;
  readonly finishReason?: string | null;
  readonly usage?: Usage;
  readonly answerBytes?: number;
  /** Of a cached answer: a dispatcher was lost before, so the whole request's cost is unknown. */
  readonly isCostUnknown?: boolean;
};

/**
 * Records the outcome with the request's plain labels. Resolves when it is acknowledged; rejects with `audit-unavailable`
 * when it is not; the caller may be given nothing but that error then.
 */
export async function recordOutcome(
  recorder: Recorder,
  chat: ChatRequest,
  outcome: ChatOutcome & { readonly retryForMs: number; readonly receiptWithinMs?: number },
): Promise<void> {
  const { tenant, requestId, stream, audit } = chat.facts;
  const totalUs = Math.round((performance.now() - chat.startedMs) * 1_000);
  const event = {
    schema: "signalbox.event.outcome.v1",
    tenant,
    requestId,
    decisionId: outcome.decisionId,
    result: outcome.result,
    error: outcome.error ?? null,
    stage: outcome.stage ?? null,
    endpoint: outcome.endpoint ?? null,
    finishReason: outcome.finishReason ?? null,
    stream,
    attempts: [],
    usage: outcome.usage ?? NO_USAGE,
    costPicoUsd: outcome.result === "abandoned" || outcome.isCostUnknown === true ? null : "0",
    answerBytes: outcome.answerBytes ?? 0,
    // A cached answer is sent right after its record, so this is the time to its first byte as well.
    timing: { totalUs, firstByteUs: outcome.result === "cached" ? totalUs : null },
  } satisfies Omit<OutcomeEvent, "eventId" | "producer" | "atMs">;
  const { retryForMs, receiptWithinMs = Infinity } = outcome;
  await recorder.record({ type: "outcome", tenant, event, labels: chat.labels, audit, retryForMs, receiptWithinMs });
}
