import type { Decision, Strategy } from "@signalbox/proto";
import type { Candidate, CompareCandidates } from "./candidate.ts";
import type { Arm, DrawnArms } from "./policy/arms.ts";
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

type ChoiceRequest = {
  readonly strategy: Strategy;
  /** The input's, which decides whether half-open endpoints are probed. */
  readonly draw: number;
  /** What the policy has drawn, if one of its rules draws. */
  readonly arms: DrawnArms | null;
};

/** One way in which chance may fall, and how often it does. */
type Chance = { readonly compare: CompareCandidates; readonly share: number };

/** null when there is nothing to choose. Looks at all that chance could have chosen, so that each propensity is known. */
export function choose(candidates: readonly Candidate[], { strategy, draw, arms }: ChoiceRequest): Choice | null {
  const probing = draw < DRAWS / PROBE_ONE_IN;
  const preferred = candidates.some(({ preference }) => preference > 0);
  // With nothing to probe both orders are the plain one.
  const anyHalfOpen = candidates.some(({ halfOpen }) => halfOpen);
  const probeShare = CERTAIN_MICRO / PROBE_ONE_IN;
  const plain = rankingOf(strategy, { probe: probing || !anyHalfOpen, preferred });
  const chances: Chance[] = [{ compare: plain, share: CERTAIN_MICRO }];
  if (anyHalfOpen) {
    const share = probing ? probeShare : CERTAIN_MICRO - probeShare;
    const other = rankingOf(strategy, { probe: !probing, preferred });
    chances.splice(0, 1, { compare: plain, share }, { compare: other, share: CERTAIN_MICRO - share });
  }
  const compare = arms === null ? plain : membersFirst(arms.drawn, plain);
  const ranked = best(candidates, compare, RANKED_MAX);
  const [first] = ranked;
  if (first === undefined) return null;
  const propensities = propensitiesOf({ first, candidates, arms, chances });
  const probed = (propensities[0]?.propensity ?? 0) < CERTAIN_MICRO && probing && anyHalfOpen && first.halfOpen;
  return {
    first,
    ranked,
    compare,
    reason: probed ? "half-open-probe" : reasonFor(first, strategy, arms),
    propensities,
  };
}

function membersFirst({ members }: Arm, compare: CompareCandidates): CompareCandidates {
  const inside = new Set(members);
  return (a, b) => Number(inside.has(b)) - Number(inside.has(a)) || compare(a, b);
}

/** The chosen one first; shares are rounded down and the chosen one has what is left, so that they add up. */
function propensitiesOf(options: {
  first: Candidate;
  candidates: readonly Candidate[];
  arms: DrawnArms | null;
  chances: readonly Chance[];
}): Decision["propensities"] {
  const { first, candidates, chances } = options;
  if (options.arms === null && chances.length === 1) {
    return [{ endpoint: first.endpoint.id, propensity: CERTAIN_MICRO }];
  }
  const arms = options.arms?.arms ?? [{ name: null, share: CERTAIN_MICRO, members: candidates }];
  const others = new Map<string, number>();
  for (const arm of arms) {
    for (const { compare, share } of chances) {
      const [would] = best(arm.members, compare, 1);
      if (would === undefined || would === first) continue;
      const both = Math.floor((arm.share * share) / CERTAIN_MICRO);
      others.set(would.endpoint.id, (others.get(would.endpoint.id) ?? 0) + both);
    }
  }
  const rest = [...others].map(([endpoint, propensity]) => ({ endpoint, propensity }));
  const left = rest.reduce((sum, { propensity }) => sum - propensity, CERTAIN_MICRO);
  return [{ endpoint: first.endpoint.id, propensity: left }, ...rest];
}

function reasonFor(first: Candidate, strategy: Strategy, arms: DrawnArms | null): string {
  if (arms !== null && arms.drawn.name !== null) return "policy-draw";
  if (strategy === "value") return first.goodEnough ? "cheapest-good-enough" : "none-good-enough";
  if (strategy === "latency") return first.latencyMs === null ? "latency-unknown" : "lowest-latency";
  return PLAIN_REASONS[strategy];
}
