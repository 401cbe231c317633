import type { Decision, Strategy } from "@signalbox/proto";
import type { Candidate, CompareCandidates } from "./candidate.ts";
import { best, rankingOf } from "./rank-candidates.ts";

/** The best endpoints that a decision names; the rest are only counted. */
const RANKED_MAX = 16;

/** One draw in so many treats half-open endpoints like closed ones, so that a recovered one is found without a storm. */
const PROBE_ONE_IN = 16;
const DRAWS = 2 ** 32;
/** The propensity of what is chosen whatever the draw. */
export const CERTAIN_MICRO = 1_000_000;

const PLAIN_REASONS = { cost: "cheapest", quality: "highest-quality", pinned: "pinned" } as const;

export type Choice = {
  readonly first: Candidate;
  /** The best in order, `first` among them. */
  readonly ranked: readonly Candidate[];
  readonly compare: CompareCandidates;
  readonly reason: string;
  readonly propensities: Decision["propensities"];
};

/** null when there is nothing to choose. Ranks with and without probing, so that both outcomes' propensity is known. */
export function choose(candidates: readonly Candidate[], strategy: Strategy, draw: number): Choice | null {
  const probing = draw < DRAWS / PROBE_ONE_IN;
  // With nothing to probe both orders are the plain one.
  const anyHalfOpen = candidates.some(({ halfOpen }) => halfOpen);
  const compare = rankingOf(strategy, probing || !anyHalfOpen);
  const ranked = best(candidates, compare, RANKED_MAX);
  const other = anyHalfOpen ? best(candidates, rankingOf(strategy, !probing), 1) : ranked;
  const [first] = ranked;
  const [otherFirst] = other;
  if (first === undefined || otherFirst === undefined) return null;
  const id = first.endpoint.id;
  if (otherFirst === first) {
    const propensities = [{ endpoint: id, propensity: CERTAIN_MICRO }];
    return { first, ranked, compare, reason: reasonFor(first, strategy), propensities };
  }
  const probeShare = CERTAIN_MICRO / PROBE_ONE_IN;
  const share = probing ? probeShare : CERTAIN_MICRO - probeShare;
  const propensities = [
    { endpoint: id, propensity: share },
    { endpoint: otherFirst.endpoint.id, propensity: CERTAIN_MICRO - share },
  ];
  return { first, ranked, compare, reason: probing ? "half-open-probe" : reasonFor(first, strategy), propensities };
}

function reasonFor(first: Candidate, strategy: Strategy): string {
  if (strategy === "value") return first.goodEnough ? "cheapest-good-enough" : "none-good-enough";
  if (strategy === "latency") return first.latencyMs === null ? "latency-unknown" : "lowest-latency";
  return PLAIN_REASONS[strategy];
}
