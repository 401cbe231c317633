import { invalid } from "../check/invalid.ts";
import { isObject } from "../check/check-value.ts";
import type { JsonObject } from "../neutral/source.ts";
import { promptsOf } from "./parse-request.ts";

/**
 * The requests of one prompt each that a request of several is made of, in their order; null for a request of one, and for what is no
 * request at all. Each of them has all other fields of the whole, so together they may be no larger than `maxBytes`. Throws
 * `invalid-request` for prompts that are no texts.
 */
export function splitPrompts(value: unknown, maxBytes: number): readonly JsonObject[] | null {
  if (!isObject(value) || !Array.isArray(value["prompt"]) || value["prompt"].length < 2) return null;
  const prompts = promptsOf(value["prompt"]);
  const { prompt: _, ...rest } = value;
  if (Buffer.byteLength(JSON.stringify(rest)) * prompts.length > maxBytes) {
    throw invalid("prompt", "Invalid 'prompt': too many prompts for fields of this size beside them.");
  }
  return prompts.map((prompt) => ({ ...rest, prompt }));
}
