import { plainNumber } from "../check/plain-value.ts";
import { boolean, integer, object, string } from "../check/check-value.ts";
import { notOneOf } from "../check/invalid.ts";
import { effortOfBudget, type NeutralReasoning } from "../neutral/requested-reasoning.ts";
import type { NeutralRequest } from "../neutral/request.ts";

const LEVELS = ["minimal", "low", "medium", "high"] as const;
const BUDGET_MAX = 2 ** 31 - 1;

/** -1: as much as the model likes. */
const DYNAMIC = -1;

/** `generationConfig.thinkingConfig`: a level, or a budget of tokens, of which 0 switches thinking off. */
export function parseThinking(value: unknown): Pick<NeutralRequest, "reasoning" | "reasoningEffort"> {
  if (value === undefined || value === null) return { reasoning: null, reasoningEffort: null };
  const param = "generationConfig.thinkingConfig";
  const { includeThoughts, thinkingBudget, thinkingLevel } = object(value, param);
  if (isSet(includeThoughts)) boolean(includeThoughts, `${param}.includeThoughts`);
  if (isSet(thinkingBudget)) integer(DYNAMIC, BUDGET_MAX)(thinkingBudget, `${param}.thinkingBudget`);
  const summary = isSet(includeThoughts) ? (includeThoughts === true ? "auto" : "none") : null;
  const level = levelOf(thinkingLevel, `${param}.thinkingLevel`);
  const budget = isSet(thinkingBudget) ? plainNumber(thinkingBudget) : null;
  const reasoning: NeutralReasoning = {
    effort: level ?? (budget === 0 ? "none" : null),
    budgetTokens: budget === DYNAMIC ? null : budget,
    ...(budget === DYNAMIC ? { adaptive: true } : {}),
    summary,
  };
  const reasoningEffort = level ?? (reasoning.budgetTokens === null ? null : effortOfBudget(reasoning.budgetTokens));
  return { reasoning, reasoningEffort };
}

function levelOf(value: unknown, param: string): (typeof LEVELS)[number] | null {
  if (!isSet(value)) return null;
  const word = string(value, param).toLowerCase();
  if (word === "thinking_level_unspecified") return null;
  const level = LEVELS.find((each) => each === word);
  if (level === undefined) throw notOneOf(param, LEVELS);
  return level;
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}
