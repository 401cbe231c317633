import { effectiveFields } from "../neutral/effective-fields.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import { WITHOUT_EFFECT } from "../openai-chat/cache-fields.ts";

const OWN_WITHOUT_EFFECT: ReadonlySet<string> = new Set([...WITHOUT_EFFECT, "background"]);

/** What a cache key covers. */
export function cacheFieldsOf({ source }: NeutralRequest): JsonObject {
  return effectiveFields(source.body, OWN_WITHOUT_EFFECT);
}
