import { checkBar } from "./bar.ts";
import { figureOf, ratioOf, spreadOf, type Case, type Measurement } from "./measurement.ts";
import type { TargetName } from "./target.ts";
import { textTable } from "./text-table.ts";

const FIGURE_NAMES = { requestsPerSecond: "requests/s", p50Ms: "p50", p99Ms: "p99" } as const;

/** The figures, the ratios and the bar, for people. */
export function renderReport(measurements: readonly Measurement[], notes: readonly string[]): string {
  return [renderFigures(measurements), renderRatios(measurements), renderBar(measurements), ...notes].join("\n\n");
}

function renderFigures(measurements: readonly Measurement[]): string {
  const header = ["scenario", "target", "connections", "requests/s", "p50 ms", "p99 ms", "answers", "failed"];
  const rows = measurements.map((each) => [
    each.scenario,
    each.target,
    String(each.connections),
    figureOf(each, "requestsPerSecond").toFixed(0),
    figureOf(each, "p50Ms").toFixed(3),
    figureOf(each, "p99Ms").toFixed(3),
    String(sum(each.rounds.map((round) => round.completed))),
    String(sum(each.rounds.map((round) => round.failed))),
  ]);
  return textTable(header, rows, 2);
}

function renderRatios(measurements: readonly Measurement[]): string {
  const header = ["Signalbox over", "scenario", "connections", "requests/s", "± rounds", "p50", "p99"];
  const others: TargetName[] = ["before", "portkey", "sketch", "floor", "direct"];
  const rows = others.flatMap((over) =>
    casesOf(measurements).flatMap(({ scenario, connections }) => {
      const pair = { scenario, connections, of: "signalbox", over } as const;
      const rate = { ...pair, figure: "requestsPerSecond" } as const;
      const figures = [
        ratioOf(measurements, rate),
        spreadOf(measurements, rate),
        ratioOf(measurements, { ...pair, figure: "p50Ms" }),
        ratioOf(measurements, { ...pair, figure: "p99Ms" }),
      ];
      if (Number.isNaN(figures[0])) return [];
      const cells = figures.map((each) => (Number.isNaN(each) ? "–" : each.toFixed(3)));
      return [[over, scenario, String(connections), ...cells]];
    }),
  );
  return rows.length === 0 ? "No ratios: Signalbox or all others were not measured." : textTable(header, rows, 2);
}

function renderBar(measurements: readonly Measurement[]): string {
  const rows = checkBar(measurements).map(({ connections, figure, limit, ratio, sketch, passed }) => [
    `${FIGURE_NAMES[figure]} at ${connections}`,
    `${limit} Portkey`,
    ratio === null ? "–" : ratio.toFixed(3),
    sketch === null ? "–" : sketch.toFixed(3),
    passed === null ? "not measured" : passed ? "pass" : "FAIL",
  ]);
  return textTable(["bar, whole answers", "limit", "ratio", "sketch's", "result"], rows, 2);
}

function casesOf(measurements: readonly Measurement[]): Case[] {
  const byName = new Map(measurements.map((each) => [`${each.scenario} ${each.connections}`, each as Case]));
  return [...byName.values()];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
