import type { LossList } from "../neutral/loss.ts";
import { budgetOfEffort, effortOfBudget } from "../neutral/reasoning-wish.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import { claudeVersionOf, familyOf } from "./model-family.ts";

type Effort = NonNullable<NonNullable<NeutralRequest["reasoning"]>["effort"]>;

/** The fields that ask for reasoning, which each maker's models have of their own; `isOn`: the model will reason in the open. */
export type Thinking = { readonly fields: JsonObject; readonly isOn: boolean };

const OFF: Thinking = { fields: {}, isOn: false };

const BUDGET_MIN_TOKENS = 1024;

/** From this version on Claude decides by itself how much to reason, and is told an effort. */
const ADAPTIVE_VERSION = 406;

/** The first that reasons in the open, and the first that takes the effort `xhigh`. */
const THINKING_VERSION = 307;
const XHIGH_VERSION = 407;

/** What a request asks of the model's reasoning. `maxTokens` is the bound on its output, in which the budget must fit. */
export function buildThinking(
  request: NeutralRequest,
  { model, maxTokens, losses }: { model: string; maxTokens: number | null; losses: LossList },
): Thinking {
  const { reasoning } = request;
  if (reasoning === null) return OFF;
  if (reasoning.summary !== null && reasoning.summary !== "auto") {
    losses.add("reasoning.summary", "reasoning-summary", "no-equivalent");
  }
  const effort = request.reasoningEffort ?? (reasoning.adaptive === true ? "high" : null);
  switch (familyOf(model)) {
    case "anthropic":
      return buildClaude(reasoning, { model, maxTokens, losses });
    case "openai":
      if (effort === null) return OFF;
      return { fields: { reasoning_effort: leveled(effort, losses) }, isOn: false };
    case "nova":
      if (effort === null || effort === "none") return OFF;
      return {
        fields: { reasoningConfig: { type: "enabled", maxReasoningEffort: leveled(effort, losses) } },
        isOn: true,
      };
    default:
      if (effort !== "none") losses.add("reasoning", "reasoning", "no-equivalent");
      return OFF;
  }
}

/** Low, medium and high are all that these take. */
function leveled(effort: Effort, losses: LossList): string {
  const level =
    effort === "none" || effort === "minimal" ? "low" : effort === "medium" || effort === "low" ? effort : "high";
  if (level !== effort) losses.add("reasoning.effort", "reasoning-effort", "out-of-range");
  return level;
}

type Claude = { readonly model: string; readonly maxTokens: number | null; readonly losses: LossList };

function buildClaude(reasoning: NonNullable<NeutralRequest["reasoning"]>, context: Claude): Thinking {
  const { effort, budgetTokens, adaptive } = reasoning;
  if (effort === "none" || budgetTokens === 0) return OFF;
  if (effort === null && budgetTokens === null && adaptive !== true) return OFF;
  const version = claudeVersionOf(context.model);
  if (version >= ADAPTIVE_VERSION) return buildAdaptive(reasoning, version, context.losses);
  if (version > 0 && version < THINKING_VERSION) {
    context.losses.add("reasoning", "reasoning", "no-equivalent");
    return OFF;
  }
  if (budgetTokens === null) context.losses.add("reasoning.effort", "reasoning-effort", "approximated");
  return buildBudget(budgetTokens ?? budgetOfEffort(effort ?? "medium"), context);
}

function buildBudget(wished: number, { maxTokens, losses }: Claude): Thinking {
  const most = maxTokens === null ? Infinity : maxTokens - 1;
  if (most < BUDGET_MIN_TOKENS) {
    losses.add("reasoning", "reasoning", "conflict");
    return OFF;
  }
  const budget_tokens = Math.min(Math.max(wished, BUDGET_MIN_TOKENS), most);
  if (budget_tokens !== wished) losses.add("reasoning.budgetTokens", "reasoning-budget", "out-of-range");
  return { fields: { thinking: { type: "enabled", budget_tokens } }, isOn: true };
}

function buildAdaptive(
  { effort, budgetTokens }: NonNullable<NeutralRequest["reasoning"]>,
  version: number,
  losses: LossList,
): Thinking {
  if (budgetTokens !== null) losses.add("reasoning.budgetTokens", "reasoning-budget", "approximated");
  const wished = effort ?? (budgetTokens === null ? null : effortOfBudget(budgetTokens));
  const level = wished === "minimal" ? "low" : wished === "xhigh" && version < XHIGH_VERSION ? "high" : wished;
  if (level !== wished) losses.add("reasoning.effort", "reasoning-effort", "out-of-range");
  const thinking = { type: "adaptive" };
  return { fields: level === null ? { thinking } : { thinking, output_config: { effort: level } }, isOn: true };
}
