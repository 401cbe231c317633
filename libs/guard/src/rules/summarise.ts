import { GUARD_PLACES_MAX, GUARD_TYPES_MAX } from "@signalbox/proto";
import type { Finding, FindingType } from "../finding.ts";

/** What was found, for a record: types, counts and places, and nothing of the text. */
export type TypeSummary = {
  readonly type: FindingType;
  readonly count: number;
  /** `[field, start, end]`, the first ones; field is 0 for a text that has none. */
  readonly places: readonly (readonly [number, number, number])[];
};

/** Sorted by type, as many as a record names. */
export function summarise(findings: readonly (Finding & { readonly field?: number })[]): TypeSummary[] {
  return [...Map.groupBy(findings, ({ type }) => type)]
    .map(([type, found]) => ({
      type,
      count: found.length,
      places: found.slice(0, GUARD_PLACES_MAX).map(({ field, start, end }) => [field ?? 0, start, end] as const),
    }))
    .toSorted((a, b) => (a.type < b.type ? -1 : 1))
    .slice(0, GUARD_TYPES_MAX);
}
