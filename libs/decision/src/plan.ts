import { best } from "./rank-candidates.ts";
import type { Candidate, CompareCandidates } from "./candidate.ts";

export type PlanRequest = {
  readonly first: Candidate;
  readonly compare: CompareCandidates;
  /** Endpoints in the plan at the most. */
  readonly max: number;
  /** Output tokens that the whole plan is bounded by. */
  readonly outputTokens: number;
};

/**
 * The first, then fallbacks: the best of each other provider, because what stops one endpoint often stops its
 * provider's others too, and then the best of those left. A fallback can give as many tokens as the plan allows.
 */
export function planEndpoints(candidates: readonly Candidate[], request: PlanRequest): string[] {
  const { first, compare, max, outputTokens } = request;
  const able = candidates.filter(
    ({ endpoint }) => endpoint.maxOutputTokens === null || endpoint.maxOutputTokens >= outputTokens,
  );
  const bestOf = new Map<string, Candidate>();
  for (const candidate of able) {
    const known = bestOf.get(candidate.endpoint.provider);
    if (known === undefined || compare(candidate, known) < 0) bestOf.set(candidate.endpoint.provider, candidate);
  }
  bestOf.delete(first.endpoint.provider);
  const plan = [first, ...best([...bestOf.values()], compare, max - 1)];
  if (plan.length < max) {
    const rest = best(able, compare, max + plan.length).filter((candidate) => !plan.includes(candidate));
    plan.push(...rest.slice(0, max - plan.length));
  }
  return plan.map(({ endpoint }) => endpoint.id);
}
