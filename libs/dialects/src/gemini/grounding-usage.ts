import type { Usage } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import { listOf } from "../check/field-value.ts";
import type { JsonObject } from "../neutral/source.ts";

/** What an answer was looked up with on the provider's side. */
export type Grounding = {
  /** What was searched for on the web. */
  readonly queries: readonly string[];
  /** Whether places on the provider's map were. */
  readonly maps: boolean;
};

/** More searches than any answer takes are not counted. */
const QUERIES_MAX = 1_000;

export const NO_GROUNDING: Grounding = { queries: [], maps: false };

/** The grounding of an answer, or of an event of it; an empty query is no search (https://ai.google.dev/gemini-api/docs/google-search). */
export function groundingOf({ candidates }: JsonObject): Grounding {
  if (!Array.isArray(candidates)) return NO_GROUNDING;
  const groundings = candidates.flatMap((candidate: unknown) => {
    const grounding = isObject(candidate) ? candidate["groundingMetadata"] : undefined;
    return isObject(grounding) ? [grounding] : [];
  });
  if (groundings.length === 0) return NO_GROUNDING;
  const queries = groundings.flatMap(({ webSearchQueries }) => listOf(webSearchQueries));
  const chunks = groundings.flatMap(({ groundingChunks }) => listOf(groundingChunks));
  return {
    queries: queries
      .filter((query): query is string => typeof query === "string" && query !== "")
      .slice(0, QUERIES_MAX),
    maps: chunks.some((chunk) => isObject(chunk) && isObject(chunk["maps"])),
  };
}

/** What is known after one event of a stream more, which may repeat what one before it said. */
export function joinedGrounding(before: Grounding, after: Grounding): Grounding {
  if (after === NO_GROUNDING) return before;
  const fresh = after.queries.filter((query) => !before.queries.includes(query));
  return { queries: [...before.queries, ...fresh].slice(0, QUERIES_MAX), maps: before.maps || after.maps };
}

/** What of it the provider bills beside tokens: each search, and its map, which has a price of its own. */
export function groundingTerms({ queries, maps }: Grounding): Pick<Usage, "webSearches" | "serverTools"> {
  return { ...(queries.length === 0 ? {} : { webSearches: queries.length }), ...(maps ? { serverTools: true } : {}) };
}
