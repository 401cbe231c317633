import { effectiveFields } from "../neutral/effective-fields.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";

/** Fields that say how the answer travels, who asked or what it may cost, and never what the answer is. */
export const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
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

/** What a cache key covers. */
export function cacheFieldsOf({ source }: NeutralRequest): JsonObject {
  return effectiveFields(source.body, WITHOUT_EFFECT);
}
