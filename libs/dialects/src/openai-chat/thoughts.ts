import type { ReasoningPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { readReasoning } from "./reasoning-details.ts";
import { readThinkingBlocks } from "./thinking-blocks.ts";

/** The reasoning of a message or a delta with the state of it: from OpenRouter's details, else from LiteLLM's blocks, else from `text`. */
export function readThoughts(from: JsonObject, text: string | null): readonly ReasoningPart[] {
  const { reasoning_details: details, thinking_blocks: blocks } = from;
  if (!Array.isArray(blocks) || (Array.isArray(details) && details.length > 0)) return readReasoning(details, text);
  const parts = readThinkingBlocks(blocks);
  return parts.length === 0 ? readReasoning(details, text) : parts;
}
