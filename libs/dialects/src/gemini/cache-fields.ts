import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";

/** Fields that say what the answer may cost or who asked, and never what the answer is. */
const WITHOUT_EFFECT = new Set(["labels", "serviceTier"]);

/** Every field that can change the answer, those that nobody knows included, and the model, which stands in the path. */
export function cacheFieldsOf(request: NeutralRequest): JsonObject {
  const fields: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(request.source.body)) {
    if (value !== null && !WITHOUT_EFFECT.has(field)) fields[field] = value;
  }
  return { ...fields, model: request.model };
}
