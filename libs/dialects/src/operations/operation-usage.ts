import { NO_USAGE, type Usage } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";

/**
 * Reads a usage object in the spellings that hosts of OpenAI's form use beside chat, or null when it says nothing in tokens:
 * `prompt_tokens` (embeddings), `input_tokens` with details by modality (images, transcriptions), or a total alone (rerank).
 */
export function readOperationUsage(value: unknown): Usage | null {
  if (!isObject(value)) return null;
  const outputTokens = count(value["output_tokens"]) || count(value["completion_tokens"]);
  const inputTokens =
    count(value["input_tokens"]) || count(value["prompt_tokens"]) || count(value["total_tokens"]) - outputTokens;
  if (inputTokens <= 0 && outputTokens === 0) return null;
  const details = value["input_tokens_details"] ?? value["input_token_details"] ?? value["prompt_tokens_details"];
  const by = isObject(details) ? details : {};
  const audio = count(by["audio_tokens"]);
  const image = count(by["image_tokens"]);
  return {
    ...NO_USAGE,
    inputTokens: Math.max(0, inputTokens),
    cachedInputTokens: Math.min(count(by["cached_tokens"]), Math.max(0, inputTokens)),
    outputTokens,
    ...(audio === 0 ? {} : { audioInputTokens: audio }),
    ...(image === 0 ? {} : { imageInputTokens: image }),
    source: "reported",
  };
}

function count(value: unknown): number {
  return typeof value === "number" && value > 0 && value <= Number.MAX_SAFE_INTEGER ? Math.trunc(value) : 0;
}
