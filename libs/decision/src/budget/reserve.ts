import type { Action, BudgetReservation, DecisionInput } from "@signalbox/proto";
import { estimateCost, type Tokens } from "../estimate-cost.ts";
import type { PreparedDocuments, PreparedEndpoint } from "../prepare-documents.ts";
import { isCharged, type Means } from "./means.ts";

export type Route = Extract<Action, { kind: "route" }>;

/**
 * Of every budget that an endpoint of the plan is charged to, the most that one answer can cost at its output bound: what
 * is dearest of these endpoints. A fallback that follows an attempt which was billed too may come to more; that is settled
 * as reported, as excess.
 */
export function reserve(
  { plan, maxOutputTokens }: Route,
  input: DecisionInput,
  { documents, means }: { documents: PreparedDocuments; means: Means },
): BudgetReservation[] {
  const { inputTokens } = input.classification;
  const tokens = { input: inputTokens, output: maxOutputTokens * input.facts.choices, asked: input.facts };
  const planned = plan.flatMap((id) => documents.byId.get(id) ?? []);
  return means.flatMap((each) => {
    const charged = planned.filter(({ index }) => isCharged(each, index));
    if (charged.length === 0) return [];
    const { budget, unit, lease } = each.state;
    if (unit === "requests") return { amount: "1", budget, lease };
    const amount = unit === "tokens" ? tokens.input + tokens.output : dearestOf(charged, tokens);
    return { amount: String(amount), budget, lease };
  });
}

/** A cached answer is one request, and takes neither money, tokens nor a place among those at work. */
export function reserveForKept(index: number, means: Means): BudgetReservation[] {
  return means
    .filter((each) => each.state.unit === "requests" && each.state.kind !== "concurrency" && isCharged(each, index))
    .map(({ state: { budget, lease } }) => ({ amount: "1", budget, lease }));
}

function dearestOf(charged: readonly PreparedEndpoint[], tokens: Tokens): bigint {
  return charged
    .map(({ endpoint }) => BigInt(estimateCost(endpoint.price, tokens) ?? 0))
    .reduce((most, cost) => (cost > most ? cost : most), 0n);
}
