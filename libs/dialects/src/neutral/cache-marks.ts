import type { CacheMark, NeutralPart } from "./part.ts";
import type { NeutralRequest } from "./request.ts";

/** For how long the provider may be asked to keep what is written to its cache. */
type CacheMarks = "5m" | "1h";

/**
 * For how long at the most a request's marks ask the provider to keep the prompt; undefined where it has none. A mark that
 * leaves the time to the provider asks for the shortest.
 */
export function cacheMarksOf({ cache, tools, messages }: NeutralRequest): CacheMarks | undefined {
  let longest = longer(undefined, cache);
  for (const tool of tools) if ("cache" in tool) longest = longer(longest, tool.cache);
  for (const message of messages) {
    if ("cache" in message) longest = longer(longest, message.cache);
    for (const part of message.parts) longest = longer(longest, markOf(part));
  }
  return longest;
}

function longer(longest: CacheMarks | undefined, mark: CacheMark | undefined): CacheMarks | undefined {
  if (mark === undefined || longest === "1h") return longest;
  return mark.ttl === "1h" ? "1h" : "5m";
}

/** What only its own form understands is marked in its own words. */
function markOf(part: NeutralPart): CacheMark | undefined {
  if ("cache" in part) return part.cache;
  if (part.kind !== "other") return undefined;
  const own = part.body["cache_control"];
  if (typeof own !== "object" || own === null) return undefined;
  return { ttl: "ttl" in own && own.ttl === "1h" ? "1h" : null };
}
