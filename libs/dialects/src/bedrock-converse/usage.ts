import type { Usage } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import { serviceTerms } from "../usage/service-terms.ts";
import { malformedMark, tokenCount } from "../usage/token-count.ts";

/**
 * Reads a `usage`, or null when it says nothing (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html).
 * `served` is the answer's `serviceTier`, which stands beside the usage. Tokens read from the cache and written to it stand beside `inputTokens`; reasoning stands in the output and is not counted apart.
 */
export function readUsage(value: unknown, served?: unknown): Usage | null {
  if (!isObject(value)) return null;
  const input = tokenCount(value["inputTokens"]);
  const cached = tokenCount(value["cacheReadInputTokens"]);
  const written = tokenCount(value["cacheWriteInputTokens"]);
  const output = tokenCount(value["outputTokens"]);
  if (input + cached + written + output === 0) return null;
  const hour = hourTokens(value["cacheDetails"]);
  return {
    inputTokens: input + cached + written,
    cachedInputTokens: cached,
    cacheWriteTokens: written,
    outputTokens: output,
    reasoningTokens: 0,
    ...(hour === 0 ? {} : { cacheWriteHourTokens: Math.min(hour, written) }),
    ...serviceTerms(isObject(served) ? served["type"] : served),
    ...malformedMark(value),
    source: "reported",
  };
}

function hourTokens(details: unknown): number {
  if (!Array.isArray(details)) return 0;
  const hours = details.filter(isObject).filter((detail) => detail["ttl"] === "1h");
  return hours.reduce((sum, detail) => sum + tokenCount(detail["inputTokens"]), 0);
}
