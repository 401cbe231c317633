import { isObject } from "../check/check-value.ts";
import type { JsonObject } from "../neutral/source.ts";

/**
 * The log probabilities of Chat Completions, one object a token, as this format writes them: four lists side by side. `offset` is where
 * the first token begins in the choice's text, in UTF-16 units.
 */
export function renderLogprobs(logprobs: JsonObject | undefined, offset: number): JsonObject | null {
  const content = logprobs?.["content"];
  if (!Array.isArray(content) || content.length === 0) return null;
  const tokens = content.filter(isObject);
  let at = offset;
  const offsets = tokens.map((token) => {
    const start = at;
    at += tokenOf(token).length;
    return start;
  });
  return {
    tokens: tokens.map(tokenOf),
    token_logprobs: tokens.map(({ logprob }) => logprob ?? null),
    top_logprobs: tokens.map(({ top_logprobs: top }) => topOf(top)),
    text_offset: offsets,
  };
}

function topOf(top: unknown): JsonObject | null {
  if (!Array.isArray(top)) return null;
  return Object.fromEntries(top.filter(isObject).map((token) => [tokenOf(token), token["logprob"] ?? null]));
}

function tokenOf({ token }: JsonObject): string {
  return typeof token === "string" ? token : "";
}

/** The way back, for an answer that was kept. */
export function readLogprobs(value: unknown): JsonObject | null {
  if (!isObject(value) || !Array.isArray(value["tokens"])) return null;
  const { token_logprobs: logprobs, top_logprobs: tops } = value;
  const content = (value["tokens"] as readonly unknown[]).map((token, index) => {
    const top: unknown = Array.isArray(tops) ? tops[index] : null;
    const list = isObject(top) ? Object.entries(top).map(([name, logprob]) => ({ token: name, logprob })) : [];
    return { token, logprob: Array.isArray(logprobs) ? (logprobs[index] as unknown) : null, top_logprobs: list };
  });
  return { content, refusal: null };
}
