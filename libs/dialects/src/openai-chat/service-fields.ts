import type { NeutralService } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";

/** The fields that are about how a provider serves and keeps a request; both of OpenAI's formats have them. */
export function serviceOf(body: JsonObject): NeutralService {
  return {
    tier: (body["service_tier"] ?? null) as string | null,
    store: (body["store"] ?? null) as boolean | null,
    cacheKey: (body["prompt_cache_key"] ?? null) as string | null,
    safetyId: (body["safety_identifier"] ?? null) as string | null,
  };
}
