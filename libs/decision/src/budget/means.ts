import { type BudgetState, type DecisionInput, type Endpoint, type Price, tierOf } from "@signalbox/proto";
import { dearest, inputPriceOf, searchCostOf } from "../estimate-cost.ts";
import type { Coverage, Cover } from "../policy/coverage.ts";

/** A budget with what is held of it, and the endpoints that it is charged with; null: all. */
type Left = { readonly state: BudgetState; readonly left: bigint; readonly cover: Cover | null };

/** What the budgets of a request leave. */
export type Means = readonly Left[];

/** What an endpoint of the catalogue can be used for, and the rule of the budget that leaves the least of it. */
type Afforded = {
  /** Output tokens for each choice; negative when there is not even room for the prompt. */
  readonly tokens: number;
  readonly rule: string;
};

type Request = Pick<DecisionInput, "facts" | "classification">;

export function meansOf(budgets: readonly BudgetState[], coverage: Coverage): Means {
  return budgets.map((state) => ({
    state,
    left: BigInt(state.left),
    cover: state.endpoints === undefined ? null : coverage.of(state.endpoints),
  }));
}

/** Whether the budget is charged when the endpoint at this index of the catalogue is used. */
export function isCharged({ cover }: Left, index: number): boolean {
  return cover === null || cover[index] === 1;
}

/**
 * What the budgets leave room for after the prompt is paid. What an unpriced endpoint costs cannot be promised to stay
 * within a budget of money, so there it is nothing.
 */
export function affordableOutput(
  { endpoint, index }: { endpoint: Endpoint; index: number },
  means: Means,
  request: Request,
): Afforded {
  let least: Afforded = { tokens: Infinity, rule: "" };
  for (const each of means) {
    if (!isCharged(each, index)) continue;
    const tokens = outputFor(each, endpoint.price, request);
    if (tokens < least.tokens) least = { tokens, rule: ruleOf(each.state) };
  }
  return least;
}

/** Only a limit on requests stands in the way of a cached answer, which costs nothing. */
export function barsKeptAnswers(rule: string): boolean {
  return !/^(budget|tokens|concurrency):/.test(rule);
}

function outputFor({ state: { unit }, left }: Left, price: Price | null, request: Request): number {
  if (unit === "requests") return left >= 1n ? Infinity : -1;
  return unit === "tokens" ? outputForTokens(left, request) : outputForMoney(price, left, request);
}

function ruleOf({ kind, unit, budget }: BudgetState): string {
  return `${kind === undefined ? "budget" : kind === "rate" ? unit : kind}:${budget}`;
}

function outputForMoney(price: Price | null, left: bigint, { facts, classification }: Request): number {
  const listed = price === null ? undefined : tierOf(price, classification.inputTokens);
  if (listed === undefined) return -1;
  const tier = dearest(listed, facts);
  const prompt = BigInt(classification.inputTokens) * BigInt(inputPriceOf(tier, facts));
  const rest = left - prompt - BigInt(searchCostOf(tier, facts));
  if (rest < 0n) return -1;
  return tier.output === 0 ? Infinity : Number(rest / (BigInt(tier.output) * BigInt(facts.choices)));
}

function outputForTokens(left: bigint, { facts, classification }: Request): number {
  const rest = left - BigInt(classification.inputTokens);
  return rest < 0n ? -1 : Number(rest / BigInt(facts.choices));
}
