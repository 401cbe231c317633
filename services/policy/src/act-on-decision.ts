import type { Forwarder, Replier } from "@signalbox/kit";
import { type Action, type DispatchOrder, type PlanEndpoint, SignalboxError } from "@signalbox/proto";
import { RECORDED_WITHIN_MS } from "./budgets/expire-leases.ts";
import { budgetRetryAfterMs } from "./budgets/budget-retry-after.ts";
import type { BudgetLeases } from "./budgets/budget-leases.ts";
import { rateStates } from "./budgets/rate-states.ts";
import type { EndpointView } from "./endpoint-view.ts";
import type { MadeDecision } from "./made-decision.ts";
import { cachedReply, dispatchOrder, redactedBy, refusedReply, retryAfterMs } from "./pipeline-answer.ts";

const US_PER_MS = 1_000;

export type Outlets = {
  readonly replier: Replier;
  readonly forwarder: Forwarder<DispatchOrder>;
  readonly leases: BudgetLeases;
};

/** Carries out a recorded decision: a route goes to a dispatcher, all else back to ingress. */
export function actOnDecision(made: MadeDecision, { replier, forwarder, leases }: Outlets): void {
  const { action } = made.decision;
  const { replyTo, deadlineAtMs } = made.item.route;
  const nowMs = Date.now();
  const told = made.accounts.length === 0 ? null : rateStates(made.accounts, leases, nowMs);
  const rates = told === null ? {} : { rates: told };
  if (action.kind === "refuse") {
    const healthy = { nowMs, idAt: (index: number) => made.view.idAt(index) };
    const afterMs =
      action.code === "none-healthy"
        ? retryAfterMs(made.decision, made.health, healthy)
        : (made.throttledForMs ?? budgetRetryAfterMs(made.decision, made.accounts, nowMs));
    replier.reply(replyTo, { ...refusedReply(made, action, afterMs), ...rates });
  } else if (action.kind === "serve-cached") {
    replier.reply(replyTo, { ...cachedReply(made, action), ...rates });
  } else {
    // The lease may have expired since, and what was left of it be given to another instance.
    const isLate = made.parts.length > 0 && nowMs - made.input.nowMs > RECORDED_WITHIN_MS;
    if (deadlineAtMs <= nowMs || isLate) throw deadlineExceeded();
    const recordUs = Math.round((performance.now() - made.decidedAtMs) * US_PER_MS);
    const timing = { ...made.item.timing, decideUs: made.decideUs, recordUs };
    const order = { plan: planOf(action, made.view), redact: redactedBy(made.decision), timing };
    forwarder.send({ ...dispatchOrder(made, action, order), ...rates });
  }
}

export function deadlineExceeded(): SignalboxError {
  return new SignalboxError("deadline-exceeded", "The request's time is over.", { details: { stage: "policy" } });
}

function planOf({ plan, planOutputTokens }: Extract<Action, { kind: "route" }>, view: EndpointView): PlanEndpoint[] {
  return plan.map((id, index) => {
    const endpoint = view.endpoint(id);
    if (endpoint === undefined) throw new Error(`the plan names ${id}, which the catalogue does not hold`);
    const maxOutputTokens = planOutputTokens?.[index];
    return maxOutputTokens === undefined ? endpoint : { ...endpoint, maxOutputTokens };
  });
}
