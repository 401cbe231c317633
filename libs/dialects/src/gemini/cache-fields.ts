import { effectiveFields } from "../neutral/effective-fields.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";

/** Fields that say what the answer may cost or who asked, and never what the answer is. */
const WITHOUT_EFFECT = new Set(["labels", "serviceTier"]);

/** What a cache key covers: the model stands in the path. */
export function cacheFieldsOf({ source, model }: NeutralRequest): JsonObject {
  return { ...effectiveFields(source.body, WITHOUT_EFFECT), model };
}
