import type { RenderedRequest } from "../egress-codec.ts";
import { withLoss } from "./loss.ts";

/**
 * Fields by which hosts are told to answer with another model than `model`: `fallbacks` of Anthropic's Messages API,
 * `models` and `route` of OpenRouter (https://openrouter.ai/docs/guides/routing, which documents all three).
 */
const CHOICES = ["fallbacks", "models", "route"] as const;

/** A request without them: a host could answer with a model that the policy forbids or no budget covers. */
export function withoutOtherModels(rendered: RenderedRequest): RenderedRequest {
  if (CHOICES.every((field) => rendered.body[field] === undefined)) return rendered;
  const body: Record<string, unknown> = { ...rendered.body };
  let { losses } = rendered;
  for (const field of CHOICES) {
    if ((body[field] ?? null) !== null) {
      losses = withLoss(losses, { path: field, what: "model-choice", why: "overruled" });
    }
    delete body[field];
  }
  return { ...rendered, body, losses };
}
