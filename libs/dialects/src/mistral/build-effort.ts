import { budgetOfEffort } from "../neutral/requested-reasoning.ts";
import type { LossList } from "../neutral/loss.ts";
import type { NeutralRequest } from "../neutral/request.ts";

type Effort = NonNullable<NeutralRequest["reasoningEffort"]>;

/**
 * Models that answer the field with a 400: they do not reason, or always do (https://github.com/withceleste/celeste-python/pull/311 has what
 * the API says of each).
 */
const WITHOUT =
  /^(?:open-|ministral|pixtral|voxtral|codestral|devstral|mistral-nemo|mistral-large-2\d{3}$|magistral-medium)/;
/** Models that take steps between off and on (https://docs.mistral.ai/inference/conversations/reasoning). */
const STEPPED = /^mistral-large-4/;

const STEPS: readonly Effort[] = ["none", "low", "medium", "high"];
const ENDS: readonly Effort[] = ["none", "high"];

/** `reasoning_effort`; null: not sent. Where reasoning is off or on alone, whatever asks for more than the least switches it on. */
export function buildEffort(
  { reasoning, reasoningEffort }: NeutralRequest,
  model: string,
  losses: LossList,
): Effort | null {
  if (reasoning === null) return null;
  const effort = reasoning.effort ?? reasoningEffort ?? (reasoning.adaptive === true ? "high" : null);
  if (WITHOUT.test(model)) {
    if (effort !== null && effort !== "none") losses.add("reasoning", "reasoning", "no-equivalent");
    return null;
  }
  if (reasoning.summary !== null) losses.add("reasoning.summary", "reasoning-summary", "no-equivalent");
  if (reasoning.adaptive === true) losses.add("reasoning.adaptive", "adaptive-reasoning", "approximated");
  if (reasoning.budgetTokens !== null) losses.add("reasoning.budgetTokens", "reasoning-budget", "approximated");
  if (effort === null) return null;
  const steps = STEPPED.test(model) ? STEPS : ENDS;
  if (steps.includes(effort)) return effort;
  losses.add("reasoning.effort", "reasoning-effort", "approximated");
  if (steps === STEPS) return effort === "minimal" ? "low" : "high";
  return budgetOfEffort(effort) <= budgetOfEffort("minimal") ? "none" : "high";
}
