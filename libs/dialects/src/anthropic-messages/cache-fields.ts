import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";

/** Fields that say how the answer travels, who asked or what it may cost, and never what the answer is. */
const WITHOUT_EFFECT = new Set(["stream", "metadata", "service_tier", "speed", "inference_geo", "diagnostics"]);

/** Every field that can change the answer, those that nobody knows included: what a cache key covers. Absent and null are the same. */
export function cacheFieldsOf({ source }: NeutralRequest): JsonObject {
  const fields: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(source.body)) {
    if (value !== null && !WITHOUT_EFFECT.has(field)) fields[field] = value;
  }
  // No field of a body has a name with a dash, so headers cannot be taken for one.
  const { version, betas = [] } = source.envelope ?? {};
  if (version !== undefined) fields["anthropic-version"] = version;
  if (betas.length > 0) fields["anthropic-beta"] = betas.toSorted();
  return fields;
}
