import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";

/** Fields that say how the answer travels, who asked or what it may cost, and never what the answer is. */
const WITHOUT_EFFECT = new Set([
  "stream",
  "stream_options",
  "user",
  "metadata",
  "store",
  "service_tier",
  "safety_identifier",
  "prompt_cache_key",
  "prompt_cache_retention",
  "prompt_cache_options",
]);

/** Every field that can change the answer, those that nobody knows included: what a cache key covers. Absent and null are the same. */
export function cacheFieldsOf(request: NeutralRequest): JsonObject {
  const fields: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(request.source.body)) {
    if (value !== null && !WITHOUT_EFFECT.has(field)) fields[field] = value;
  }
  return fields;
}
