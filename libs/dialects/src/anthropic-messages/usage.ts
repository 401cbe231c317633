import type { Usage } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import { objectsOf } from "../check/field-value.ts";
import type { JsonObject } from "../neutral/source.ts";
import { reportedCharge } from "../usage/reported-charge.ts";
import { serviceTierOf } from "../usage/service-terms.ts";
import { malformedMark, tokenCount } from "../usage/token-count.ts";

/**
 * Reads a `usage` object, or null when it says nothing. What is read from the cache and written to it stands beside `input_tokens`, and
 * thinking inside `output_tokens` (https://platform.claude.com/docs/en/api/messages, `usage`).
 *
 * `iterations` itemises a turn of several samplings: those of type `compaction` and `message` are the model's own and are more than the
 * top-level figures, which leave compaction out; an `advisor_message` is another model's. Where a `fallback_message` served the turn the
 * top-level figures are right.
 */
export function readUsage(value: unknown): Usage | null {
  if (!isObject(value)) return null;
  const { input, output, read, written } = totalsOf(value);
  if (input + output + read + written === 0) return null;
  const byTtl = isObject(value["cache_creation"]) ? value["cache_creation"] : {};
  const hour = Math.min(tokenCount(byTtl["ephemeral_1h_input_tokens"]), written);
  const details = isObject(value["output_tokens_details"]) ? value["output_tokens_details"] : {};
  return {
    inputTokens: input + read + written,
    cachedInputTokens: read,
    cacheWriteTokens: written,
    outputTokens: output,
    reasoningTokens: Math.min(tokenCount(details["thinking_tokens"]), output),
    ...(hour === 0 ? undefined : { cacheWriteHourTokens: hour }),
    ...termsOf(value),
    ...reportedCharge(value),
    ...malformedMark(value),
    source: "reported",
  };
}

/**
 * What changes the price: fast mode and a place (https://platform.claude.com/docs/en/about-claude/pricing), searches, an adviser. The tier
 * `priority` is paid for by commitment and changes nothing.
 */
function termsOf(usage: JsonObject): Partial<Usage> {
  const { server_tool_use: tools, iterations } = usage;
  const searches = isObject(tools) ? tokenCount(tools["web_search_requests"]) : 0;
  const isFast = serviceTierOf(usage["speed"]) === "fast";
  const isBatch = serviceTierOf(usage["service_tier"]) === "batch";
  const hasOther = Array.isArray(iterations) && iterations.some((each) => isOfAnother(each));
  return {
    ...(isFast ? { serviceTier: "fast" } : isBatch ? { serviceTier: "batch" } : undefined),
    ...(usage["inference_geo"] === "us" ? { usOnly: true } : undefined),
    ...(searches === 0 ? undefined : { webSearches: searches }),
    ...(hasOther ? { otherModel: true } : undefined),
  };
}

/** An adviser's part, and the answer of a model that stood in. */
function isOfAnother(iteration: unknown): boolean {
  return isObject(iteration) && (iteration["type"] === "advisor_message" || iteration["type"] === "fallback_message");
}

type Totals = { readonly input: number; readonly output: number; readonly read: number; readonly written: number };

function totalsOf(usage: JsonObject): Totals {
  const top = countsOf(usage);
  const list = objectsOf(usage["iterations"]);
  if (list.some(({ type }) => type === "fallback_message")) return top;
  const own = list.filter(({ type }) => type === "compaction" || type === "message").map(countsOf);
  if (own.length === 0) return top;
  const sum = (field: keyof Totals): number => own.reduce((total, each) => total + each[field], 0);
  // Hosts need not itemise all that they count: the cache least of all.
  return {
    input: Math.max(sum("input"), top.input),
    output: Math.max(sum("output"), top.output),
    read: Math.max(sum("read"), top.read),
    written: Math.max(sum("written"), top.written),
  };
}

function countsOf(usage: JsonObject): Totals {
  const byTtl = isObject(usage["cache_creation"]) ? usage["cache_creation"] : {};
  const itemised = tokenCount(byTtl["ephemeral_5m_input_tokens"]) + tokenCount(byTtl["ephemeral_1h_input_tokens"]);
  return {
    input: tokenCount(usage["input_tokens"]),
    output: tokenCount(usage["output_tokens"]),
    read: tokenCount(usage["cache_read_input_tokens"]),
    written: tokenCount(usage["cache_creation_input_tokens"]) || itemised,
  };
}

/**
 * The usage that a stream has reported so far, after one object more. Its figures are running totals, so the last one holds; one that is
 * left out, null or zero says nothing, because a total never falls.
 */
export function mergedUsage(before: JsonObject | null, value: unknown): JsonObject | null {
  if (!isObject(value)) return before;
  if (before === null) return value;
  const merged: Record<string, unknown> = { ...before };
  for (const [field, figure] of Object.entries(value)) {
    if (figure === null || figure === undefined || figure === 0) continue;
    const known = merged[field];
    merged[field] = isObject(known) && isObject(figure) ? mergedUsage(known, figure) : figure;
  }
  return merged;
}

/** The usage object that a caller reads, of an answer whose provider has another form or reported none. */
export function buildUsage(usage: Usage): JsonObject {
  const { inputTokens, cachedInputTokens: read, cacheWriteTokens: written, cacheWriteHourTokens: hour = 0 } = usage;
  return {
    input_tokens: Math.max(inputTokens - read - written, 0),
    cache_creation_input_tokens: written,
    cache_read_input_tokens: read,
    cache_creation: { ephemeral_5m_input_tokens: written - hour, ephemeral_1h_input_tokens: hour },
    output_tokens: usage.outputTokens,
    output_tokens_details: usage.reasoningTokens === 0 ? null : { thinking_tokens: usage.reasoningTokens },
    server_tool_use: null,
    service_tier: null,
  };
}

/** The usage object that a caller reads: the provider's own as it stands, where it has this form. */
export function renderUsage(usage: Usage, source: unknown): JsonObject {
  return isObject(source) && readUsage(source) !== null ? source : buildUsage(usage);
}
