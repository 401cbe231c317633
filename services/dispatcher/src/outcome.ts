import {
  type Attempt,
  type DispatchOrder,
  type GuardOutcome,
  NO_USAGE,
  type OutcomeEvent,
  type SignalboxError,
  type Usage,
} from "@signalbox/proto";
import type { Ending } from "./execute.ts";
import type { FrameSink } from "./frame-sink.ts";

type Unsigned = Omit<OutcomeEvent, "eventId" | "producer" | "atMs">;

type Seen = {
  readonly sink: FrameSink;
  readonly startedMs: number;
  /** Why the call was broken off before its answer was given out: by the client, or by this dispatcher itself (`dispatcher-lost`). */
  readonly gone: SignalboxError | null;
  /** Another dispatcher may have begun the request and was lost. */
  readonly lostBefore: boolean;
  readonly guard?: GuardOutcome | undefined;
};

/** The outcome of an execution, as it is recorded. */
export function outcomeOf(order: DispatchOrder, ending: Ending, seen: Seen): Unsigned {
  const { sink, startedMs, gone, lostBefore, guard } = seen;
  const last = ending.attempts.at(-1);
  const tailBytes = ending.kind === "completed" ? Buffer.byteLength(ending.answer.tail) : 0;
  return {
    schema: "signalbox.event.outcome.v1",
    tenant: order.tenant,
    requestId: order.requestId,
    decisionId: order.decisionId,
    ...resultOf(ending, gone),
    endpoint: sink.serving?.endpoint ?? null,
    finishReason: ending.kind === "completed" ? ending.answer.finish : null,
    stream: order.stream,
    attempts: [...ending.attempts],
    ...(ending.passedOver.length === 0 ? {} : { passedOver: [...ending.passedOver] }),
    usage: usageOf(ending, last),
    costPicoUsd: ending.costPicoUsd,
    answerBytes: sink.contentBytes + tailBytes,
    timing: { totalUs: Math.round((performance.now() - startedMs) * 1000), firstByteUs: firstByteUsOf(ending, last) },
    ...(lostBefore ? { lostBefore } : {}),
    ...(guard === undefined ? {} : { guard }),
  };
}

function resultOf(ending: Ending, gone: SignalboxError | null): Pick<Unsigned, "result" | "error" | "stage"> {
  if (ending.kind === "failed") return { result: "failed", error: ending.error.code, stage: null };
  // A complete answer that nobody was there to take was not delivered.
  if (gone?.code === "dispatcher-lost") return { result: "failed", error: gone.code, stage: "dispatcher" };
  if (gone !== null) return { result: "client-aborted", error: "client-aborted", stage: null };
  return { result: "completed", error: null, stage: null };
}

/** What was delivered is what the last attempt generated; those before it delivered nothing. */
function usageOf(ending: Ending, last: Attempt | undefined): Usage {
  return ending.kind === "completed" ? ending.answer.usage : (last?.usage ?? NO_USAGE);
}

function firstByteUsOf(ending: Ending, last: Attempt | undefined): number | null {
  if (ending.kind === "failed" || last === undefined || last.firstByteUs === null) return null;
  return last.startedUs + last.firstByteUs;
}
