import type { Usage } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import type { JsonObject } from "../neutral/source.ts";
import { malformedMark, tokenCount } from "../usage/token-count.ts";

/**
 * Reads a usage object, or null when it says nothing. `tokens` is what the model read and wrote, with the prompt that Cohere puts around
 * the caller's; `billed_units` is what the invoice counts (https://docs.cohere.com/docs/how-does-cohere-pricing-work), and stands in for
 * `tokens` where they are missing. `cached_tokens` are part of the input tokens.
 */
export function readUsage(value: unknown): Usage | null {
  if (!isObject(value)) return null;
  const billed = isObject(value["billed_units"]) ? value["billed_units"] : null;
  const tokens = isObject(value["tokens"]) ? value["tokens"] : billed;
  if (tokens === null) return null;
  const inputTokens = tokenCount(tokens["input_tokens"]);
  const outputTokens = tokenCount(tokens["output_tokens"]);
  if (inputTokens === 0 && outputTokens === 0) return null;
  return {
    inputTokens,
    cachedInputTokens: Math.min(tokenCount(value["cached_tokens"]), inputTokens),
    cacheWriteTokens: 0,
    outputTokens,
    reasoningTokens: 0,
    ...(billed === null || billed === tokens ? {} : billedOf(billed)),
    ...malformedMark(value),
    source: "reported",
  };
}

function billedOf(units: JsonObject): Pick<Usage, "billedInputTokens" | "billedOutputTokens"> {
  return {
    billedInputTokens: tokenCount(units["input_tokens"]),
    billedOutputTokens: tokenCount(units["output_tokens"]),
  };
}
