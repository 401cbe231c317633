import type { RequestFacts } from "@signalbox/proto";

type Effort = NonNullable<RequestFacts["reasoningEffort"]>;

/** What a request asks of the model's reasoning, as its dialect says it. */
export type NeutralReasoning = {
  /** `none` switches it off. */
  readonly effort: Effort | null;
  /** Tokens that may be spent on it. */
  readonly budgetTokens: number | null;
  /** Set when the model is to decide by itself whether and how much to reason. */
  readonly adaptive?: true;
  /** Whether, and how fully, the reasoning is to be seen in the answer; null: as the provider likes. */
  readonly summary: "none" | "auto" | "concise" | "detailed" | null;
};

/**
 * The tokens that stand for each effort where a wire knows budgets alone, and the other way round. `medium` and `high` are what Gemini's
 * OpenAI layer takes them for (https://ai.google.dev/gemini-api/docs/openai); it gives `minimal` and `low` 1,024 alike, the least that
 * Anthropic takes (https://platform.claude.com/docs/en/build-with-claude/extended-thinking), and here `low` is twice that, so that each
 * budget has one effort. `xhigh` is the most that Gemini 2.5 takes, and no vendor has a figure for `max`.
 */
const BUDGETS: readonly (readonly [effort: Effort, budgetTokens: number])[] = [
  ["minimal", 1024],
  ["low", 2048],
  ["medium", 8192],
  ["high", 24_576],
  ["xhigh", 32_768],
  ["max", 65_536],
];

/** The budget that an effort comes to; 0 for `none`. */
export function budgetOfEffort(effort: Effort): number {
  return BUDGETS.find(([name]) => name === effort)?.[1] ?? 0;
}

/** The smallest effort whose budget is not below this one. */
export function effortOfBudget(budgetTokens: number): Effort {
  if (budgetTokens <= 0) return "none";
  return BUDGETS.find(([, tokens]) => tokens >= budgetTokens)?.[0] ?? "max";
}
