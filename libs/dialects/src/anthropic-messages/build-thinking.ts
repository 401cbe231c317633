import type { LossList } from "../neutral/loss.ts";
import { budgetOfEffort, effortOfBudget } from "../neutral/requested-reasoning.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { ModelTraits } from "./model-traits.ts";

/** Anthropic's smallest budget. */
export const BUDGET_MIN_TOKENS = 1024;
/** What is left to the answer itself when a budget has to fit into a bound. */
const ANSWER_MIN_TOKENS = 1024;

type BuiltThinking = { readonly thinking: JsonObject | null; readonly effort: string | null };

const NOTHING: BuiltThinking = { thinking: null, effort: null };

type Context = {
  readonly losses: LossList;
  readonly traits: ModelTraits;
  /** Of thinking and answer together; null: none is set, and the budget comes on top. */
  readonly boundTokens: number | null;
  /** Whether something else in the request forbids thinking. */
  readonly isBarred: boolean;
};

/** What a request that was read from another form asks of the model's thinking. */
export function buildThinking({ reasoning }: NeutralRequest, context: Context): BuiltThinking {
  const { losses, traits, isBarred } = context;
  if (reasoning === null) return NOTHING;
  const effort = reasoning.effort ?? (reasoning.budgetTokens === null ? null : effortOfBudget(reasoning.budgetTokens));
  if (effort === "none") return thinkingOff(context);
  // Who only says that no thoughts are to be shown asks for none.
  const { summary } = reasoning;
  if (effort === null && reasoning.adaptive !== true && (summary === null || summary === "none")) return NOTHING;
  if (traits.thinking === "none") return lose(losses, "no-equivalent");
  if (isBarred) return lose(losses, "conflict");
  const display = displayOf(reasoning.summary, losses);
  return traits.thinking === "adaptive"
    ? adaptive({ effort, display, hasBudget: reasoning.budgetTokens !== null }, context)
    : budgeted({ effort, display, budgetTokens: reasoning.budgetTokens }, context);
}

function lose(losses: LossList, why: "no-equivalent" | "conflict"): BuiltThinking {
  losses.add("reasoning", "reasoning", why);
  return NOTHING;
}

function thinkingOff({ losses, traits }: Context): BuiltThinking {
  if (traits.thinking === "none") return NOTHING;
  if (traits.thinkingOff) return { thinking: { type: "disabled" }, effort: null };
  losses.add("reasoning.effort", "reasoning-off", "approximated");
  return { thinking: null, effort: "low" };
}

type Effort = ReturnType<typeof effortOfBudget> | null;

function adaptive(
  requested: { effort: Effort; display: JsonObject; hasBudget: boolean },
  context: Context,
): BuiltThinking {
  if (requested.hasBudget) context.losses.add("reasoning.budgetTokens", "reasoning-budget", "approximated");
  return { thinking: { type: "adaptive", ...requested.display }, effort: effortWord(requested.effort, context) };
}

function effortWord(effort: Effort, { losses, traits }: Context): string | null {
  const word = effort === "minimal" ? "low" : effort === "xhigh" && !traits.xhigh ? "high" : effort;
  if (word !== effort) losses.add("reasoning.effort", "reasoning-effort", "out-of-range");
  return word;
}

function budgeted(
  requested: { effort: Effort; display: JsonObject; budgetTokens: number | null },
  { losses, boundTokens }: Context,
): BuiltThinking {
  if (requested.budgetTokens === null) losses.add("reasoning.effort", "reasoning-effort", "approximated");
  const wanted = requested.budgetTokens ?? budgetOfEffort(requested.effort ?? "medium");
  const budget = Math.min(Math.max(wanted, BUDGET_MIN_TOKENS), (boundTokens ?? Infinity) - ANSWER_MIN_TOKENS);
  if (budget < BUDGET_MIN_TOKENS) return lose(losses, "conflict");
  if (budget !== wanted) losses.add("reasoning.budgetTokens", "reasoning-budget", "out-of-range");
  return { thinking: { type: "enabled", budget_tokens: budget, ...requested.display }, effort: null };
}

function displayOf(summary: NonNullable<NeutralRequest["reasoning"]>["summary"], losses: LossList): JsonObject {
  if (summary === null) return {};
  if (summary !== "none" && summary !== "auto") losses.add("reasoning.summary", "reasoning-summary", "approximated");
  return { display: summary === "none" ? "omitted" : "summarized" };
}
