import { type DialectName, formOf } from "@signalbox/proto";
import { best } from "./rank-candidates.ts";
import type { Candidate, CompareCandidates } from "./candidate.ts";
import type { Cover } from "./policy/coverage.ts";

type PlanRequest = {
  readonly first: Candidate;
  readonly compare: CompareCandidates;
  /** Endpoints in the plan at the most. */
  readonly max: number;
  /** Output tokens that the whole plan is bounded by. */
  readonly outputTokens: number;
  /** What a rule wants after the first, in order; null: what is best for the request's chances. */
  readonly chain: readonly Cover[] | null;
  /** The form of the request where nothing of it may be lost: an endpoint that speaks it loses nothing. */
  readonly form: DialectName | null;
};

/** A fallback can give as many tokens as the plan allows. */
export function planEndpoints(candidates: readonly Candidate[], request: PlanRequest): string[] {
  const able = candidates.filter(
    ({ endpoint, affordable }) =>
      affordable >= request.outputTokens &&
      (endpoint.maxOutputTokens === null || endpoint.maxOutputTokens >= request.outputTokens),
  );
  const plan = request.chain === null ? wholePlan(able, request) : chainedPlan(able, request, request.chain);
  return plan.map(({ endpoint }) => endpoint.id);
}

/** Where nothing may be lost, the plan ends with an endpoint that loses nothing for certain, if there is one. */
function wholePlan(able: readonly Candidate[], request: PlanRequest): Candidate[] {
  const plan = freePlan(able, request);
  const { form, max, compare } = request;
  const speaks = ({ endpoint }: Candidate): boolean => formOf(endpoint.dialect) === form;
  if (form === null || max === 1 || plan.some(speaks)) return plan;
  return [...plan.slice(0, max - 1), ...best(able.filter(speaks), compare, 1), ...plan.slice(max - 1)].slice(0, max);
}

/** The best of each link that is not in the plan yet. */
function chainedPlan(able: readonly Candidate[], request: PlanRequest, chain: readonly Cover[]): Candidate[] {
  const plan = [request.first];
  for (const cover of chain) {
    if (plan.length === request.max) break;
    const fits = able.filter((candidate) => cover[candidate.index] === 1 && !plan.includes(candidate));
    plan.push(...best(fits, request.compare, 1));
  }
  return plan;
}

/**
 * The first, then fallbacks: the best of each other provider, because what stops one endpoint often stops its
 * provider's others too, and then the best of those left. Where rules prefer some, their order is kept instead.
 */
function freePlan(able: readonly Candidate[], { first, compare, max }: PlanRequest): Candidate[] {
  const plan = [first];
  if (able.every(({ preference }) => preference === first.preference)) {
    const bestOf = new Map<string, Candidate>();
    for (const candidate of able) {
      const known = bestOf.get(candidate.endpoint.provider);
      if (known === undefined || compare(candidate, known) < 0) bestOf.set(candidate.endpoint.provider, candidate);
    }
    bestOf.delete(first.endpoint.provider);
    plan.push(...best([...bestOf.values()], compare, max - 1));
  }
  if (plan.length < max) {
    const rest = best(able, compare, max + plan.length).filter((candidate) => !plan.includes(candidate));
    plan.push(...rest.slice(0, max - plan.length));
  }
  return plan;
}
