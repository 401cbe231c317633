import { parseIndexRanges } from "@signalbox/decision";
import {
  type Action,
  type Decision,
  type DecideItem,
  type DispatchOrder,
  type HealthSnapshot,
  type PipelineReply,
  type PlanEndpoint,
  type Residency,
  SignalboxError,
} from "@signalbox/proto";

type Route = Extract<Action, { kind: "route" }>;
type ServeCached = Extract<Action, { kind: "serve-cached" }>;
type Refuse = Extract<Action, { kind: "refuse" }>;

/** A decision that is recorded, and the request that it was made for. */
type Decided = {
  readonly item: DecideItem;
  readonly decisionId: string;
  readonly residency?: readonly Residency[];
};

/** The order to carry out a route. `plan` names the decision's endpoints in its order. */
export function dispatchOrder(
  { item, decisionId, residency }: Decided,
  action: Route,
  more: { plan: PlanEndpoint[]; redact: string[]; timing: DispatchOrder["timing"] },
): DispatchOrder {
  const { facts, classification, cacheAddress } = item;
  // What only the policy's rules read is not sent on.
  const { caller: _caller, residency: _residency, ...route } = item.route;
  const { key } = facts.cache;
  const ttlSeconds = action.storeTtlSeconds;
  const mayStore = ttlSeconds !== null && cacheAddress !== null && key !== null;
  return {
    requestId: facts.requestId,
    attempt: facts.attempt,
    decisionId,
    tenant: facts.tenant,
    route,
    dialect: facts.dialect,
    ...(facts.operation === "chat" ? {} : { operation: facts.operation }),
    stream: facts.stream,
    choices: facts.choices,
    plan: more.plan,
    inputTokens: classification.inputTokens,
    // The caller's own bound stands in the body already.
    maxOutputTokens: action.maxOutputSource === "request" ? null : action.maxOutputTokens,
    store: mayStore ? { address: cacheAddress, key, ttlSeconds } : null,
    ...(action.translation === undefined ? {} : { translation: action.translation }),
    audit: facts.audit,
    ...(residency === undefined ? {} : { residency: [...residency] }),
    ...(more.redact.length === 0 ? {} : { redact: more.redact }),
    timing: more.timing,
  };
}

/** What the policy's rules order taken out of the body, sorted. */
export function redactedBy({ policy }: Decision): string[] {
  const names = (policy?.obligations ?? []).flatMap((each) => (each.kind === "redact" ? each.types : []));
  return [...new Set(names)].toSorted();
}

export function cachedReply({ item, decisionId, residency }: Decided, action: ServeCached): PipelineReply {
  const { facts, lookup, cacheAddress } = item;
  if (lookup.status !== "hit" || cacheAddress === null) throw new Error("a cached answer is served without a hit");
  return {
    kind: "cached",
    requestId: facts.requestId,
    attempt: facts.attempt,
    decisionId,
    entryId: action.entryId,
    address: cacheAddress,
    endpoint: action.endpoint,
    usage: lookup.usage,
    ...(residency === undefined ? {} : { residency: [...residency] }),
  };
}

export function refusedReply({ item, decisionId }: Decided, action: Refuse, afterMs: number | null): PipelineReply {
  const details = {
    ...(action.code === "model-not-found" ? { param: "model" } : {}),
    ...(afterMs === null ? {} : { retryAfterMs: afterMs }),
  };
  const error = new SignalboxError(action.code, action.message, { details }).toJSON();
  return { kind: "refused", requestId: item.facts.requestId, attempt: item.facts.attempt, decisionId, error };
}

/** When the first of the endpoints that only their circuit kept out may be tried again; null when there are none. */
export function retryAfterMs(
  decision: Decision,
  health: HealthSnapshot,
  context: { nowMs: number; idAt: (index: number) => string | undefined },
): number | null {
  const open = decision.excluded.find(({ rule }) => rule === "health:circuit-open");
  if (open === undefined) return null;
  const ids = new Set(parseIndexRanges(open.endpoints).map((index) => context.idAt(index)));
  const deadlines = health.endpoints.filter(({ endpoint }) => ids.has(endpoint)).map(({ openUntilMs }) => openUntilMs);
  return Math.max(1, Math.min(...deadlines) - context.nowMs);
}
