import type { Decision, DecisionInput, PolicyTrace, RankedEndpoint } from "@signalbox/proto";
import { meansOf } from "./budget/means.ts";
import { reserve, reserveForKept, type Route } from "./budget/reserve.ts";
import { cacheTerms, judgeCache, storeTtlSeconds } from "./cache-rule.ts";
import { type Candidate, compareText } from "./candidate.ts";
import { CERTAIN_MICRO, choose, type Choice } from "./choose.ts";
import { comparable } from "./comparable.ts";
import { filterCandidates, type Filtered } from "./filter-candidates.ts";
import { formatIndexRanges } from "./index-ranges.ts";
import { type AskedOutput, askedOutput, outputBound, type OutputBound, streamBound } from "./output-bound.ts";
import { planEndpoints } from "./plan.ts";
import { type DrawnArms, drawArm, traceOf } from "./policy/arms.ts";
import { evaluatePolicy, type PolicyVerdict } from "./policy/evaluate-policy.ts";
import { isHealthy } from "./policy/is-healthy.ts";
import { narrow, withinResidency, withinScope } from "./policy/narrow.ts";
import { type DecisionDocuments, type PreparedDocuments, prepareDocuments } from "./prepare-documents.ts";
import { type Refusal, refuseAll, refuseByGuard, refuseByPolicy, refuseThrottled } from "./refuse.ts";
import { type RequestTarget, resolveTarget } from "./resolve-target.ts";

/** Which endpoints answer a request: a pure function of its arguments, which the record holds. */
export function decide(input: DecisionInput, documents: DecisionDocuments): Decision {
  return decidePrepared(input, prepareDocuments(documents));
}

/** A request with what the policy's rules say of it: what all the rest of a decision is made from. */
type Judged = {
  readonly input: DecisionInput;
  readonly documents: PreparedDocuments;
  readonly verdict: PolicyVerdict;
};

/** `decide` for documents that serve many decisions. */
export function decidePrepared(input: DecisionInput, documents: PreparedDocuments): Decision {
  const verdict = evaluatePolicy(input, documents.policy, {
    ...documents.compiled,
    healthy: (selector) => isHealthy(selector, documents, input.nowMs),
  });
  const judged = { input, documents, verdict };
  const blocked = refuseByGuard(input.facts.guard);
  if (blocked !== null) return refuseAtOnce(judged, blocked);
  if (verdict.denied !== null) return refuseAtOnce(judged, refuseByPolicy(verdict.denied.message));
  const throttled = refuseThrottled(input.throttled, verdict.trace);
  if (throttled !== null) return refuseAtOnce(judged, throttled);
  const target = resolveTarget(input.facts.model, documents, verdict.effects);
  if (target.kind === "refused") return refuseAtOnce(judged, target.refusal);
  return decideResolved(judged, target);
}

/** Nothing is left that could be filtered. */
function refuseAtOnce(judged: Judged, action: Refusal): Decision {
  return decisionOf(judged, { action, reason: action.code });
}

function decideResolved(judged: Judged, { model, route }: Extract<RequestTarget, { kind: "resolved" }>): Decision {
  const { input, documents, verdict } = judged;
  const { effects } = verdict;
  const { coverage } = documents.compiled;
  const asked = askedOutput(input.facts, documents.policy, effects.maxOutputTokens?.value ?? null);
  const narrowing = withinResidency(
    withinScope(narrow(effects, coverage, route), input.keyScope, coverage),
    input.residency,
    coverage,
  );
  const means = input.budgets === undefined ? null : meansOf(input.budgets, coverage);
  const filtered = filterCandidates(documents, { input, model, asked, narrowing, means });
  const { candidates } = filtered;
  const arms = drawArm(candidates, { effects, coverage, input });
  const choice = choose(candidates, { strategy: model.strategy, draw: input.draw, arms });
  const terms = cacheTerms(documents.policy, effects);
  const cached = judgeCache(input, documents, { filtered, terms });
  const excluded = groupByRule(filtered.rules);
  const ranked = choice === null ? [] : choice.ranked.map(recordOf);
  const found = { strategy: model.strategy, eligible: candidates.length, excluded, ranked, cache: cached.kind };
  if (cached.kind === "hit") {
    const { action } = cached;
    const propensities = [{ endpoint: action.endpoint, propensity: CERTAIN_MICRO }];
    const reserved = means === null ? [] : reserveForKept(documents.byId.get(action.endpoint)?.index ?? -1, means);
    const charged = reserved.length === 0 ? {} : { reserved };
    return decisionOf(judged, { ...found, action, reason: "cache-hit", propensities, ...charged });
  }
  if (choice === null) {
    const { inputTokens } = input.classification;
    const action = refuseAll(input.facts.model, excluded, { inputTokens, asked, documents });
    return decisionOf(judged, { ...found, action, reason: action.code, arms });
  }
  // What a budget must answer for stays at the default, so that one long stream does not hold all of it.
  const { stream, operation } = input.facts;
  const mayBeLong = stream && operation === "chat" && asked.source === "default" && means === null;
  const ttlSeconds = storeTtlSeconds(input, terms);
  const action = routeTo(choice, { judged, candidates, asked, mayBeLong, storeTtlSeconds: ttlSeconds });
  const reserved = means === null ? {} : { reserved: reserve(action, input, { documents, means }) };
  const { reason, propensities } = choice;
  return decisionOf(judged, { ...found, action, reason, propensities, arms, ...reserved });
}

function routeTo(
  { first, compare }: Choice,
  options: {
    judged: Judged;
    candidates: readonly Candidate[];
    asked: AskedOutput;
    mayBeLong: boolean;
    storeTtlSeconds: number | null;
  },
): Route {
  const { judged, candidates, asked } = options;
  const { input, documents, verdict } = judged;
  const wanted = outputBound(first.endpoint, asked, input.classification.inputTokens);
  const bound = first.affordable < wanted.tokens ? ({ tokens: first.affordable, source: "budget" } as const) : wanted;
  const chain = verdict.effects.fallbacks?.value.map((selector) => documents.compiled.coverage.of(selector)) ?? null;
  const max = documents.policy.planMax;
  const peers = comparable(candidates, { first, operation: input.facts.operation });
  const isWhole = documents.policy.translation === "enforce";
  const form = isWhole ? input.facts.dialect : null;
  const plan = planEndpoints(peers, { first, compare, max, outputTokens: bound.tokens, chain, form });
  const { planOutputTokens, ...bounds } = options.mayBeLong
    ? longBounds(plan, judged, asked)
    : { maxOutputSource: bound.source, maxOutputTokens: bound.tokens };
  return {
    kind: "route",
    ...bounds,
    plan,
    ...(planOutputTokens === undefined ? {} : { planOutputTokens }),
    storeTtlSeconds: options.storeTtlSeconds,
    ...(isWhole ? { translation: "enforce" } : {}),
  };
}

type Bounds = Pick<Route, "maxOutputTokens" | "maxOutputSource" | "planOutputTokens">;

/** How long a stream may be at each endpoint of its plan. */
function longBounds(plan: readonly string[], { input, documents }: Judged, asked: AskedOutput): Bounds {
  const { policy } = documents;
  const { inputTokens } = input.classification;
  const bounds = plan.flatMap((id): OutputBound[] => {
    const prepared = documents.byId.get(id);
    return prepared === undefined ? [] : [streamBound(prepared, { asked, policy, inputTokens })];
  });
  const [first] = bounds as [OutputBound, ...OutputBound[]];
  const same = bounds.every(({ tokens }) => tokens === first.tokens);
  return {
    maxOutputSource: first.source,
    maxOutputTokens: first.tokens,
    ...(same ? {} : { planOutputTokens: bounds.map(({ tokens }) => tokens) }),
  };
}

/** What a decision says of its own; the rest follows from the request. */
type Found = Pick<Decision, "action" | "reason"> & Partial<Decision> & { readonly arms?: DrawnArms | null };

/**
 * A decision, with the values of one that looked at no endpoint where nothing else was found. Its members stand in the
 * order of RFC 8785, here and wherever its parts are made, so that the engine's JSON is the very text that is signed.
 */
function decisionOf({ input, documents, verdict: { trace } }: Judged, found: Found): Decision {
  const { status } = input.lookup;
  const { reserved, arms = null } = found;
  return {
    action: found.action,
    cache: found.cache ?? (status === "hit" ? "hit-not-allowed" : status),
    considered: documents.endpoints.length,
    eligible: found.eligible ?? 0,
    excluded: found.excluded ?? [],
    ...(trace === null ? {} : { policy: tracedBy(trace, arms) }),
    propensities: found.propensities ?? [],
    ranked: found.ranked ?? [],
    reason: found.reason,
    requiredQuality: input.classification.difficulty,
    ...(reserved === undefined ? {} : { reserved }),
    schema: "signalbox.decision.v1",
    strategy: found.strategy ?? "pinned",
  };
}

function tracedBy(
  { applied, failed, obligations, tags }: NonNullable<PolicyVerdict["trace"]>,
  arms: DrawnArms | null,
): PolicyTrace {
  return { applied, arm: traceOf(arms), failed, obligations, tags };
}

function groupByRule(rules: Filtered["rules"]): Decision["excluded"] {
  const groups = new Map<string, number[]>();
  for (let index = 0; index < rules.length; index += 1) {
    const rule = rules[index] ?? null;
    if (rule === null) continue;
    const group = groups.get(rule);
    if (group === undefined) groups.set(rule, [index]);
    else group.push(index);
  }
  return [...groups]
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([rule, indexes]) => ({ count: indexes.length, endpoints: formatIndexRanges(indexes), rule }));
}

function recordOf(candidate: Candidate): RankedEndpoint {
  return {
    costPicoUsd: candidate.cost === null ? null : String(candidate.cost),
    endpoint: candidate.endpoint.id,
    goodEnough: candidate.goodEnough,
    latencyMs: candidate.latencyMs,
    quality: candidate.quality,
    qualitySource: candidate.qualitySource,
  };
}
