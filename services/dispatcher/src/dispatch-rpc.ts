import { callerOf, type Logger, type Recorder, toGrpcError } from "@signalbox/kit";
import { type DispatchOrder, Labels, SignalboxError } from "@signalbox/proto";
import type { Agent } from "undici";
import type { Claims } from "./claims.ts";
import type { Config } from "./config.ts";
import { type Ending, execute } from "./execute.ts";
import { type DispatchCall, FrameSink } from "./frame-sink.ts";
import { attemptsCounter, outcomesCounter } from "./metrics.ts";
import { outcomeOf } from "./outcome.ts";
import type { Providers } from "./providers.ts";
import type { Running } from "./running.ts";

/** An outcome is worth waiting for: without it the answer cannot be given out. */
const RECORD_RETRY_FOR_MS = 5_000;
const DEADLINE_MARGIN_MS = 1_000;

export type DispatchRpcOptions = {
  readonly config: Config;
  readonly agent: Agent;
  readonly providers: Providers;
  readonly claims: Claims;
  readonly running: Running;
  readonly recorder: Recorder;
  readonly keep: (order: DispatchOrder, ending: Ending & { kind: "completed" }) => void;
  readonly log: Logger;
};

/** `Dispatcher.Dispatch`: for ingress alone, and only under a claim of a decision that came from policy. */
export function createDispatch(options: DispatchRpcOptions): (call: DispatchCall) => void {
  return (call) => {
    // A write to a caller that has just left is no defect.
    call.on("error", () => {});
    let order: DispatchOrder;
    try {
      order = admit(call, options);
    } catch (error) {
      call.emit("error", toGrpcError(error));
      return;
    }
    const gone = new AbortController();
    call.on("cancelled", () => {
      // grpc-js says this of calls that have ended as they should, too.
      if (!call.writableEnded) gone.abort(new SignalboxError("client-aborted", "The client closed the connection."));
    });
    const interrupt = (reason: unknown): void => {
      gone.abort(reason);
    };
    const { claim } = call.request;
    const entry = { claim, requestId: order.requestId, interrupt };
    options.running
      .run(entry, () => serve({ call, order, signal: gone.signal, options }))
      .catch((error: unknown) => {
        options.log.error({ err: error, requestId: order.requestId }, "a request could not be executed");
        call.emit("error", toGrpcError(error));
      });
  };
}

function admit(call: DispatchCall, options: DispatchRpcOptions): DispatchOrder {
  if (callerOf(call.metadata, options.config.grpc.callers) !== "ingress") {
    throw new SignalboxError("forbidden", "Only ingress sends bodies to a dispatcher.");
  }
  const order = options.claims.take(call.request.claim, Date.now());
  if (order === undefined) throw new SignalboxError("not-found", "The claim is unknown, used or expired.");
  return order;
}

type Serving = {
  readonly call: DispatchCall;
  readonly order: DispatchOrder;
  /** Aborts when the caller is gone. */
  readonly signal: AbortSignal;
  readonly options: DispatchRpcOptions;
};

async function serve({ call, order, signal, options }: Serving): Promise<void> {
  const { config, agent, providers, log } = options;
  const startedMs = performance.now();
  const sink = new FrameSink(call, signal);
  const { body, traceparent } = call.request;
  const limits = { totalMs: totalMsOf(call, config), answerMaxBytes: config.limits.answerMaxBytes };
  const ending = await execute({ agent, providers, order, body, traceparent, sink, signal, ...limits });
  count(ending);
  sink.closing();
  const gone = signal.aborted ? SignalboxError.from(signal.reason) : null;
  const event = outcomeOf(order, ending, { sink, startedMs, gone });
  try {
    const { tenant, audit } = order;
    const labels = readLabels(call.request.labelsJson);
    await options.recorder.record({ type: "outcome", tenant, event, labels, audit, retryForMs: RECORD_RETRY_FOR_MS });
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
  options.keep(order, ending);
}

/** Ends before the caller's own deadline does, so that what is recorded is what the caller is told. */
function totalMsOf(call: DispatchCall, config: Config): number {
  const leftMs = Number(call.getDeadline()) - Date.now() - DEADLINE_MARGIN_MS;
  return Math.max(0, Math.min(config.timeouts.totalMs, leftMs));
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
  for (const { endpoint, result } of ending.attempts) {
    attemptsCounter.inc({ provider: endpoint.slice(0, endpoint.indexOf("/")), result });
  }
}
