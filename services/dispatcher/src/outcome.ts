import {
  type Attempt,
  type DispatchOrder,
  NO_USAGE,
  type OutcomeEvent,
  type SignalboxError,
  type Usage,
} from "@signalbox/proto";
import type { Ending } from "./execute.ts";
import type { FrameSink } from "./frame-sink.ts";

type Unsigned = Omit<OutcomeEvent, "eventId" | "producer" | "atMs">;

/** The outcome of an execution, as it is recorded. `interrupted` says why this dispatcher broke it off itself, if it did. */
export function outcomeOf(
  order: DispatchOrder,
  ending: Ending,
  seen: { sink: FrameSink; startedMs: number; interrupted: SignalboxError | null },
): Unsigned {
  const { sink, startedMs, interrupted } = seen;
  const last = ending.attempts.at(-1);
  const tailBytes = ending.kind === "completed" ? Buffer.byteLength(ending.answer.tail) : 0;
  return {
    schema: "signalbox.event.outcome.v1",
    tenant: order.tenant,
    requestId: order.requestId,
    decisionId: order.decisionId,
    ...resultOf(ending, interrupted),
    endpoint: sink.serving?.endpoint ?? null,
    finishReason: ending.kind === "completed" ? ending.answer.finish : null,
    stream: order.stream,
    attempts: [...ending.attempts],
    usage: usageOf(ending, last),
    costPicoUsd: ending.costPicoUsd,
    answerBytes: sink.contentBytes + tailBytes,
    timing: { totalUs: Math.round((performance.now() - startedMs) * 1000), firstByteUs: firstByteUsOf(ending, last) },
  };
}

function resultOf(ending: Ending, interrupted: SignalboxError | null): Pick<Unsigned, "result" | "error" | "stage"> {
  if (ending.kind === "completed") return { result: "completed", error: null, stage: null };
  if (ending.kind === "failed") return { result: "failed", error: ending.error.code, stage: null };
  if (interrupted !== null) return { result: "failed", error: interrupted.code, stage: "dispatcher" };
  return { result: "client-aborted", error: "client-aborted", stage: null };
}

/** What was delivered is what the last attempt generated; those before it delivered nothing. */
function usageOf(ending: Ending, last: Attempt | undefined): Usage {
  return ending.kind === "completed" ? ending.answer.usage : (last?.usage ?? NO_USAGE);
}

function firstByteUsOf(ending: Ending, last: Attempt | undefined): number | null {
  if (ending.kind === "failed" || last === undefined || last.firstByteUs === null) return null;
  return last.startedUs + last.firstByteUs;
}
