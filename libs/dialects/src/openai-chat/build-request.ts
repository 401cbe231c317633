import type { LossList } from "../neutral/loss.ts";
import type { NeutralRequest, NeutralResponseFormat } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { RequestQuirks } from "../request-quirks.ts";
import type { BuildContext } from "./build-content.ts";
import { buildMessages } from "./build-messages.ts";
import { buildToolChoice, buildTools } from "./build-tools.ts";

const STOPS_MAX = 4;

/** The fields of a request that was read from another form, but for the model, the stream's options and the cap on output. */
export function buildRequest(request: NeutralRequest, quirks: RequestQuirks, losses: LossList): JsonObject {
  const context = { losses, quirks };
  const tools = buildTools(request.tools, context);
  const toolFields = {
    tools,
    tool_choice: buildToolChoice(request.toolChoice, request.tools),
    parallel_tool_calls: request.parallelTools,
  };
  const fields = {
    messages: buildMessages(request.messages, context),
    ...(tools.length === 0 ? {} : toolFields),
    response_format: buildFormat(request.responseFormat),
    stream: request.stream ? true : null,
    n: request.choices === 1 ? null : request.choices,
    max_tokens: request.maxOutputTokens,
    temperature: request.temperature,
    seed: request.seed,
    ...buildSampling(request, losses),
    logprobs: request.logprobs ? true : null,
    top_logprobs: request.topLogprobs,
    reasoning_effort: buildEffort(request, context),
    verbosity: request.verbosity,
    user: request.user,
    ...buildService(request, losses),
  };
  if (request.cache !== undefined) losses.add("cache", "cache-mark", "no-equivalent");
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

function buildSampling({ sampling, source }: NeutralRequest, losses: LossList): JsonObject {
  const { topP, topK, minP, frequencyPenalty, presencePenalty, stop, logitBias } = sampling;
  if (topK !== null) losses.add("sampling.topK", "top-k", "no-equivalent");
  if (minP !== null) losses.add("sampling.minP", "min-p", "no-equivalent");
  if (stop.length > STOPS_MAX) losses.add("sampling.stop", "stop", "out-of-range");
  // Token ids mean something to their own vendor's vocabulary alone.
  const isOpenai = source.dialect.startsWith("openai-");
  if (logitBias !== null && !isOpenai) losses.add("sampling.logitBias", "logit-bias", "foreign");
  return {
    top_p: topP,
    frequency_penalty: frequencyPenalty,
    presence_penalty: presencePenalty,
    stop: stop.length === 0 ? null : stop.slice(0, STOPS_MAX),
    logit_bias: isOpenai ? logitBias : null,
  };
}

function buildEffort({ reasoning, reasoningEffort }: NeutralRequest, { losses, quirks }: BuildContext): string | null {
  if (reasoning === null) return null;
  if (reasoning.budgetTokens !== null && quirks.reasoning?.budget === undefined) {
    losses.add("reasoning.budgetTokens", "reasoning-budget", "approximated");
  }
  if (reasoning.adaptive === true && reasoning.effort === null) {
    losses.add("reasoning.adaptive", "adaptive-reasoning", "no-equivalent");
  }
  if (reasoning.summary !== null) losses.add("reasoning.summary", "reasoning-summary", "no-equivalent");
  return reasoningEffort;
}

function buildService({ service, metadata, source }: NeutralRequest, losses: LossList): JsonObject {
  const isOpenai = source.dialect.startsWith("openai-");
  if (service.tier !== null && !isOpenai) losses.add("service.tier", "service-tier", "foreign");
  // The format takes metadata beside `store` alone.
  const mayLabel = service.store === true;
  if (metadata !== null && !mayLabel) losses.add("metadata", "metadata", "conflict");
  return {
    service_tier: isOpenai ? service.tier : null,
    store: service.store,
    prompt_cache_key: service.cacheKey,
    safety_identifier: service.safetyId,
    metadata: mayLabel ? metadata : null,
  };
}

function buildFormat(format: NeutralResponseFormat): JsonObject | null {
  if (format.kind === "text") return null;
  if (format.kind === "json-object") return { type: "json_object" };
  const { name, schema, description, strict } = format;
  const json_schema = {
    name,
    ...(description === null ? {} : { description }),
    ...(schema === null ? {} : { schema }),
    ...(strict === null ? {} : { strict }),
  };
  return { type: "json_schema", json_schema };
}
