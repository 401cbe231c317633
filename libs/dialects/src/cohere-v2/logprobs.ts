import { isObject } from "../check/check-value.ts";
import type { JsonObject } from "../neutral/source.ts";

/** Cohere's log probabilities, which come by pieces of text, in OpenAI's form; null where there are none. */
export function readLogprobs(value: unknown): JsonObject | null {
  const items = (Array.isArray(value) ? value : [value]).filter(isObject);
  const content = items.flatMap((item) => {
    const { text, logprobs } = item;
    if (typeof text !== "string" || !Array.isArray(logprobs)) return [];
    const known = logprobs.filter((logprob) => typeof logprob === "number");
    // Of a piece of several tokens only the whole text is known, and its probability is the product of theirs.
    return [{ token: text, logprob: known.reduce((sum, logprob) => sum + logprob, 0), bytes: null, top_logprobs: [] }];
  });
  return content.length === 0 ? null : { content, refusal: null };
}
