import type { LoadResult } from "./load.ts";
import type { Scenario } from "./scenario.ts";
import { median, standardDeviation } from "./percentile.ts";
import type { TargetName } from "./target.ts";

export type Case = { readonly scenario: Scenario; readonly connections: number };

/** All rounds of one target in one case. */
export type Measurement = Case & { readonly target: TargetName; readonly rounds: readonly LoadResult[] };

/** Figures that can be compared between targets. */
export type Figure = "requestsPerSecond" | "p50Ms" | "p99Ms";

export function figureOf(measurement: Measurement, figure: Figure): number {
  return median(measurement.rounds.map((round) => round[figure]));
}

/** Which figure of which target is compared with which other's. */
type Comparison = Case & { readonly figure: Figure; readonly of: TargetName; readonly over: TargetName };

/**
 * A figure of one target over the same figure of another: the median over the rounds, each of which measured both within
 * the same minute. NaN when either was not measured in this case.
 */
export function ratioOf(measurements: readonly Measurement[], where: Comparison): number {
  return median(ratiosOf(measurements, where));
}

/** How far the rounds' ratios lie apart: their standard deviation. NaN for less than two rounds. */
export function spreadOf(measurements: readonly Measurement[], where: Comparison): number {
  return standardDeviation(ratiosOf(measurements, where));
}

function ratiosOf(measurements: readonly Measurement[], where: Comparison): number[] {
  const roundsOf = (target: TargetName): readonly LoadResult[] =>
    measurements.find(
      (each) => each.target === target && each.scenario === where.scenario && each.connections === where.connections,
    )?.rounds ?? [];
  const others = roundsOf(where.over);
  return roundsOf(where.of).flatMap((round, at) => {
    const other = others[at];
    return other === undefined ? [] : [round[where.figure] / other[where.figure]];
  });
}
