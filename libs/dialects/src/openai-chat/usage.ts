import type { Usage } from "@signalbox/proto";
import type { JsonObject } from "../neutral/source.ts";
import { isObject } from "../check/check-value.ts";

/**
 * Reads a usage object in any of the spellings that hosts of this dialect use, or null when it says nothing.
 *
 * Cached tokens stand inside `prompt_tokens`, under `prompt_tokens_details.cached_tokens` (OpenAI, xAI, Alibaba), `prompt_token_details`
 * or `num_cached_tokens` (Mistral), `prompt_cache_hit_tokens` (DeepSeek) or `cached_tokens` (Moonshot, Together); those that were written,
 * under `cache_write_tokens` (OpenAI, OpenRouter) or `cache_creation_input_tokens` (Alibaba). xAI now and then counts them beside the prompt, which shows in more cached tokens than prompt tokens, and counts reasoning beside `completion_tokens`, which
 * shows in the total.
 */
export function readUsage(value: unknown): Usage | null {
  if (!isObject(value)) return null;
  const prompt = count(value["prompt_tokens"]);
  const completion = count(value["completion_tokens"]);
  // All zeros is how some hosts fill the field on chunks that precede the real figures.
  if (prompt === 0 && completion === 0) return null;
  const promptDetails = inner(value, "prompt_tokens_details") ?? inner(value, "prompt_token_details");
  const completionDetails = inner(value, "completion_tokens_details");
  const cached =
    count(promptDetails?.["cached_tokens"]) ||
    count(value["prompt_cache_hit_tokens"]) ||
    count(value["num_cached_tokens"]) ||
    count(value["cached_tokens"]);
  const written = count(promptDetails?.["cache_write_tokens"]) || count(promptDetails?.["cache_creation_input_tokens"]);
  const reasoning = count(completionDetails?.["reasoning_tokens"]) || count(value["reasoning_tokens"]);
  const inputTokens = cached > prompt ? prompt + cached : prompt;
  const outside = isReasoningOutside({ prompt, completion, reasoning, total: count(value["total_tokens"]) });
  return {
    inputTokens,
    cachedInputTokens: cached,
    cacheWriteTokens: Math.min(written, inputTokens - cached),
    outputTokens: outside ? completion + reasoning : completion,
    reasoningTokens: reasoning,
    ...audioOf("audioInputTokens", promptDetails),
    ...audioOf("audioOutputTokens", completionDetails),
    source: "reported",
  };
}

/** The usage object of an answer or a chunk: it stands at the top; Groq also writes it under `x_groq`, Moonshot under the choice. */
export function usageOf(body: JsonObject): JsonObject | null {
  if (isObject(body["usage"])) return body["usage"];
  const groq = body["x_groq"];
  if (isObject(groq) && isObject(groq["usage"])) return groq["usage"];
  const [choice] = Array.isArray(body["choices"]) ? (body["choices"] as unknown[]) : [];
  return isObject(choice) && isObject(choice["usage"]) ? choice["usage"] : null;
}

function audioOf(field: "audioInputTokens" | "audioOutputTokens", details: JsonObject | null): Partial<Usage> {
  const tokens = count(details?.["audio_tokens"]);
  return tokens === 0 ? NOTHING : { [field]: tokens };
}

const NOTHING: Partial<Usage> = {};

/** The usage object that a caller reads: the provider's own, with the fields that the format requires as we understand them. */
export function renderUsage(usage: Usage, source: unknown): JsonObject {
  const own = isObject(source) ? source : {};
  return {
    ...own,
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: {
      ...inner(own, "prompt_tokens_details"),
      cached_tokens: usage.cachedInputTokens,
      ...(usage.cacheWriteTokens === 0 ? undefined : { cache_write_tokens: usage.cacheWriteTokens }),
      ...(usage.audioInputTokens === undefined ? undefined : { audio_tokens: usage.audioInputTokens }),
    },
    completion_tokens_details: {
      ...inner(own, "completion_tokens_details"),
      reasoning_tokens: usage.reasoningTokens,
      ...(usage.audioOutputTokens === undefined ? undefined : { audio_tokens: usage.audioOutputTokens }),
    },
  };
}

function isReasoningOutside(is: { prompt: number; completion: number; reasoning: number; total: number }): boolean {
  if (is.reasoning === 0) return false;
  return is.reasoning > is.completion || is.total === is.prompt + is.completion + is.reasoning;
}

function inner(value: JsonObject, field: string): JsonObject | null {
  const found = value[field];
  return isObject(found) ? found : null;
}

function count(value: unknown): number {
  return typeof value === "number" && value > 0 && value <= Number.MAX_SAFE_INTEGER ? Math.trunc(value) : 0;
}
