import type { Forwarder, Replier } from "@signalbox/kit";
import { type Action, type DispatchOrder, type PlanEndpoint, SignalboxError } from "@signalbox/proto";
import type { DecisionDocuments } from "./decision-documents.ts";
import type { MadeDecision } from "./made-decision.ts";
import { cachedReply, dispatchOrder, refusedReply, retryAfterMs } from "./pipeline-answer.ts";

const US_PER_MS = 1_000;

export type Outlets = {
  readonly replier: Replier;
  readonly forwarder: Forwarder<DispatchOrder>;
  readonly documents: DecisionDocuments;
};

/** Carries out a recorded decision: a route goes to a dispatcher, all else back to ingress. */
export function actOnDecision(made: MadeDecision, { replier, forwarder, documents }: Outlets): void {
  const { action } = made.decision;
  const { replyTo, deadlineAtMs } = made.item.route;
  const nowMs = Date.now();
  if (action.kind === "refuse") {
    const healthy = { nowMs, idAt: (index: number) => documents.idAt(index) };
    const afterMs = action.code === "none-healthy" ? retryAfterMs(made.decision, made.health, healthy) : null;
    replier.reply(replyTo, refusedReply(made, action, afterMs));
  } else if (action.kind === "serve-cached") {
    replier.reply(replyTo, cachedReply(made, action));
  } else {
    if (deadlineAtMs <= nowMs) throw deadlineExceeded();
    const recordUs = Math.round((performance.now() - made.decidedAtMs) * US_PER_MS);
    const timing = { ...made.item.timing, decideUs: made.decideUs, recordUs };
    forwarder.send(dispatchOrder(made, action, { plan: planOf(action, documents), timing }));
  }
}

export function deadlineExceeded(): SignalboxError {
  return new SignalboxError("deadline-exceeded", "The request's time is over.", { details: { stage: "policy" } });
}

function planOf({ plan }: Extract<Action, { kind: "route" }>, documents: DecisionDocuments): PlanEndpoint[] {
  return plan.map((id) => {
    const endpoint = documents.endpoint(id);
    if (endpoint === undefined) throw new Error(`the plan names ${id}, which the catalogue does not hold`);
    return endpoint;
  });
}
