import type { Logger, Recorder } from "@signalbox/kit";
import { type DispatchOrder, Labels, SignalboxError } from "@signalbox/proto";
import type { DispatchRequest } from "@signalbox/proto/grpc/dispatcher";
import type { Agent } from "undici";
import type { AnswerMemory } from "./answer-memory.ts";
import type { Claims } from "./claims.ts";
import type { Config } from "./config.ts";
import { type Ending, execute } from "./execute.ts";
import { FrameSink, type FrameWriter } from "./frame-sink.ts";
import { attemptsCounter, costDoubtsCounter, outcomesCounter } from "./metrics.ts";
import { outcomeOf } from "./outcome.ts";
import type { OpenAnswerGuard } from "./guard/open-answer-guard.ts";
import type { Providers } from "./providers.ts";
import type { Running } from "./running.ts";

/** An outcome is worth waiting for: without it the answer cannot be given out. */
const RECORD_RETRY_FOR_MS = 5_000;
const DEADLINE_MARGIN_MS = 1_000;

/** What orders are served with, however their bodies come. */
export type ServeContext = {
  readonly config: Config;
  readonly agent: Agent;
  readonly providers: Providers;
  readonly claims: Claims;
  readonly running: Running;
  readonly recorder: Recorder;
  readonly keep: (order: DispatchOrder, ending: Ending & { kind: "completed" }) => void;
  readonly openGuard: OpenAnswerGuard;
  readonly memory: AnswerMemory;
  readonly log: Logger;
};

type Served = {
  readonly request: DispatchRequest;
  readonly writer: FrameWriter;
  /** How long the caller waits. */
  readonly timeoutMs: number;
  /** To be aborted when the caller is gone. */
  readonly gone: AbortController;
};

/**
 * Executes the order under the request's claim and writes its frames. Throws `not-found` before anything has happened
 * when the claim is unknown, used or expired; the returned promise rejects only by a defect.
 */
export function serveOrder(context: ServeContext, served: Served): Promise<void> {
  const { claim } = served.request;
  const order = context.claims.take(claim, performance.now());
  if (order === undefined) throw new SignalboxError("not-found", "The claim is unknown, used or expired.");
  const interrupt = (reason: unknown): void => {
    served.gone.abort(reason);
  };
  return context.running.run({ claim, requestId: order.requestId, interrupt }, () => serve(context, served, order));
}

/** What a request is broken off with when its caller has left. */
export function callerLeft(): SignalboxError {
  return new SignalboxError("client-aborted", "The client closed the connection.");
}

async function serve(context: ServeContext, served: Served, order: DispatchOrder): Promise<void> {
  const { config, agent, providers, log } = context;
  const { body, traceparent, labelsJson, envelopeJson, redactionJson, lostBefore } = served.request;
  const { signal } = served.gone;
  const startedMs = performance.now();
  const sink = new FrameSink(served.writer);
  const limits = { totalMs: totalMsOf(served.timeoutMs, config), answerMaxBytes: config.limits.answerMaxBytes };
  const guard = context.openGuard(order, redactionJson);
  const asked = { order, body, envelopeJson, traceparent, guard };
  using room = context.memory.open();
  const ending = await execute({ ...limits, ...asked, agent, providers, sink, signal, room });
  count(ending);
  sink.closing();
  const gone = signal.aborted ? SignalboxError.from(signal.reason) : null;
  const event = outcomeOf(order, ending, { sink, startedMs, gone, lostBefore, guard: guard?.outcome });
  try {
    const { tenant, audit } = order;
    const labels = readLabels(labelsJson);
    const within = { retryForMs: RECORD_RETRY_FOR_MS, receiptWithinMs: config.receiptTimeoutMs };
    await context.recorder.record({ type: "outcome", tenant, event, labels, audit, ...within });
  } catch (error) {
    log.error({ err: error, requestId: order.requestId }, "an outcome could not be recorded");
    sink.error(SignalboxError.from(error));
    return;
  }
  if (ending.kind !== "completed") {
    sink.error(ending.kind === "failed" ? ending.error : SignalboxError.from(gone));
    return;
  }
  sink.final(ending.answer.tail);
  context.keep(order, ending);
}

/** Ends before the caller's own deadline does, so that what is recorded is what the caller is told. */
function totalMsOf(timeoutMs: number, config: Config): number {
  return Math.max(0, Math.min(config.timeouts.totalMs, timeoutMs - DEADLINE_MARGIN_MS));
}

/** Labels come from ingress, which has checked them; what does not fit is left out rather than the outcome. */
function readLabels(json: string): Labels | null {
  if (json === "") return null;
  try {
    return Labels.safeParse(JSON.parse(json)).data ?? null;
  } catch {
    return null;
  }
}

function count(ending: Ending): void {
  outcomesCounter.inc({ result: ending.kind });
  for (const { endpoint, result, costDoubts = [] } of ending.attempts) {
    const provider = endpoint.slice(0, endpoint.indexOf("/"));
    attemptsCounter.inc({ provider, result });
    for (const doubt of costDoubts) costDoubtsCounter.inc({ provider, doubt });
  }
}
