import type { LossList } from "./loss.ts";

/**
 * Fields by which hosts are told to answer with another model than `model`: `fallbacks` of Anthropic's Messages API,
 * `models` and `route` of OpenRouter (https://openrouter.ai/docs/guides/routing, which documents all three).
 */
const CHOICES = ["fallbacks", "models", "route"] as const;

/** Takes them out of a caller's own body: a host could answer with a model that the policy forbids or no budget covers. */
export function withoutOtherModels(body: Record<string, unknown>, losses: LossList): void {
  for (const field of CHOICES) {
    if (body[field] === undefined) continue;
    if (body[field] !== null) losses.add(field, "model-choice", "overruled");
    delete body[field];
  }
}
