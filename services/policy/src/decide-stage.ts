import { setImmediate as nextTurn } from "node:timers/promises";
import {
  type Bus,
  createForwarder,
  createReplier,
  type Engine,
  listenStage,
  type Logger,
  type Recorder,
  type Replier,
} from "@signalbox/kit";
import { DecideItem, type DispatchOrder, REQUEST_SUBJECTS, SignalboxError } from "@signalbox/proto";
import { actOnDecision, deadlineExceeded, type Outlets } from "./act-on-decision.ts";
import type { DecisionDocuments } from "./decision-documents.ts";
import { makeDecision, type MadeDecision, recordDecision } from "./made-decision.ts";
import { decideSeconds, decisions, unrecorded } from "./metrics.ts";

const OVERLOADED_RETRY_AFTER_MS = 1_000;
const US_PER_SECOND = 1_000_000;

export type DecideStageOptions = {
  readonly bus: Bus;
  readonly log: Logger;
  readonly recorder: Recorder;
  readonly engine: Engine;
  readonly documents: DecisionDocuments;
  readonly inFlightMax: number;
};

/**
 * Takes requests from `request.decide`, decides, records the decision, and acts on it only when the record is
 * acknowledged. Disposing stops the intake and waits for the decisions under way.
 */
export function listenDecides(options: DecideStageOptions): AsyncDisposable {
  const { bus, log } = options;
  const inFlight = new Set<Promise<void>>();
  const replier = createReplier(bus);
  const forwarder = createForwarder<DispatchOrder>({
    bus,
    subject: REQUEST_SUBJECTS.dispatch,
    stage: "dispatcher",
    onUndelivered: (order, error) => {
      replier.fail(order, error, order.decisionId);
    },
  });
  const outlets: Outlets = { replier, forwarder, documents: options.documents };
  const stage = listenStage({
    bus,
    log,
    stage: "policy",
    subject: REQUEST_SUBJECTS.decide,
    item: DecideItem,
    onItems: (items) => {
      for (const item of items) {
        const made = decideOrFail(item, options, { replier, inFlight: inFlight.size });
        if (made === null) continue;
        const finishing = finish(made, options, outlets).finally(() => inFlight.delete(finishing));
        inFlight.add(finishing);
      }
    },
  });
  return {
    async [Symbol.asyncDispose]() {
      stage[Symbol.dispose]();
      await Promise.all(inFlight);
      // What was answered last leaves at the end of its turn.
      await nextTurn();
      forwarder[Symbol.dispose]();
    },
  };
}

/** null: there is no decision, and the request's failure is on its way. */
function decideOrFail(
  item: DecideItem,
  options: DecideStageOptions,
  { replier, inFlight }: { replier: Replier; inFlight: number },
): MadeDecision | null {
  try {
    if (item.route.deadlineAtMs <= Date.now()) throw deadlineExceeded();
    if (inFlight >= options.inFlightMax) throw overloaded();
    const made = makeDecision(item, options);
    decideSeconds.observe(made.decideUs / US_PER_SECOND);
    return made;
  } catch (error) {
    const failure = SignalboxError.from(error);
    if (failure.code === "internal") options.log.error({ err: failure.cause }, "a request could not be decided");
    replier.fail(item, failure);
    return null;
  }
}

async function finish(made: MadeDecision, { log, recorder }: DecideStageOptions, outlets: Outlets): Promise<void> {
  const { item, decisionId, decision } = made;
  try {
    await recordDecision(made, recorder);
  } catch (error) {
    unrecorded.inc();
    outlets.replier.fail(item, SignalboxError.from(error));
    return;
  }
  decisions[decision.action.kind].inc();
  try {
    actOnDecision(made, outlets);
  } catch (error) {
    const failure = SignalboxError.from(error);
    if (failure.code === "internal") log.error({ err: failure.cause }, "a recorded decision could not be carried out");
    outlets.replier.fail(item, failure, decisionId);
  }
}

function overloaded(): SignalboxError {
  return new SignalboxError("overloaded", "Too many requests are being decided at this moment.", {
    details: { stage: "policy", retryAfterMs: OVERLOADED_RETRY_AFTER_MS },
  });
}
