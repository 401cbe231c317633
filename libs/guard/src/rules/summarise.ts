import { GUARD_PLACES_MAX, GUARD_TYPES_MAX } from "@signalbox/proto";
import type { Finding, FindingType } from "../finding.ts";

/** What was found, for a record: types, counts and places, and nothing of the text. */
type TypeSummary = {
  readonly type: FindingType;
  readonly count: number;
  /** The first ones as `[field, start, end]`; field is 0 for findings in a plain text. */
  readonly places: readonly (readonly [number, number, number])[];
};

/** Summarises findings by type, sorted, at most GUARD_TYPES_MAX types. */
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
