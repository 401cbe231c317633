import type { TranslationLoss } from "@signalbox/proto";
import { LossList } from "../neutral/loss.ts";
import type { NeutralRequest, NeutralResponseFormat } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import { buildInput } from "./build-input.ts";
import { buildTools, buildToolChoice } from "./build-tools.ts";
import { INCLUDE_ENCRYPTED, INCLUDE_LOGPROBS } from "./parse-request.ts";

type BuiltRequest = { readonly fields: JsonObject; readonly losses: readonly TranslationLoss[] };

/** The fields of a request that was read from another form, but for the model and the cap on output. */
export function buildRequest(request: NeutralRequest): BuiltRequest {
  const losses = new LossList();
  const tools = buildTools(request.tools, losses);
  loseSampling(request, losses);
  if (request.choices > 1) losses.add("choices", "choices", "no-equivalent");
  if (request.seed !== null) losses.add("seed", "seed", "no-equivalent");
  if (request.cache !== undefined) losses.add("cache", "cache-mark", "no-equivalent");
  const toolFields = {
    tools,
    tool_choice: buildToolChoice(request.toolChoice, request.tools),
    parallel_tool_calls: request.parallelTools,
  };
  const fields = {
    ...buildInput(request.messages, losses),
    ...(tools.length === 0 ? {} : toolFields),
    text: buildText(request),
    stream: request.stream ? true : null,
    max_output_tokens: request.maxOutputTokens,
    temperature: request.temperature,
    top_p: request.sampling.topP,
    top_logprobs: request.topLogprobs,
    reasoning: buildReasoning(request, losses),
    include: buildInclude(request),
    user: request.user,
    metadata: request.metadata,
    ...buildService(request, losses),
  };
  return {
    fields: Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)),
    losses: losses.all,
  };
}

function loseSampling({ sampling }: NeutralRequest, losses: LossList): void {
  const { topK, minP, frequencyPenalty, presencePenalty, stop, logitBias } = sampling;
  if (topK !== null) losses.add("sampling.topK", "top-k", "no-equivalent");
  if (minP !== null) losses.add("sampling.minP", "min-p", "no-equivalent");
  if (frequencyPenalty !== null) losses.add("sampling.frequencyPenalty", "frequency-penalty", "no-equivalent");
  if (presencePenalty !== null) losses.add("sampling.presencePenalty", "presence-penalty", "no-equivalent");
  if (stop.length > 0) losses.add("sampling.stop", "stop", "no-equivalent");
  if (logitBias !== null) losses.add("sampling.logitBias", "logit-bias", "no-equivalent");
}

function buildReasoning({ reasoning, reasoningEffort }: NeutralRequest, losses: LossList): JsonObject | null {
  if (reasoning === null) return null;
  if (reasoning.budgetTokens !== null) losses.add("reasoning.budgetTokens", "reasoning-budget", "approximated");
  if (reasoning.adaptive === true && reasoning.effort === null) {
    losses.add("reasoning.adaptive", "adaptive-reasoning", "no-equivalent");
  }
  const { summary } = reasoning;
  const fields = {
    ...(reasoningEffort === null ? {} : { effort: reasoningEffort }),
    ...(summary === null || summary === "none" ? {} : { summary }),
  };
  return Object.keys(fields).length === 0 ? null : fields;
}

/** Reasoning is asked for in a form that can be sent back wherever there will be some: models that do not reason refuse to be asked. */
function buildInclude({ reasoning, logprobs, messages }: NeutralRequest): readonly string[] | null {
  const hasReasoned = messages.some(({ parts }) => {
    return parts.some((part) => part.kind === "reasoning" && part.state?.wire === "openai-responses");
  });
  const reasons = reasoning !== null && reasoning.effort !== "none";
  const include = [...(reasons || hasReasoned ? [INCLUDE_ENCRYPTED] : []), ...(logprobs ? [INCLUDE_LOGPROBS] : [])];
  return include.length === 0 ? null : include;
}

function buildService({ service, source }: NeutralRequest, losses: LossList): JsonObject {
  const isOpenai = source.dialect.startsWith("openai-");
  if (service.tier !== null && !isOpenai) losses.add("service.tier", "service-tier", "foreign");
  return {
    service_tier: isOpenai ? service.tier : null,
    // Absent means true in this format, and false in the others.
    store: service.store ?? false,
    prompt_cache_key: service.cacheKey,
    safety_identifier: service.safetyId,
  };
}

function buildText({ responseFormat, verbosity }: NeutralRequest): JsonObject | null {
  const format = buildFormat(responseFormat);
  if (format === null && verbosity === null) return null;
  return { ...(format === null ? {} : { format }), ...(verbosity === null ? {} : { verbosity }) };
}

function buildFormat(format: NeutralResponseFormat): JsonObject | null {
  if (format.kind === "text") return null;
  if (format.kind === "json-object") return { type: "json_object" };
  const { name, schema, description, strict } = format;
  return {
    type: "json_schema",
    name,
    schema: schema ?? {},
    ...(description === null ? {} : { description }),
    ...(strict === null ? {} : { strict }),
  };
}
