import type { Attempt, OutcomeEvent } from "@signalbox/proto";
import type { BudgetDefinition } from "./budget-definition.ts";

/** The part of an outcome that costs something. */
export type CostlyOutcome = {
  readonly attempts: readonly (Pick<Attempt, "endpoint" | "costPicoUsd"> & {
    readonly usage: Pick<Attempt["usage"], "inputTokens" | "outputTokens">;
  })[];
  readonly costPicoUsd: OutcomeEvent["costPicoUsd"];
  readonly result: OutcomeEvent["result"];
};

/**
 * What an outcome settles of a budget, in the budget's unit. `covers` says which endpoints are charged to it; null: all. An
 * attempt without a known price settles nothing of a money budget. Returns null for an abandoned request, of which all that
 * was reserved counts as spent.
 */
export function chargeOfOutcome(
  { kind, unit }: Pick<BudgetDefinition, "kind" | "unit">,
  outcome: CostlyOutcome,
  covers: ((endpoint: string) => boolean) | null,
): bigint | null {
  if (kind === "concurrency") return 0n;
  if (unit === "requests") return 1n;
  if (outcome.result === "abandoned") return null;
  if (unit === "pico-usd" && covers === null && outcome.costPicoUsd !== null) return BigInt(outcome.costPicoUsd);
  return outcome.attempts
    .filter(({ endpoint }) => covers === null || covers(endpoint))
    .map(({ usage, costPicoUsd }) =>
      unit === "tokens" ? BigInt(usage.inputTokens + usage.outputTokens) : BigInt(costPicoUsd ?? 0),
    )
    .reduce((sum, each) => sum + each, 0n);
}
