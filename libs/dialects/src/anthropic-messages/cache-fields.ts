import { effectiveFields } from "../neutral/effective-fields.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";

/** Fields that say how the answer travels, who asked or what it may cost, and never what the answer is. */
const WITHOUT_EFFECT = new Set(["stream", "metadata", "service_tier", "speed", "inference_geo", "diagnostics"]);

/** What a cache key covers. No field of a body has a name with a dash, so headers cannot be taken for one. */
export function cacheFieldsOf({ source }: NeutralRequest): JsonObject {
  const { version, betas = [] } = source.envelope ?? {};
  return {
    ...effectiveFields(source.body, WITHOUT_EFFECT),
    ...(version === undefined ? {} : { "anthropic-version": version }),
    ...(betas.length === 0 ? {} : { "anthropic-beta": betas.toSorted() }),
  };
}
