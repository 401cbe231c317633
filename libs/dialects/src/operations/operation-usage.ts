import { NO_USAGE, type Usage } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import { malformedMark, tokenCount } from "../usage/token-count.ts";

/**
 * Reads a usage object in the spellings that hosts of OpenAI's form use beside chat, or null when it says nothing in tokens:
 * `prompt_tokens` (embeddings), `input_tokens` with details by modality (images, transcriptions), or a total alone (rerank).
 */
export function readOperationUsage(value: unknown): Usage | null {
  if (!isObject(value)) return null;
  const outputTokens = tokenCount(value["output_tokens"]) || tokenCount(value["completion_tokens"]);
  const inputTokens =
    tokenCount(value["input_tokens"]) ||
    tokenCount(value["prompt_tokens"]) ||
    tokenCount(value["total_tokens"]) - outputTokens;
  if (inputTokens <= 0 && outputTokens === 0) return null;
  const details = value["input_tokens_details"] ?? value["input_token_details"] ?? value["prompt_tokens_details"];
  const by = isObject(details) ? details : {};
  const audio = tokenCount(by["audio_tokens"]);
  const image = tokenCount(by["image_tokens"]);
  return {
    ...NO_USAGE,
    inputTokens: Math.max(0, inputTokens),
    cachedInputTokens: Math.min(tokenCount(by["cached_tokens"]), Math.max(0, inputTokens)),
    outputTokens,
    ...(audio === 0 ? {} : { audioInputTokens: audio }),
    ...(image === 0 ? {} : { imageInputTokens: image }),
    ...malformedMark(value),
    source: "reported",
  };
}
