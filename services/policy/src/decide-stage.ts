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
import type { BudgetBook } from "./budgets/budget-book.ts";
import type { BudgetLeases } from "./budgets/budget-leases.ts";
import type { DecisionDocuments } from "./decision-documents.ts";
import { type MadeDecision, recordDecision } from "./made-decision.ts";
import { decideSeconds, decisions, unrecorded } from "./metrics.ts";
import { decideThrottled } from "./throttles/decide-throttled.ts";
import type { Throttles } from "./throttles/throttles.ts";

const OVERLOADED_RETRY_AFTER_MS = 1_000;
const US_PER_SECOND = 1_000_000;

type DecideStageOptions = {
  readonly bus: Bus;
  readonly log: Logger;
  readonly recorder: Recorder;
  readonly engine: Engine;
  readonly documents: DecisionDocuments;
  readonly book: BudgetBook;
  readonly leases: BudgetLeases;
  readonly throttles: Throttles;
  readonly inFlightMax: number;
};

/**
 * Takes requests from `request.decide`, decides, records the decision, and acts on it only once the record is acknowledged.
 * Disposing stops the intake and waits for the decisions under way.
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
  const outlets: Outlets = { replier, forwarder, leases: options.leases };
  const stage = listenStage({
    bus,
    log,
    stage: "policy",
    subject: REQUEST_SUBJECTS.decide,
    item: DecideItem,
    onItems: (items) => {
      for (const item of items) {
        const deciding = decideOrFail(item, options, { replier, inFlight: inFlight.size });
        if (deciding === null) continue;
        const work =
          deciding instanceof Promise
            ? finishLater(deciding, options, { item, outlets })
            : finish(deciding, options, outlets);
        const finishing = work.finally(() => inFlight.delete(finishing));
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

/** Decides, or replies with the failure and returns null. */
function decideOrFail(
  item: DecideItem,
  options: DecideStageOptions,
  { replier, inFlight }: { replier: Replier; inFlight: number },
): MadeDecision | Promise<MadeDecision> | null {
  try {
    if (item.route.deadlineAtMs <= Date.now()) throw deadlineExceeded();
    if (inFlight >= options.inFlightMax) throw overloaded();
    return decideThrottled(item, options);
  } catch (error) {
    fail(item, error, { log: options.log, replier });
    return null;
  }
}

/** Finishes a request that waits for a lease, while others go on. */
async function finishLater(
  deciding: Promise<MadeDecision>,
  options: DecideStageOptions,
  { item, outlets }: { item: DecideItem; outlets: Outlets },
): Promise<void> {
  let made: MadeDecision;
  try {
    made = await deciding;
  } catch (error) {
    fail(item, error, { log: options.log, replier: outlets.replier });
    return;
  }
  await finish(made, options, outlets);
}

function fail(item: DecideItem, error: unknown, { log, replier }: { log: Logger; replier: Replier }): void {
  const failure = SignalboxError.from(error);
  if (failure.code === "internal") log.error({ err: failure.cause }, "a request could not be decided");
  replier.fail(item, failure);
}

async function finish(made: MadeDecision, options: DecideStageOptions, outlets: Outlets): Promise<void> {
  const { log, recorder, leases } = options;
  const { item, decisionId, decision } = made;
  decideSeconds.observe(made.decideUs / US_PER_SECOND);
  try {
    await recordDecision(made, recorder);
  } catch (error) {
    unrecorded.inc();
    // Nothing is executed of it, so what it reserved can be used again.
    leases.undo(made.parts);
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
