import { isObject } from "../check/check-value.ts";
import { objectsOf } from "../check/field-value.ts";
import type { JsonObject } from "../neutral/source.ts";

/** A `logprobsResult` in OpenAI's form, or null. */
export function readLogprobs(value: unknown): JsonObject | null {
  if (!isObject(value) || !Array.isArray(value["chosenCandidates"])) return null;
  const tops = objectsOf(value["topCandidates"]);
  const content = objectsOf(value["chosenCandidates"]).map((chosen, index) => {
    const top = objectsOf(tops[index]?.["candidates"]).map(readToken);
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
  const tokens = objectsOf(logprobs["content"]);
  if (tokens.length === 0) return {};
  const sum = tokens.reduce((total, token) => total + numberOf(token["logprob"]), 0);
  return {
    avgLogprobs: sum / tokens.length,
    logprobsResult: {
      topCandidates: tokens.map((token) => ({ candidates: objectsOf(token["top_logprobs"]).map(renderToken) })),
      chosenCandidates: tokens.map(renderToken),
    },
  };
}

function renderToken({ token, logprob }: JsonObject): JsonObject {
  return { token, logProbability: logprob };
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
