import type { Action, Decision, DecisionInput, RankedEndpoint } from "@signalbox/proto";
import { judgeCache, storeTtlSeconds } from "./cache-rule.ts";
import { type Candidate, compareText } from "./candidate.ts";
import { CERTAIN_MICRO, choose } from "./choose.ts";
import { filterCandidates, type Filtered } from "./filter-candidates.ts";
import { formatIndexRanges } from "./index-ranges.ts";
import { askedOutput, outputBound } from "./output-bound.ts";
import { parseModel } from "./parse-model.ts";
import { planEndpoints } from "./plan.ts";
import { type DecisionDocuments, type PreparedDocuments, prepareDocuments } from "./prepare-documents.ts";
import { type Refusal, refuseAll, refuseUnknownModel, refuseUnknownStrategy } from "./refuse.ts";
import { type ResolvedModel, resolvePinned } from "./resolve-model.ts";

/** Which endpoints answer a request: a pure function of its arguments, which the record holds. */
export function decide(input: DecisionInput, documents: DecisionDocuments): Decision {
  return decidePrepared(input, prepareDocuments(documents));
}

/** `decide` for documents that serve many decisions. */
export function decidePrepared(input: DecisionInput, documents: PreparedDocuments): Decision {
  const request = parseModel(input.facts.model, documents.policy);
  if (request.kind === "unknown-strategy") return refuseAtOnce(refuseUnknownStrategy(request.name), input, documents);
  const model = request.kind === "auto" ? request : resolvePinned(request.name, documents);
  if (model === null) return refuseAtOnce(refuseUnknownModel(input.facts.model, documents), input, documents);
  return decideResolved(input, documents, model);
}

/** The request names nothing that could be filtered. */
function refuseAtOnce(action: Refusal, input: DecisionInput, documents: PreparedDocuments): Decision {
  return { ...decisionHead(input, documents), strategy: "pinned", action, reason: action.code };
}

function decideResolved(input: DecisionInput, documents: PreparedDocuments, model: ResolvedModel): Decision {
  const asked = askedOutput(input.facts, documents.policy);
  const filtered = filterCandidates(documents, { input, model, asked });
  const { candidates } = filtered;
  const choice = choose(candidates, model.strategy, input.draw);
  const verdict = judgeCache(input, documents, filtered);
  const excluded = groupByRule(filtered.rules);
  const head = {
    ...decisionHead(input, documents),
    strategy: model.strategy,
    eligible: candidates.length,
    excluded,
    ranked: choice === null ? [] : choice.ranked.map(recordOf),
  };
  if (verdict.kind === "hit") {
    const propensities = [{ endpoint: verdict.action.endpoint, propensity: CERTAIN_MICRO }];
    return { ...head, cache: "hit", action: verdict.action, reason: "cache-hit", propensities };
  }
  if (choice === null) {
    const action = refuseAll(input.facts.model, excluded);
    return { ...head, cache: verdict.kind, action, reason: action.code };
  }
  const { first, compare, reason, propensities } = choice;
  const bound = outputBound(first.endpoint, asked, input.classification.inputTokens);
  const max = documents.policy.planMax;
  const action: Action = {
    kind: "route",
    plan: planEndpoints(candidates, { first, compare, max, outputTokens: bound.tokens }),
    maxOutputTokens: bound.tokens,
    maxOutputSource: bound.source,
    storeTtlSeconds: storeTtlSeconds(input, documents.policy),
  };
  return { ...head, cache: verdict.kind, action, reason, propensities };
}

/** What every decision states, with the values of one that looked at no endpoint. */
function decisionHead(input: DecisionInput, documents: PreparedDocuments) {
  const { status } = input.lookup;
  return {
    schema: "signalbox.decision.v1",
    requiredQuality: input.classification.difficulty,
    considered: documents.endpoints.length,
    eligible: 0,
    excluded: [] as Decision["excluded"],
    ranked: [] as Decision["ranked"],
    propensities: [] as Decision["propensities"],
    cache: status === "hit" ? "hit-not-allowed" : status,
  } as const;
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
    .map(([rule, indexes]) => ({ rule, count: indexes.length, endpoints: formatIndexRanges(indexes) }));
}

function recordOf(candidate: Candidate): RankedEndpoint {
  return {
    endpoint: candidate.endpoint.id,
    quality: candidate.quality,
    qualitySource: candidate.qualitySource,
    costPicoUsd: candidate.cost === null ? null : String(candidate.cost),
    latencyMs: candidate.latencyMs,
    goodEnough: candidate.goodEnough,
  };
}
