import type { Usage } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import type { JsonObject } from "../neutral/source.ts";

/**
 * Reads a usage object, or null when it says nothing. Cached and written tokens stand inside `input_tokens`, reasoning inside
 * `output_tokens`; xAI now and then counts cached tokens beside the input, which shows in more of them than of input. Sakana counts what its models say to each other beside both, under `orchestration_*` in the details.
 */
export function readUsage(value: unknown): Usage | null {
  if (!isObject(value)) return null;
  const inputs = inner(value, "input_tokens_details");
  const outputs = inner(value, "output_tokens_details");
  const input = count(value["input_tokens"]) + count(inputs["orchestration_input_tokens"]);
  const outputTokens = count(value["output_tokens"]) + count(outputs["orchestration_output_tokens"]);
  // All zeros is how some hosts fill the field before they have counted.
  if (input === 0 && outputTokens === 0) return null;
  const cachedInputTokens = count(inputs["cached_tokens"]) + count(inputs["orchestration_input_cached_tokens"]);
  const inputTokens = cachedInputTokens > input ? input + cachedInputTokens : input;
  return {
    inputTokens,
    cachedInputTokens,
    cacheWriteTokens: Math.min(count(inputs["cache_write_tokens"]), inputTokens - cachedInputTokens),
    outputTokens,
    reasoningTokens: Math.min(count(outputs["reasoning_tokens"]), outputTokens),
    source: "reported",
  };
}

/** The usage object that a caller reads: the provider's own, with the fields that the format requires as we understand them. */
export function renderUsage(usage: Usage, source: unknown): JsonObject {
  const own = isObject(source) ? source : {};
  return {
    ...own,
    input_tokens: usage.inputTokens,
    input_tokens_details: {
      ...inner(own, "input_tokens_details"),
      cached_tokens: usage.cachedInputTokens,
      cache_write_tokens: usage.cacheWriteTokens,
    },
    output_tokens: usage.outputTokens,
    output_tokens_details: {
      ...inner(own, "output_tokens_details"),
      reasoning_tokens: usage.reasoningTokens,
    },
    total_tokens: usage.inputTokens + usage.outputTokens,
  };
}

function inner(value: JsonObject, field: string): JsonObject {
  const found = value[field];
  return isObject(found) ? found : NOTHING;
}

const NOTHING: JsonObject = {};

function count(value: unknown): number {
  return typeof value === "number" && value > 0 && value <= Number.MAX_SAFE_INTEGER ? Math.trunc(value) : 0;
}
