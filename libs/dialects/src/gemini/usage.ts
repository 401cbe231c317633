import type { Usage } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import type { JsonObject } from "../neutral/source.ts";
import { serviceTerms } from "../usage/service-terms.ts";
import { malformedMark, tokenCount } from "../usage/token-count.ts";
import { groundingOf, groundingTerms } from "./grounding-usage.ts";

/**
 * Reads a `usageMetadata`, or null when it says nothing (https://ai.google.dev/api/generate-content#UsageMetadata).
 *
 * The total is the sum of the prompt, the results of the provider's own tools, the candidates and the thoughts: thoughts stand
 * beside the candidates and are output, cached tokens stand inside the prompt. Where the total shows that a host counts thoughts
 * among the candidates they are not added again.
 */
export function readUsage(value: unknown): Usage | null {
  if (!isObject(value)) return null;
  const prompt = tokenCount(value["promptTokenCount"]);
  const tools = tokenCount(value["toolUsePromptTokenCount"]);
  const candidates = tokenCount(value["candidatesTokenCount"]);
  const thoughts = tokenCount(value["thoughtsTokenCount"]);
  const inputTokens = prompt + tools;
  if (inputTokens + candidates + thoughts === 0) return null;
  const isInside =
    thoughts > 0 && thoughts <= candidates && tokenCount(value["totalTokenCount"]) === inputTokens + candidates;
  return {
    inputTokens,
    cachedInputTokens: Math.min(tokenCount(value["cachedContentTokenCount"]), inputTokens),
    cacheWriteTokens: 0,
    outputTokens: isInside ? candidates : candidates + thoughts,
    reasoningTokens: thoughts,
    ...counted("audioInputTokens", value["promptTokensDetails"], "AUDIO"),
    ...counted("imageInputTokens", value["promptTokensDetails"], "IMAGE"),
    ...counted("audioOutputTokens", value["candidatesTokensDetails"], "AUDIO"),
    ...counted("imageOutputTokens", value["candidatesTokensDetails"], "IMAGE"),
    ...serviceTerms(value["serviceTier"] ?? value["trafficType"]),
    ...malformedMark(value),
    source: "reported",
  };
}

type ModalityField = "audioInputTokens" | "imageInputTokens" | "audioOutputTokens" | "imageOutputTokens";

function counted(field: ModalityField, details: unknown, modality: string): Partial<Usage> {
  if (!Array.isArray(details)) return {};
  const found = details.filter(isObject).filter((detail) => detail["modality"] === modality);
  const tokens = found.reduce((sum, detail) => sum + tokenCount(detail["tokenCount"]), 0);
  return tokens === 0 ? {} : { [field]: tokens };
}

/** The usage of a whole answer; what it is grounded in, which is billed apart, shows in its candidates. */
export function usageOfBody(body: JsonObject): Usage | null {
  const usage = readUsage(body["usageMetadata"]);
  return usage === null ? null : { ...usage, ...groundingTerms(groundingOf(body)) };
}

/** The usage that a caller reads: the provider's own of this form, with the fields that the format has as we understand them. */
export function renderUsage(usage: Usage, source: unknown): JsonObject {
  const own = isObject(source) ? source : {};
  return {
    ...own,
    promptTokenCount: usage.inputTokens - Math.min(tokenCount(own["toolUsePromptTokenCount"]), usage.inputTokens),
    candidatesTokenCount: usage.outputTokens - usage.reasoningTokens,
    totalTokenCount: usage.inputTokens + usage.outputTokens,
    ...(usage.cachedInputTokens === 0 ? {} : { cachedContentTokenCount: usage.cachedInputTokens }),
    ...(usage.reasoningTokens === 0 ? {} : { thoughtsTokenCount: usage.reasoningTokens }),
    ...(isObject(source) ? {} : detailsOf(usage)),
  };
}

function detailsOf(usage: Usage): JsonObject {
  const prompt = modalities(usage.audioInputTokens, usage.imageInputTokens);
  const candidates = modalities(usage.audioOutputTokens, usage.imageOutputTokens);
  return {
    ...(prompt.length === 0 ? {} : { promptTokensDetails: prompt }),
    ...(candidates.length === 0 ? {} : { candidatesTokensDetails: candidates }),
  };
}

function modalities(audio: number | undefined, image: number | undefined): JsonObject[] {
  return [
    ...(audio === undefined ? [] : [{ modality: "AUDIO", tokenCount: audio }]),
    ...(image === undefined ? [] : [{ modality: "IMAGE", tokenCount: image }]),
  ];
}
