import {
  type Attempt,
  type CostDoubt,
  type PassedOver,
  type PlanEndpoint,
  SignalboxError,
  type Usage,
} from "@signalbox/proto";
import type { AttemptResult } from "./attempt.ts";
import { sumPicoUsd } from "./cost.ts";
import type { Ending, Execution } from "./execute.ts";
import type { Serving } from "./frame-sink.ts";
import { mayFallBack } from "./may-fall-back.ts";
import type { Provider } from "./providers.ts";
import { type Translation, translatedBothWays } from "./translation.ts";

/** One endpoint's turn in a plan. */
export type Turn = {
  readonly provider: Provider;
  readonly endpoint: PlanEndpoint;
  readonly planIndex: number;
  /** When the request's time is over, on the clock of `performance.now()`, which nobody sets. */
  readonly totalAtMs: number;
  /** On the attempts before this one. */
  readonly spent: readonly (string | null)[];
};

/** A turn that can be taken. */
export type ReadyTurn = {
  readonly serving: Serving;
  readonly translation: Translation;
  /** What an attempt of this usage costs; null: nobody knows. */
  readonly costOf: (usage: Usage) => string | null;
  /** Why it may not be what its provider bills. Absent: where tokens are all that is billed by. */
  readonly doubtsOf?: (usage: Usage) => CostDoubt[];
  /** The most output tokens over all choices; null when nothing bounds them. */
  readonly maxOutputTokens: number | null;
  /** Why the endpoint is not called after all. */
  readonly refused?: SignalboxError;
  readonly run: () => Promise<AttemptResult>;
};

/** Throws what the request may not ask of the endpoint. */
export type PrepareTurn = (turn: Turn) => ReadyTurn;

/** The same endpoint is asked again once, when the connection broke before it answered: an idle connection may just have been closed. */
const TRIES_MAX = 2;

/** Walks the plan: each endpoint in its order, until one has answered or has begun to. All content goes to the sink. */
export async function walkPlan(execution: Execution, prepare: PrepareTurn): Promise<Ending> {
  const { order, sink } = execution;
  const attempts: Attempt[] = [];
  const passedOver: PassedOver[] = [];
  const walked = { attempts, passedOver };
  const startedMs = performance.now();
  const totalAtMs = startedMs + execution.totalMs;
  let last: SignalboxError | null = null;
  for (const [planIndex, endpoint] of order.plan.entries()) {
    const provider = execution.providers.get(endpoint.provider);
    if (provider === undefined) {
      last = notConfigured(endpoint);
      passedOver.push({ endpoint: endpoint.endpoint, error: last.code });
      continue;
    }
    for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
      const attemptMs = performance.now();
      const spent = attempts.map((each) => each.costPicoUsd);
      const ready = tryPrepare(prepare, { provider, endpoint, planIndex, totalAtMs, spent });
      const refused = ready instanceof SignalboxError ? ready : ready.refused;
      if (ready instanceof SignalboxError || refused !== undefined) {
        last = refused ?? null;
        passedOver.push(passedOverBy(ready, endpoint));
        break;
      }
      const result = await ready.run();
      attempts.push(recordOf(ready, result, { startedMs, attemptMs }));
      if (result.kind === "aborted") return ended(walked, { kind: "client-aborted" });
      if (result.kind === "completed") {
        const { answer } = result;
        if (answer.content !== "") await sink.content(answer.content, ready.serving, execution.signal);
        return ended(walked, { kind: "completed", endpoint, answer });
      }
      last = result.error;
      if (sink.serving !== null || !mayFallBack(last) || performance.now() >= totalAtMs) {
        return ended(walked, { kind: "failed", error: last });
      }
      if (!result.isReset) break;
    }
  }
  return ended(walked, { kind: "failed", error: last ?? SignalboxError.from("The plan holds no endpoint.") });
}

type EndingOf<T> = T extends Ending ? Omit<T, "attempts" | "passedOver" | "costPicoUsd"> : never;

/** An ending with what its attempts came to. */
export function ended(walked: Pick<Ending, "attempts" | "passedOver">, ending: EndingOf<Ending>): Ending {
  return { ...ending, ...walked, costPicoUsd: sumPicoUsd(walked.attempts.map((each) => each.costPicoUsd)) };
}

function passedOverBy(ready: ReadyTurn | SignalboxError, { endpoint }: PlanEndpoint): PassedOver {
  if (ready instanceof SignalboxError) return { endpoint, error: ready.code };
  const { refused, translation } = ready;
  const lost = translation.record === undefined ? {} : { translation: translation.record };
  return { endpoint, error: SignalboxError.from(refused).code, ...lost };
}

/** What one wire cannot take another may, so a request that it refuses goes on to the next endpoint. */
function tryPrepare(prepare: PrepareTurn, turn: Turn): ReadyTurn | SignalboxError {
  try {
    return prepare(turn);
  } catch (error) {
    return SignalboxError.from(error);
  }
}

function recordOf(
  { serving, translation, costOf, doubtsOf, maxOutputTokens }: ReadyTurn,
  result: AttemptResult,
  clock: { startedMs: number; attemptMs: number },
): Attempt {
  const error = result.kind === "failed" ? result.error : null;
  const doubts = doubtsOf?.(result.usage) ?? [];
  const lost = translatedBothWays(translation, result.kind === "completed" ? result.answer.losses : undefined);
  return {
    endpoint: serving.endpoint.endpoint,
    result: result.kind,
    error: error?.code ?? null,
    httpStatus: result.httpStatus,
    retryAfterMs: error?.details.retryAfterMs ?? null,
    startedUs: microseconds(clock.attemptMs - clock.startedMs),
    firstByteUs: result.firstByteMs === null ? null : microseconds(result.firstByteMs),
    totalUs: microseconds(performance.now() - clock.attemptMs),
    usage: result.usage,
    costPicoUsd: costOf(result.usage),
    ...(result.usage.outputTokens > (maxOutputTokens ?? Infinity) ? { overBound: true } : {}),
    ...(doubts.length === 0 ? {} : { costDoubts: doubts }),
    ...(lost === undefined ? {} : { translation: lost }),
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
