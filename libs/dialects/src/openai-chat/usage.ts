import type { Usage } from "@signalbox/proto";
import type { JsonObject } from "../neutral/source.ts";
import { isObject } from "../check/check-value.ts";
import { reportedCharge } from "../usage/reported-charge.ts";
import { serviceTerms } from "../usage/service-terms.ts";
import { malformedMark, tokenCount } from "../usage/token-count.ts";

/**
 * Reads a usage object in any of the spellings that hosts of this dialect use, or null when it says nothing.
 *
 * Cached tokens stand inside `prompt_tokens`, under `prompt_tokens_details.cached_tokens` (OpenAI, xAI, Alibaba), `prompt_token_details`
 * or `num_cached_tokens` (Mistral), `prompt_cache_hit_tokens` (DeepSeek) or `cached_tokens` (Moonshot, Together); those that were written,
 * under `cache_write_tokens` (OpenAI, OpenRouter) or `cache_creation_input_tokens` (Alibaba). What stands beside the prompt or the
 * completion shows in the total (`beside`).
 */
export function readUsage(value: unknown): Usage | null {
  if (!isObject(value)) return null;
  const prompt = tokenCount(value["prompt_tokens"]);
  const completion = tokenCount(value["completion_tokens"]);
  // All zeros is how some hosts fill the field on chunks that precede the real figures.
  if (prompt === 0 && completion === 0) return null;
  const promptDetails = inner(value, "prompt_tokens_details") ?? inner(value, "prompt_token_details");
  const completionDetails = inner(value, "completion_tokens_details");
  const cached =
    tokenCount(promptDetails?.["cached_tokens"]) ||
    tokenCount(value["prompt_cache_hit_tokens"]) ||
    tokenCount(value["num_cached_tokens"]) ||
    tokenCount(value["cached_tokens"]);
  const written =
    tokenCount(promptDetails?.["cache_write_tokens"]) || tokenCount(promptDetails?.["cache_creation_input_tokens"]);
  const reasoning = tokenCount(completionDetails?.["reasoning_tokens"]) || tokenCount(value["reasoning_tokens"]);
  const { input, output, sound } = beside(value, { prompt, completion, cached, reasoning });
  const inputTokens = prompt + input;
  const outputTokens = completion + output;
  return {
    inputTokens,
    cachedInputTokens: cached,
    cacheWriteTokens: Math.min(written, inputTokens - cached),
    outputTokens,
    reasoningTokens: Math.min(Math.max(reasoning, output), outputTokens),
    ...audioOf("audioInputTokens", sound || tokenCount(promptDetails?.["audio_tokens"])),
    ...audioOf("audioOutputTokens", tokenCount(completionDetails?.["audio_tokens"])),
    ...reportedCharge(value),
    ...malformedMark(value),
    source: "reported",
  };
}

/** The usage of a whole answer or of a chunk, which says beside it what kind of service it was. */
export function usageOfBody(body: JsonObject): Usage | null {
  const source = usageOf(body);
  const usage = readUsage(source);
  // Mistral says it in the usage itself.
  const terms = usage === null ? undefined : serviceTerms(body["service_tier"] ?? source?.["service_tier"]);
  return usage === null || terms === undefined ? usage : { ...usage, ...terms };
}

type Counts = {
  readonly prompt: number;
  readonly completion: number;
  readonly cached: number;
  readonly reasoning: number;
};
type Beside = { readonly input: number; readonly output: number; readonly sound: number };

/**
 * Tokens that stand beside the prompt or the completion. xAI counts reasoning so, and cached tokens now and then, which shows in more of
 * them than of what they should be part of; elsewhere the total tells. OpenRouter counts reasoning by itself, so that it may be a little
 * more than the completion that it is in. Perplexity's thoughts, which it names at the top, are in no total. Google's endpoint of this form
 * counts thoughts in the total alone, Mistral the sound of a prompt, whose length it gives in seconds.
 */
function beside(report: JsonObject, { prompt, completion, cached, reasoning }: Counts): Beside {
  const total = tokenCount(report["total_tokens"]);
  const rest = Math.max(0, total - prompt - completion);
  const isCachedBeside = cached > prompt || (cached > 0 && (rest === cached || rest === cached + reasoning));
  const input = isCachedBeside ? cached : 0;
  const left = rest - input;
  if (reasoning > 0) {
    const isUntold = reasoning > completion && (total === 0 || left > 0 || tokenCount(report["reasoning_tokens"]) > 0);
    return { input, output: isUntold || left === reasoning ? reasoning : 0, sound: 0 };
  }
  if (left <= 0 || input > 0) return { input, output: 0, sound: 0 };
  return tokenCount(report["prompt_audio_seconds"]) > 0
    ? { input: left, output: 0, sound: left }
    : { input: 0, output: left, sound: 0 };
}

/** The usage object of an answer or a chunk: it stands at the top; Groq also writes it under `x_groq`, Moonshot under the choice. */
export function usageOf(body: JsonObject): JsonObject | null {
  if (isObject(body["usage"])) return body["usage"];
  const groq = body["x_groq"];
  if (isObject(groq) && isObject(groq["usage"])) return groq["usage"];
  const [choice] = Array.isArray(body["choices"]) ? (body["choices"] as unknown[]) : [];
  return isObject(choice) && isObject(choice["usage"]) ? choice["usage"] : null;
}

function audioOf(field: "audioInputTokens" | "audioOutputTokens", tokens: number): Partial<Usage> {
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

function inner(value: JsonObject, field: string): JsonObject | null {
  const found = value[field];
  return isObject(found) ? found : null;
}
