import { createHash } from "node:crypto";
import { type DecideItem, type Obligation, SignalboxError } from "@signalbox/proto";
import { type ChargingOptions, decideCharged } from "../budgets/decide-charged.ts";
import { makeDecision, type MadeDecision } from "../made-decision.ts";
import type { Taken, Throttles } from "./throttles.ts";

type ThrottleOrder = Extract<Obligation, { kind: "throttle" }>;

type ThrottlingOptions = ChargingOptions & { readonly throttles: Throttles };

const RETRY_AFTER_MS = 1_000;

/**
 * Decides, and lets the request through the throttles that the policy's rules order for it. One that a throttle holds up is
 * decided anew with the names of its rules in the input, so that the refusal is a decision like any other. A request that the
 * line tries again counts once.
 */
export function decideThrottled(item: DecideItem, options: ThrottlingOptions): MadeDecision | Promise<MadeDecision> {
  const made = decideCharged(item, options);
  if (!options.documents.hasThrottles || item.facts.attempt > 1) return made;
  return made instanceof Promise ? made.then((each) => throttle(each, options)) : throttle(made, options);
}

function throttle(made: MadeDecision, options: ThrottlingOptions): MadeDecision | Promise<MadeDecision> {
  if (made.decision.action.kind === "refuse") return made;
  const orders = (made.decision.policy?.obligations ?? []).filter((each) => each.kind === "throttle");
  if (orders.length === 0) return made;
  const takes = orders.map((order) => options.throttles.take(accountOf(order, made), order.requestsPerMinute));
  const known = takes.flatMap((each) => (each instanceof Promise ? [] : [each]));
  if (known.length === takes.length) return judged(made, { orders, taken: known }, options);
  return Promise.all(takes.map((each) => Promise.resolve(each))).then(
    (taken) => judged(made, { orders, taken }, options),
    (error: unknown) => {
      options.leases.undo(made.parts);
      throw unavailable(error);
    },
  );
}

function judged(
  made: MadeDecision,
  { orders, taken }: { orders: readonly ThrottleOrder[]; taken: readonly Taken[] },
  options: ThrottlingOptions,
): MadeDecision | Promise<MadeDecision> {
  const throttled: string[] = [];
  let freesInMs = 0;
  for (const [at, order] of orders.entries()) {
    const each = taken[at];
    if (each?.kind !== "refused") continue;
    throttled.push(order.rule);
    freesInMs = Math.max(freesInMs, each.freesInMs);
  }
  if (throttled.length === 0) return made;
  options.leases.undo(made.parts);
  // Another policy has come into force meanwhile, and its rules may be others.
  if (made.input.documents.policy !== options.documents.names.policy) return decideThrottled(made.item, options);
  const { budgets, keyScope, context, nowMs } = made.input;
  const refused = makeDecision(made.item, {
    engine: options.engine,
    documents: options.documents,
    accounts: made.accounts,
    nowMs,
    budgetUsed: context?.budgetUsed ?? null,
    input: {
      ...(budgets === undefined ? {} : { budgets }),
      ...(keyScope === undefined ? {} : { keyScope }),
      throttled,
    },
  });
  return { ...refused, throttledForMs: freesInMs };
}

/** Whose requests a rule counts. What nobody knows of a request is one account for all of which it is not known. */
function accountOf({ rule, by }: ThrottleOrder, { item }: MadeDecision): string {
  const { tenant, keyId } = item.facts;
  const { team, project, user } = item.route.caller ?? {};
  const whose = { key: keyId, tenant, team, project, user }[by] ?? "";
  return createHash("sha256")
    .update(JSON.stringify([rule, by, tenant, whose]))
    .digest("hex");
}

function unavailable(cause: unknown): SignalboxError {
  return new SignalboxError("stage-unavailable", "The throttles of this request cannot be read now.", {
    details: { stage: "policy", retryAfterMs: RETRY_AFTER_MS },
    cause,
  });
}
