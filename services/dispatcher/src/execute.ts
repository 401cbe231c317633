import { ingressOf, type NeutralRequest, readJson, type RequestEnvelope } from "@signalbox/dialects";
import {
  type Attempt,
  type CostDoubt,
  type DispatchOrder,
  type PassedOver,
  type PlanEndpoint,
  SignalboxError,
  type Usage,
} from "@signalbox/proto";
import type { Agent } from "undici";
import type { AnswerRoom } from "./answer-memory.ts";
import { attempt } from "./attempt.ts";
import type { CompleteAnswer } from "./complete-answer.ts";
import { billedUsage } from "./billed-usage.ts";
import { costDoubtsOf } from "./cost-doubts.ts";
import { costPicoUsdOf } from "./cost.ts";
import type { FrameSink } from "./frame-sink.ts";
import type { AnswerGuard } from "./guard/answer-guard.ts";
import { operationTurns } from "./operations/operation-turns.ts";
import { prepareAttempt } from "./prepare-attempt.ts";
import type { Providers } from "./providers.ts";
import { ended, type PrepareTurn, walkPlan } from "./walk-plan.ts";

/** A request in execution. */
export type Execution = {
  readonly agent: Agent;
  readonly providers: Providers;
  readonly order: DispatchOrder;
  /** The caller's body, byte for byte. */
  readonly body: Buffer;
  /** What the request says outside its body, as JSON; empty when it says nothing there. */
  readonly envelopeJson: string;
  readonly traceparent: string;
  readonly sink: FrameSink;
  /** Null when the answer is given out as it comes. */
  readonly guard: AnswerGuard | null;
  /** Aborts when the caller is gone. */
  readonly signal: AbortSignal;
  readonly totalMs: number;
  readonly answerMaxBytes: number;
  /** Where what is read of a whole answer is counted. */
  readonly room: AnswerRoom;
};

/** How an execution ended, with every call of a provider that it made. */
export type Ending = {
  readonly attempts: readonly Attempt[];
  /** Endpoints of the plan that were not called. */
  readonly passedOver: readonly PassedOver[];
  readonly costPicoUsd: string | null;
} & (
  | { readonly kind: "completed"; readonly endpoint: PlanEndpoint; readonly answer: CompleteAnswer }
  | { readonly kind: "failed"; readonly error: SignalboxError }
  | { readonly kind: "client-aborted" }
);

/** Reads the request, whichever operation it is of, and walks the plan with it. */
export async function execute(execution: Execution): Promise<Ending> {
  let prepare: PrepareTurn;
  try {
    prepare = turnsOf(execution);
  } catch (error) {
    return ended({ attempts: [], passedOver: [] }, { kind: "failed", error: notReadable(error) });
  }
  return walkPlan(execution, prepare);
}

function turnsOf(execution: Execution): PrepareTurn {
  const { operation = "chat" } = execution.order;
  if (operation !== "chat") return operationTurns(execution, operation);
  const request = parseRequest(execution);
  return (turn) => {
    const context = prepareAttempt(execution, { ...turn, request });
    const costOf = (usage: Usage): string | null => costPicoUsdOf(billedUsage(usage), turn.endpoint.price);
    const doubtsOf = (usage: Usage): CostDoubt[] =>
      costDoubtsOf(usage, { ...turn.endpoint, choices: execution.order.choices });
    return { ...context, costOf, doubtsOf, run: () => attempt(context) };
  };
}

function parseRequest({ order, body, envelopeJson }: Execution): NeutralRequest {
  const envelope = envelopeJson === "" ? undefined : (JSON.parse(envelopeJson) as RequestEnvelope);
  return ingressOf(order.dialect).parseRequest(readJson(body.toString("utf8")), envelope);
}

function notReadable(error: unknown): SignalboxError {
  if (error instanceof SignalboxError) return error;
  return new SignalboxError("invalid-request", "The body is not JSON.");
}
