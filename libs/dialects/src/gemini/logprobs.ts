import { isObject } from "../check/check-value.ts";
import type { JsonObject } from "../neutral/source.ts";

/** A `logprobsResult` in OpenAI's form, or null. */
export function readLogprobs(value: unknown): JsonObject | null {
  if (!isObject(value) || !Array.isArray(value["chosenCandidates"])) return null;
  const tops = listOf(value["topCandidates"]);
  const content = listOf(value["chosenCandidates"]).map((chosen, index) => {
    const top = listOf(tops[index]?.["candidates"]).map(readToken);
    return { ...readToken(chosen), top_logprobs: top };
  });
  return content.length === 0 ? null : { content, refusal: null };
}

function readToken(candidate: JsonObject): JsonObject {
  const { token, logProbability } = candidate;
  return { token: typeof token === "string" ? token : "", logprob: numberOf(logProbability), bytes: null };
}

/** The same the other way round, as fields of a candidate. */
export function renderLogprobs(logprobs: JsonObject): JsonObject {
  const tokens = listOf(logprobs["content"]);
  if (tokens.length === 0) return {};
  const sum = tokens.reduce((total, token) => total + numberOf(token["logprob"]), 0);
  return {
    avgLogprobs: sum / tokens.length,
    logprobsResult: {
      topCandidates: tokens.map((token) => ({ candidates: listOf(token["top_logprobs"]).map(renderToken) })),
      chosenCandidates: tokens.map(renderToken),
    },
  };
}

function renderToken({ token, logprob }: JsonObject): JsonObject {
  return { token, logProbability: logprob };
}

function listOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
