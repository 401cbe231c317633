import type { LossList } from "../neutral/loss.ts";
import { budgetOfEffort } from "../neutral/requested-reasoning.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import { versionOf } from "./model-version.ts";

const DYNAMIC = -1;

/** The `thinkingConfig` of a request that was read from another form; nothing where it does not ask for any. */
export function buildThinking({ reasoning }: NeutralRequest, model: string, losses: LossList): JsonObject {
  if (reasoning === null) return {};
  const version = versionOf(model);
  if (version < 2.5) {
    losses.add("reasoning", "reasoning", "no-equivalent");
    return {};
  }
  const { effort, budgetTokens, adaptive, summary } = reasoning;
  const thoughts = summary === null ? {} : { includeThoughts: summary !== "none" };
  if (summary === "concise" || summary === "detailed") {
    losses.add("reasoning.summary", "reasoning-summary", "approximated");
  }
  const amount = {
    ...(budgetTokens === null ? {} : buildBudget(budgetTokens, model, losses)),
    ...(effort === null || budgetTokens !== null ? {} : buildEffort(effort, model, losses)),
    ...(adaptive === true && effort === null ? { thinkingBudget: DYNAMIC } : {}),
  };
  const config = { ...amount, ...thoughts };
  return Object.keys(config).length === 0 ? {} : { thinkingConfig: config };
}

type Effort = NonNullable<NonNullable<NeutralRequest["reasoning"]>["effort"]>;

/** Models from version 3 on take levels, those before it budgets. */
function buildEffort(effort: Effort, model: string, losses: LossList): JsonObject {
  if (versionOf(model) < 3) {
    if (effort !== "none") losses.add("reasoning.effort", "reasoning-effort", "approximated");
    return buildBudget(budgetOfEffort(effort), model, losses);
  }
  const level = levelOf(effort, model);
  if (level !== effort) losses.add("reasoning.effort", "reasoning-effort", "out-of-range");
  return { thinkingLevel: level };
}

/** No model of these versions leaves thinking off, and the large ones do not take the least of it. */
function levelOf(effort: Effort, model: string): string {
  switch (effort) {
    case "none":
    case "minimal":
      return model.includes("pro") ? "low" : "minimal";
    case "xhigh":
    case "max":
      return "high";
    default:
      return effort;
  }
}

/** What each family takes (https://ai.google.dev/gemini-api/docs/thinking#set-budget): 2.5 Pro cannot be kept from thinking. */
const BUDGETS: readonly { readonly name: RegExp; readonly min: number; readonly max: number; readonly off: boolean }[] =
  [
    { name: /2\.5-pro/, min: 128, max: 32_768, off: false },
    { name: /2\.5-flash-lite/, min: 512, max: 24_576, off: true },
    { name: /2\.5-flash/, min: 0, max: 24_576, off: true },
  ];

function buildBudget(budgetTokens: number, model: string, losses: LossList): JsonObject {
  const range = BUDGETS.find(({ name }) => name.test(model));
  if (range === undefined || (budgetTokens === 0 && range.off)) return { thinkingBudget: budgetTokens };
  const thinkingBudget = Math.min(Math.max(budgetTokens, range.min), range.max);
  if (thinkingBudget !== budgetTokens) losses.add("reasoning.budgetTokens", "reasoning-budget", "out-of-range");
  return { thinkingBudget };
}
