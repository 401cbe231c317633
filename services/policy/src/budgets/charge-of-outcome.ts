import type { Attempt, OutcomeEvent } from "@signalbox/proto";
import type { BudgetDefinition } from "./budget-definition.ts";

/** The part of an outcome that costs something. */
export type CostlyOutcome = {
  readonly attempts: readonly (Pick<Attempt, "endpoint" | "costPicoUsd"> & {
    readonly usage: Pick<Attempt["usage"], "inputTokens" | "outputTokens">;
  })[];
  readonly costPicoUsd: OutcomeEvent["costPicoUsd"];
};

/**
 * What an outcome settles of a budget. `covers` says which endpoints the budget is charged with; null: all. An attempt
 * whose price nobody knows settles nothing of a budget of money, as its leaf says.
 */
export function chargeOfOutcome(
  { kind, unit }: Pick<BudgetDefinition, "kind" | "unit">,
  outcome: CostlyOutcome,
  covers: ((endpoint: string) => boolean) | null,
): bigint {
  if (kind === "concurrency") return 0n;
  if (unit === "requests") return 1n;
  if (unit === "pico-usd" && covers === null && outcome.costPicoUsd !== null) return BigInt(outcome.costPicoUsd);
  return outcome.attempts
    .filter(({ endpoint }) => covers === null || covers(endpoint))
    .map(({ usage, costPicoUsd }) =>
      unit === "tokens" ? BigInt(usage.inputTokens + usage.outputTokens) : BigInt(costPicoUsd ?? 0),
    )
    .reduce((sum, each) => sum + each, 0n);
}
