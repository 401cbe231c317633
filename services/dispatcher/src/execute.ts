import { ingressOf, type NeutralRequest, type RequestEnvelope } from "@signalbox/dialects";
import { type Attempt, type DispatchOrder, type PlanEndpoint, SignalboxError } from "@signalbox/proto";
import type { Agent } from "undici";
import { attempt, type AttemptContext, type AttemptResult } from "./attempt.ts";
import type { CompleteAnswer } from "./complete-answer.ts";
import { costPicoUsdOf, sumPicoUsd } from "./cost.ts";
import type { FrameSink } from "./frame-sink.ts";
import { mayFallBack } from "./may-fall-back.ts";
import { type Place, prepareAttempt } from "./prepare-attempt.ts";
import type { Providers } from "./providers.ts";

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
  /** Aborts when the caller is gone. */
  readonly signal: AbortSignal;
  readonly totalMs: number;
  readonly answerMaxBytes: number;
};

/** How an execution ended, with every call of a provider that it made. */
export type Ending = { readonly attempts: readonly Attempt[]; readonly costPicoUsd: string | null } & (
  | { readonly kind: "completed"; readonly endpoint: PlanEndpoint; readonly answer: CompleteAnswer }
  | { readonly kind: "failed"; readonly error: SignalboxError }
  | { readonly kind: "client-aborted" }
);

/** The same endpoint is asked again once, when the connection broke before it answered: a kept connection may just have been closed. */
const TRIES_MAX = 2;

/** Walks the plan: each endpoint in its order, until one has answered or has begun to. All content goes to the sink. */
export async function execute(execution: Execution): Promise<Ending> {
  const { order, sink } = execution;
  const attempts: Attempt[] = [];
  const startedMs = performance.now();
  let request: NeutralRequest;
  try {
    request = parseRequest(execution);
  } catch (error) {
    return ended(attempts, { kind: "failed", error: notReadable(error) });
  }
  const totalAtMs = Date.now() + execution.totalMs;
  let last: SignalboxError | null = null;
  for (const [planIndex, endpoint] of order.plan.entries()) {
    const provider = execution.providers.get(endpoint.provider);
    if (provider === undefined) {
      last = notConfigured(endpoint);
      continue;
    }
    for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
      const attemptMs = performance.now();
      const spent = attempts.map((each) => each.costPicoUsd);
      const context = tryPrepare(execution, { request, provider, endpoint, planIndex, totalAtMs, spent });
      if (context instanceof SignalboxError) {
        last = context;
        break;
      }
      const result = await attempt(context);
      attempts.push(recordOf(context, result, { startedMs, attemptMs }));
      if (result.kind === "aborted") return ended(attempts, { kind: "client-aborted" });
      if (result.kind === "completed") {
        const { answer } = result;
        if (answer.content !== "") await sink.content(answer.content, context.serving);
        return ended(attempts, { kind: "completed", endpoint, answer });
      }
      last = result.error;
      if (sink.serving !== null || !mayFallBack(last) || Date.now() >= totalAtMs) {
        return ended(attempts, { kind: "failed", error: last });
      }
      if (!result.isReset) break;
    }
  }
  return ended(attempts, { kind: "failed", error: last ?? SignalboxError.from("The plan holds no endpoint.") });
}

function parseRequest({ order, body, envelopeJson }: Execution): NeutralRequest {
  const envelope = envelopeJson === "" ? undefined : (JSON.parse(envelopeJson) as RequestEnvelope);
  return ingressOf(order.dialect).parseRequest(JSON.parse(body.toString("utf8")), envelope);
}

type EndingOf<T> = T extends Ending ? Omit<T, "attempts" | "costPicoUsd"> : never;

function ended(attempts: readonly Attempt[], ending: EndingOf<Ending>): Ending {
  return { ...ending, attempts, costPicoUsd: sumPicoUsd(attempts.map((each) => each.costPicoUsd)) };
}

/** What one wire cannot take another may, so a request that it refuses goes on to the next endpoint. */
function tryPrepare(execution: Execution, place: Place): AttemptContext | SignalboxError {
  try {
    return prepareAttempt(execution, place);
  } catch (error) {
    return SignalboxError.from(error);
  }
}

function recordOf(
  { endpoint, translation }: AttemptContext,
  result: AttemptResult,
  clock: { startedMs: number; attemptMs: number },
): Attempt {
  const error = result.kind === "failed" ? result.error : null;
  return {
    endpoint: endpoint.endpoint,
    result: result.kind,
    error: error?.code ?? null,
    httpStatus: result.httpStatus,
    retryAfterMs: error?.details.retryAfterMs ?? null,
    startedUs: microseconds(clock.attemptMs - clock.startedMs),
    firstByteUs: result.firstByteMs === null ? null : microseconds(result.firstByteMs),
    totalUs: microseconds(performance.now() - clock.attemptMs),
    usage: result.usage,
    costPicoUsd: costPicoUsdOf(result.usage, endpoint.price),
    ...(translation.record === undefined ? {} : { translation: translation.record }),
  };
}

function microseconds(ms: number): number {
  return Math.round(ms * 1000);
}

function notConfigured({ provider }: PlanEndpoint): SignalboxError {
  return new SignalboxError("upstream-unreachable", `The provider ${provider} is not configured here.`, {
    details: { provider },
  });
}

function notReadable(error: unknown): SignalboxError {
  if (error instanceof SignalboxError) return error;
  return new SignalboxError("invalid-request", "The body is not JSON.");
}
