import type { TranslationLoss } from "@signalbox/proto";
import { LossList } from "../neutral/loss.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import { buildContents } from "./build-contents.ts";
import { buildSchema } from "./build-schema.ts";
import { buildThinking } from "./build-thinking.ts";
import { buildTools } from "./build-tools.ts";
import { versionOf } from "./model-version.ts";

const STOPS_MAX = 5;
const SEED_RANGE = 2 ** 31;

/** The body of a request that was read from another form, but for the cap on output. */
export function buildRequest(
  request: NeutralRequest,
  model: string,
): { readonly fields: JsonObject; readonly losses: readonly TranslationLoss[] } {
  const losses = new LossList();
  loseService(request, losses);
  const tools = buildTools(request, losses);
  const generationConfig = {
    ...set("candidateCount", request.choices === 1 ? null : request.choices),
    ...set("maxOutputTokens", request.maxOutputTokens),
    ...set("temperature", request.temperature),
    ...buildSeed(request, losses),
    ...buildSampling(request, losses),
    ...(request.logprobs ? { responseLogprobs: true, ...set("logprobs", request.topLogprobs) } : {}),
    ...buildFormat(request, { model, hasTools: tools["tools"] !== undefined, losses }),
    ...buildThinking(request, model, losses),
  };
  const fields = {
    ...buildContents(request.messages, model, losses),
    ...tools,
    ...buildTier(request, losses),
    ...(Object.keys(generationConfig).length === 0 ? {} : { generationConfig }),
  };
  return { fields, losses: losses.all };
}

function set(field: string, value: number | string | null): JsonObject {
  return value === null ? {} : { [field]: value };
}

/** A seed is a 32-bit integer here: the same of the caller's is always the same of the provider's. */
function buildSeed({ seed }: NeutralRequest, losses: LossList): JsonObject {
  if (seed === null) return {};
  if (Math.abs(seed) < SEED_RANGE) return { seed };
  losses.add("seed", "seed", "out-of-range");
  return { seed: seed % SEED_RANGE };
}

function buildSampling({ sampling }: NeutralRequest, losses: LossList): JsonObject {
  const { topP, topK, minP, frequencyPenalty, presencePenalty, stop, logitBias } = sampling;
  if (minP !== null) losses.add("sampling.minP", "min-p", "no-equivalent");
  if (stop.length > STOPS_MAX) losses.add("sampling.stop", "stop", "out-of-range");
  if (logitBias !== null) losses.add("sampling.logitBias", "logit-bias", "foreign");
  return {
    ...set("topP", topP),
    ...set("topK", topK),
    ...set("frequencyPenalty", frequencyPenalty),
    ...set("presencePenalty", presencePenalty),
    ...(stop.length === 0 ? {} : { stopSequences: stop.slice(0, STOPS_MAX) }),
  };
}

function buildFormat(
  { responseFormat: format }: NeutralRequest,
  { model, hasTools, losses }: { model: string; hasTools: boolean; losses: LossList },
): JsonObject {
  if (format.kind === "text") return {};
  // Before version 3 an answer that may call tools cannot be bound to JSON.
  if (hasTools && versionOf(model) < 3) {
    losses.add("responseFormat", "response-format", "conflict");
    return {};
  }
  const mime = { responseMimeType: "application/json" };
  if (format.kind === "json-object" || format.schema === null) return mime;
  const schema = buildSchema(format.schema, "responseFormat.schema", losses);
  const described = format.description === null || schema["description"] !== undefined;
  return { ...mime, responseJsonSchema: described ? schema : { ...schema, description: format.description } };
}

/** What others call the tiers of https://ai.google.dev/gemini-api/docs/optimization; `auto` leaves it to the provider. */
const TIERS: ReadonlyMap<string, string> = new Map([
  ["default", "standard"],
  ["standard_only", "standard"],
  ["flex", "flex"],
  ["priority", "priority"],
  ["fast", "priority"],
]);

function buildTier({ service: { tier } }: NeutralRequest, losses: LossList): JsonObject {
  const serviceTier = tier === null ? undefined : TIERS.get(tier);
  if (serviceTier !== undefined) return { serviceTier };
  if (tier !== null && tier !== "auto") losses.add("service.tier", "service-tier", "foreign");
  return {};
}

/** What the wire has no field for. */
function loseService(request: NeutralRequest, losses: LossList): void {
  const { service, parallelTools, verbosity, user, metadata, cache } = request;
  const lost: readonly (readonly [path: string, what: string, isLost: boolean])[] = [
    ["parallelTools", "parallel-tools", parallelTools === false],
    ["verbosity", "verbosity", verbosity !== null],
    ["user", "user", user !== null],
    ["metadata", "metadata", metadata !== null],
    ["service.store", "store", service.store !== null],
    ["service.cacheKey", "cache-key", service.cacheKey !== null],
    ["service.safetyId", "safety-id", service.safetyId !== null],
    ["cache", "cache-mark", cache !== undefined],
  ];
  for (const [path, what, isLost] of lost) if (isLost) losses.add(path, what, "no-equivalent");
}
