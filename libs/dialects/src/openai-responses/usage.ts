import type { Usage } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import { objectsOf } from "../check/field-value.ts";
import type { JsonObject } from "../neutral/source.ts";
import { reportedCharge } from "../usage/reported-charge.ts";
import { serviceTerms } from "../usage/service-terms.ts";
import { malformedMark, tokenCount } from "../usage/token-count.ts";

/**
 * Reads a usage object, or null when it says nothing. Cached and written tokens stand inside `input_tokens`, reasoning inside
 * `output_tokens`; xAI now and then counts cached tokens beside the input, which shows in more of them than of input. Sakana counts what its models say to each other beside both, under `orchestration_*` in the details.
 */
export function readUsage(value: unknown): Usage | null {
  if (!isObject(value)) return null;
  const inputs = inner(value, "input_tokens_details");
  const outputs = inner(value, "output_tokens_details");
  const input = tokenCount(value["input_tokens"]) + tokenCount(inputs["orchestration_input_tokens"]);
  const outputTokens = tokenCount(value["output_tokens"]) + tokenCount(outputs["orchestration_output_tokens"]);
  // All zeros is how some hosts fill the field before they have counted.
  if (input === 0 && outputTokens === 0) return null;
  const cachedInputTokens =
    tokenCount(inputs["cached_tokens"]) + tokenCount(inputs["orchestration_input_cached_tokens"]);
  const inputTokens = cachedInputTokens > input ? input + cachedInputTokens : input;
  return {
    inputTokens,
    cachedInputTokens,
    cacheWriteTokens: Math.min(tokenCount(inputs["cache_write_tokens"]), inputTokens - cachedInputTokens),
    outputTokens,
    reasoningTokens: Math.min(tokenCount(outputs["reasoning_tokens"]), outputTokens),
    ...reportedCharge(value),
    ...malformedMark(value),
    source: "reported",
  };
}

/** Tools of the provider's own that it bills by the call (https://platform.openai.com/docs/pricing), beside its search of the web. */
const BILLED_TOOLS = new Set<unknown>(["file_search_call", "code_interpreter_call", "image_generation_call"]);

type Item = { readonly type?: unknown; readonly action?: unknown };

/** The usage of a whole response, or of one whose items have been streamed, which says beside it what kind of service it was and which tools the provider ran. */
export function usageOfResponse(response: JsonObject, streamed: Iterable<Item> = []): Usage | null {
  const usage = readUsage(response["usage"]);
  if (usage === null) return null;
  const output: readonly Item[] = objectsOf(response["output"]);
  const items = output.length > 0 ? output : [...streamed];
  const searches = billedSearches(response["tool_usage"]) ?? items.filter(isSearch).length;
  return {
    ...usage,
    ...serviceTerms(response["service_tier"]),
    ...(searches === 0 ? undefined : { webSearches: searches }),
    ...(items.some(({ type }) => BILLED_TOOLS.has(type)) ? { serverTools: true } : undefined),
  };
}

/** The searches that the provider says it bills, of which some that it made are none; null where it does not say. */
function billedSearches(tools: unknown): number | null {
  const count = isObject(tools) && isObject(tools["web_search"]) ? tools["web_search"]["num_requests"] : undefined;
  return typeof count === "number" ? tokenCount(count) : null;
}

/** Opening a page that was found, and looking for words in it, are no searches. */
function isSearch({ type, action }: Item): boolean {
  return (
    type === "web_search_call" && (!isObject(action) || action["type"] === "search" || action["type"] === undefined)
  );
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
