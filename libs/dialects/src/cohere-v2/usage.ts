import type { Usage } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import type { JsonObject } from "../neutral/source.ts";

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
  const inputTokens = count(tokens["input_tokens"]);
  const outputTokens = count(tokens["output_tokens"]);
  if (inputTokens === 0 && outputTokens === 0) return null;
  return {
    inputTokens,
    cachedInputTokens: Math.min(count(value["cached_tokens"]), inputTokens),
    cacheWriteTokens: 0,
    outputTokens,
    reasoningTokens: 0,
    ...(billed === null || billed === tokens ? {} : billedOf(billed)),
    source: "reported",
  };
}

function billedOf(units: JsonObject): Pick<Usage, "billedInputTokens" | "billedOutputTokens"> {
  return { billedInputTokens: count(units["input_tokens"]), billedOutputTokens: count(units["output_tokens"]) };
}

function count(value: unknown): number {
  return typeof value === "number" && value > 0 && value <= Number.MAX_SAFE_INTEGER ? Math.trunc(value) : 0;
}
