import type { Finding, FindingType } from "../finding.ts";

/** The places of a type that a record names; the count covers all. */
export const PLACES_MAX = 8;
/** The types that a record names, in their order. */
export const SUMMARY_TYPES_MAX = 32;

/** What was found, for a record: types, counts and places, and nothing of the text. */
export type TypeSummary = {
  readonly type: FindingType;
  readonly count: number;
  /** `[field, start, end]`, the first ones; field is 0 for a text that has none. */
  readonly places: readonly (readonly [number, number, number])[];
};

/** Sorted by type. */
export function summarise(findings: readonly (Finding & { readonly field?: number })[]): TypeSummary[] {
  return [...Map.groupBy(findings, ({ type }) => type)]
    .map(([type, found]) => ({
      type,
      count: found.length,
      places: found.slice(0, PLACES_MAX).map(({ field, start, end }) => [field ?? 0, start, end] as const),
    }))
    .toSorted((a, b) => (a.type < b.type ? -1 : 1))
    .slice(0, SUMMARY_TYPES_MAX);
}
