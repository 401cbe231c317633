import type { DecisionInput, PolicyTrace } from "@signalbox/proto";
import type { Candidate } from "../candidate.ts";
import type { Coverage } from "./coverage.ts";
import type { GatheredEffects } from "./gather-effects.ts";
import { seededDraw } from "./seeded-draw.ts";

const ALL_MICRO = 1_000_000;

/** A part of all requests, and the candidates that it chooses among. */
export type Arm = {
  /** null: the requests that no arm of a split takes. */
  readonly name: string | null;
  readonly share: number;
  readonly members: readonly Candidate[];
};

export type DrawnArms = {
  /** Their shares add up to a million. */
  readonly arms: readonly Arm[];
  readonly drawn: Arm;
  readonly rule: string;
};

/** null when no rule draws, or none of what it could draw is eligible. The request's id is the seed. */
export function drawArm(
  candidates: readonly Candidate[],
  { effects, coverage, input }: { effects: GatheredEffects; coverage: Coverage; input: DecisionInput },
): DrawnArms | null {
  if (effects.draw === null) return null;
  const { rule, value } = effects.draw;
  const among = (selector: string): Candidate[] => {
    const cover = coverage.of(selector);
    return candidates.filter(({ index }) => cover[index] === 1);
  };
  const arms =
    value.weights === undefined
      ? splitArms(
          (value.split ?? []).map(({ arm, share, to }) => ({ name: arm, share, members: among(to) })),
          candidates,
        )
      : weightedArms(value.weights.map(({ of, weight }) => ({ name: of, share: weight, members: among(of) })));
  const drawn = armAt(arms, seededDraw(input.facts.requestId, rule));
  return drawn === undefined ? null : { arms, drawn, rule };
}

export function traceOf(draw: DrawnArms | null): PolicyTrace["arm"] {
  if (draw === null || draw.drawn.name === null) return null;
  return { arm: draw.drawn.name, rule: draw.rule, share: draw.drawn.share };
}

/** What an arm without an eligible endpoint would take is decided as without the split. */
function splitArms(arms: readonly Arm[], candidates: readonly Candidate[]): Arm[] {
  const able = arms.filter(({ members }) => members.length > 0);
  const rest = able.reduce((left, { share }) => left - share, ALL_MICRO);
  return rest > 0 ? [...able, { name: null, share: rest, members: candidates }] : able;
}

/** Weights as shares of a million; the rounding falls to the last. */
function weightedArms(arms: readonly Arm[]): Arm[] {
  const able = arms.filter(({ members }) => members.length > 0);
  const total = able.reduce((sum, { share }) => sum + share, 0);
  let left = ALL_MICRO;
  return able.map((arm, at) => {
    const share = at === able.length - 1 ? left : Math.floor((arm.share * ALL_MICRO) / total);
    left -= share;
    return { ...arm, share };
  });
}

function armAt(arms: readonly Arm[], draw: number): Arm | undefined {
  let upTo = 0;
  return arms.find(({ share }) => {
    upTo += share;
    return draw < upTo;
  });
}
