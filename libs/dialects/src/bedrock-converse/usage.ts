import type { Usage } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";

/**
 * Reads a `usage`, or null when it says nothing (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html).
 * Tokens read from the cache and written to it stand beside `inputTokens`; reasoning stands in the output and is not counted apart.
 */
export function readUsage(value: unknown): Usage | null {
  if (!isObject(value)) return null;
  const input = count(value["inputTokens"]);
  const cached = count(value["cacheReadInputTokens"]);
  const written = count(value["cacheWriteInputTokens"]);
  const output = count(value["outputTokens"]);
  if (input + cached + written + output === 0) return null;
  const hour = hourTokens(value["cacheDetails"]);
  return {
    inputTokens: input + cached + written,
    cachedInputTokens: cached,
    cacheWriteTokens: written,
    outputTokens: output,
    reasoningTokens: 0,
    ...(hour === 0 ? {} : { cacheWriteHourTokens: Math.min(hour, written) }),
    source: "reported",
  };
}

function hourTokens(details: unknown): number {
  if (!Array.isArray(details)) return 0;
  const hours = details.filter(isObject).filter((detail) => detail["ttl"] === "1h");
  return hours.reduce((sum, detail) => sum + count(detail["inputTokens"]), 0);
}

function count(value: unknown): number {
  return typeof value === "number" && value > 0 && value <= Number.MAX_SAFE_INTEGER ? Math.trunc(value) : 0;
}
