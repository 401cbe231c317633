import type { LossList } from "../neutral/loss.ts";
import { budgetOfEffort } from "../neutral/requested-reasoning.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";

const STOPS_MAX = 5;
const TOP_K_MAX = 500;
const TOP_P_MIN = 0.01;
const TOP_P_MAX = 0.99;

/** The fields that steer the drawing of tokens, in the ranges of https://docs.cohere.com/reference/chat; null: not sent. */
export function buildSampling(request: NeutralRequest, losses: LossList): JsonObject {
  const { topP, topK, minP, frequencyPenalty, presencePenalty, stop, logitBias } = request.sampling;
  const within = (
    value: number | null,
    range: { path: string; what: string; min: number; max: number },
  ): number | null => {
    if (value === null || (value >= range.min && value <= range.max)) return value;
    losses.add(range.path, range.what, "out-of-range");
    return Math.min(Math.max(value, range.min), range.max);
  };
  if (minP !== null) losses.add("sampling.minP", "min-p", "no-equivalent");
  if (logitBias !== null) losses.add("sampling.logitBias", "logit-bias", "foreign");
  if (stop.length > STOPS_MAX) losses.add("sampling.stop", "stop", "out-of-range");
  const frequency = within(frequencyPenalty, {
    path: "sampling.frequencyPenalty",
    what: "frequency-penalty",
    min: 0,
    max: 1,
  });
  const presence = within(presencePenalty, {
    path: "sampling.presencePenalty",
    what: "presence-penalty",
    min: 0,
    max: 1,
  });
  // Cohere refuses a request with both.
  const isBoth = (frequency ?? 0) !== 0 && (presence ?? 0) !== 0;
  if (isBoth) losses.add("sampling.presencePenalty", "presence-penalty", "conflict");
  return {
    temperature: request.temperature,
    seed: within(request.seed, { path: "seed", what: "seed", min: 0, max: Number.MAX_SAFE_INTEGER }),
    p: within(topP, { path: "sampling.topP", what: "top-p", min: TOP_P_MIN, max: TOP_P_MAX }),
    k: within(topK, { path: "sampling.topK", what: "top-k", min: 0, max: TOP_K_MAX }),
    frequency_penalty: frequency,
    presence_penalty: isBoth ? null : presence,
    stop_sequences: stop.length === 0 ? null : stop.slice(0, STOPS_MAX),
  };
}

/** `thinking`, which is a switch and a budget (https://docs.cohere.com/docs/reasoning); null: the request does not say. */
export function buildThinking({ reasoning }: NeutralRequest, losses: LossList): JsonObject | null {
  if (reasoning === null) return null;
  const { effort, budgetTokens, adaptive, summary } = reasoning;
  if (summary !== null) losses.add("reasoning.summary", "reasoning-summary", "no-equivalent");
  if (effort === "none" || budgetTokens === 0) return { type: "disabled" };
  if (adaptive === true) losses.add("reasoning.adaptive", "adaptive-reasoning", "approximated");
  if (budgetTokens !== null) return { type: "enabled", token_budget: budgetTokens };
  if (effort === null) return adaptive === true ? { type: "enabled" } : null;
  losses.add("reasoning.effort", "reasoning-effort", "approximated");
  return { type: "enabled", token_budget: budgetOfEffort(effort) };
}

/** The model cannot be held to a format while it is offered tools or documents. */
export function buildFormat(
  { responseFormat }: NeutralRequest,
  offered: { readonly tools: boolean; readonly documents: boolean },
  losses: LossList,
): JsonObject | null {
  if (responseFormat.kind === "text") return null;
  if (offered.tools || offered.documents) {
    losses.add("responseFormat", responseFormat.kind, "conflict");
    return null;
  }
  if (responseFormat.kind === "json-object") return { type: "json_object" };
  const { schema, description } = responseFormat;
  if (description !== null) losses.add("responseFormat.description", "schema-description", "no-equivalent");
  return { type: "json_object", ...(schema === null ? {} : { json_schema: schema }) };
}

/** What this format has no field for. */
export function loseTheRest(request: NeutralRequest, losses: LossList): void {
  const { service } = request;
  if (request.choices > 1) losses.add("choices", "choices", "no-equivalent");
  if (request.topLogprobs !== null && request.topLogprobs > 0)
    losses.add("topLogprobs", "top-logprobs", "no-equivalent");
  if (request.verbosity !== null) losses.add("verbosity", "verbosity", "no-equivalent");
  if (service.tier !== null) losses.add("service.tier", "service-tier", "foreign");
  if (service.store === true) losses.add("service.store", "store", "no-equivalent");
  if (service.cacheKey !== null) losses.add("service.cacheKey", "cache-key", "no-equivalent");
  if (service.safetyId !== null) losses.add("service.safetyId", "safety-id", "no-equivalent");
  if (request.user !== null) losses.add("user", "user", "no-equivalent");
  if (request.metadata !== null) losses.add("metadata", "metadata", "no-equivalent");
  if (request.cache !== undefined) losses.add("cache", "cache-mark", "no-equivalent");
}
