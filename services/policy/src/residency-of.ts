import type { Decision, Residency } from "@signalbox/proto";
import type { DecisionDocuments } from "./decision-documents.ts";

/** More of them than any policy has of one request; beyond, the record of it would not fit a message. */
const RESIDENCIES_MAX = 32;

/**
 * What a conversation is held to after a decision on it: what it was held to before, and what the rules that applied require of
 * where it may go. null: nothing.
 */
export function residencyOf(
  { policy }: Decision,
  { policy: { rules }, hasResidency }: Pick<DecisionDocuments, "policy" | "hasResidency">,
  before: readonly Residency[] = [],
): readonly Residency[] | null {
  if (!hasResidency || policy === undefined) return before.length === 0 ? null : before;
  const applied = new Set(policy.applied.map(({ rule }) => rule));
  const required = rules.flatMap(({ name, effects: { require } }): Residency[] => {
    if (require === undefined || !applied.has(name)) return [];
    const { regions, zeroRetention, noTraining } = require;
    if (regions === undefined && zeroRetention === undefined && noTraining === undefined) return [];
    return [
      {
        ...(regions === undefined ? {} : { regions }),
        ...(zeroRetention === undefined ? {} : { zeroRetention }),
        ...(noTraining === undefined ? {} : { noTraining }),
      },
    ];
  });
  const each = new Map([...before, ...required].map((residency) => [JSON.stringify(residency), residency]));
  return each.size === 0 ? null : [...each.values()].slice(0, RESIDENCIES_MAX);
}
