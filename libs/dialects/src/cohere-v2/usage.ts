import type { Usage } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";

/**
 * Reads a usage object, or null when it says nothing. `tokens` is what the model read and wrote, with the prompt that Cohere puts around
 * the caller's; `billed_units` is what the invoice counts, which is less, and stands in only where `tokens` is missing. `cached_tokens`
 * are part of the input tokens.
 */
export function readUsage(value: unknown): Usage | null {
  if (!isObject(value)) return null;
  const tokens = isObject(value["tokens"]) ? value["tokens"] : value["billed_units"];
  if (!isObject(tokens)) return null;
  const inputTokens = count(tokens["input_tokens"]);
  const outputTokens = count(tokens["output_tokens"]);
  if (inputTokens === 0 && outputTokens === 0) return null;
  return {
    inputTokens,
    cachedInputTokens: Math.min(count(value["cached_tokens"]), inputTokens),
    cacheWriteTokens: 0,
    outputTokens,
    reasoningTokens: 0,
    source: "reported",
  };
}

function count(value: unknown): number {
  return typeof value === "number" && value > 0 && value <= Number.MAX_SAFE_INTEGER ? Math.trunc(value) : 0;
}
