import { plainText } from "../check/plain-value.ts";
import type { RenderedRequest, RenderRequestOptions } from "../egress-codec.ts";
import { LossList } from "../neutral/loss.ts";
import { cappedTokens } from "../neutral/output-cap.ts";
import type { NeutralRequest, NeutralResponseFormat } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { NeutralTool, NeutralToolChoice } from "../neutral/tool.ts";
import { buildEffort } from "./build-effort.ts";
import { buildMessages } from "./build-messages.ts";

const PATH = "/chat/completions";
const NO_HEADERS = {};

/** The API's own bound; what is above it is refused. */
const TEMPERATURE_MAX = 1.5;

/**
 * The body of Mistral's chat completions (https://docs.mistral.ai/api/endpoint/chat). It looks like OpenAI's, but any field that it does
 * not know is answered with 422 (`extra_forbidden`), so it is always built anew and holds nothing but what is documented.
 */
export function renderRequest(request: NeutralRequest, options: RenderRequestOptions): RenderedRequest {
  const losses = new LossList();
  const fields = {
    model: options.model,
    messages: buildMessages(request.messages, losses),
    stream: request.stream ? true : null,
    n: request.choices === 1 ? null : request.choices,
    max_tokens: cappedTokens(request.maxOutputTokens, options.maxOutputTokens),
    ...buildTools(request, losses),
    response_format: buildFormat(request.responseFormat),
    ...buildSampling(request, losses),
    reasoning_effort: buildEffort(request, options.model, losses),
    service_tier: buildTier(request, losses),
    prompt_cache_key: request.service.cacheKey,
    metadata: request.metadata,
  };
  loseTheRest(request, losses);
  const body = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
  return { path: PATH, headers: NO_HEADERS, body, losses: losses.all };
}

function buildTools(request: NeutralRequest, losses: LossList): JsonObject {
  const tools = request.tools.flatMap((tool, index) => buildTool(tool, `tools[${index}]`, losses));
  if (tools.length === 0) return {};
  const { toolChoice } = request;
  const offered = toolChoice?.kind === "allowed" ? tools.filter((tool) => isAllowed(tool, toolChoice.names)) : tools;
  return {
    tools: offered,
    tool_choice: buildChoice(toolChoice, losses),
    parallel_tool_calls: request.parallelTools,
  };
}

function isAllowed(tool: JsonObject, names: readonly string[]): boolean {
  return names.includes(plainText((tool["function"] as JsonObject | undefined)?.["name"]));
}

function buildTool(tool: NeutralTool, path: string, losses: LossList): JsonObject[] {
  if (tool.kind === "custom") losses.add(path, "custom-tool", "no-equivalent");
  if (tool.kind === "other") {
    if (tool.form === "mistral") return [tool.body];
    losses.add(path, tool.type, "foreign");
  }
  if (tool.kind !== "function") return [];
  const { name, description, parameters, strict, cache } = tool;
  if (cache !== undefined) losses.add(`${path}.cache`, "cache-mark", "no-equivalent");
  const definition = {
    name,
    ...(description === null ? {} : { description }),
    // The field is required, also of a tool that takes nothing.
    parameters: parameters ?? { type: "object", properties: {} },
    ...(strict === null ? {} : { strict }),
  };
  return [{ type: "function", function: definition }];
}

/** `any` is Mistral's older word for `required`, which not all of its deployments know. */
function buildChoice(choice: NeutralToolChoice | null, losses: LossList): unknown {
  if (choice === null) return null;
  switch (choice.kind) {
    case "tool":
      return { type: "function", function: { name: choice.name } };
    case "allowed":
      losses.add("toolChoice", "tool-choice", "approximated");
      return choice.mode === "required" ? "any" : "auto";
    case "required":
      return "any";
    default:
      return choice.kind;
  }
}

function buildFormat(format: NeutralResponseFormat): JsonObject | null {
  if (format.kind === "text") return null;
  if (format.kind === "json-object") return { type: "json_object" };
  const { name, schema, description, strict } = format;
  const json_schema = {
    name,
    ...(description === null ? {} : { description }),
    schema: schema ?? { type: "object" },
    ...(strict === null ? {} : { strict }),
  };
  return { type: "json_schema", json_schema };
}

function buildSampling(request: NeutralRequest, losses: LossList): JsonObject {
  const { topP, topK, minP, frequencyPenalty, presencePenalty, stop, logitBias } = request.sampling;
  const { temperature, seed } = request;
  if (temperature !== null && temperature > TEMPERATURE_MAX) losses.add("temperature", "temperature", "out-of-range");
  if (seed !== null && seed < 0) losses.add("seed", "seed", "out-of-range");
  if (topK !== null) losses.add("sampling.topK", "top-k", "no-equivalent");
  if (minP !== null) losses.add("sampling.minP", "min-p", "no-equivalent");
  if (logitBias !== null) losses.add("sampling.logitBias", "logit-bias", "foreign");
  return {
    temperature: temperature === null ? null : Math.min(temperature, TEMPERATURE_MAX),
    top_p: topP,
    random_seed: seed === null ? null : Math.max(seed, 0),
    presence_penalty: presencePenalty,
    frequency_penalty: frequencyPenalty,
    stop: stop.length === 0 ? null : stop,
  };
}

/**
 * Which queue may take the request (https://docs.mistral.ai/inference/priority-tier): the prioritised one where the account has it, or the
 * usual one alone. OpenAI's word for the latter is `default`.
 */
function buildTier({ service }: NeutralRequest, losses: LossList): "auto" | "standard_only" | null {
  const { tier } = service;
  if (tier === null || tier === "auto") return tier;
  if (tier === "standard_only" || tier === "default") return "standard_only";
  losses.add("service.tier", "service-tier", "foreign");
  return null;
}

/** What this format has no field for. */
function loseTheRest(request: NeutralRequest, losses: LossList): void {
  const { service } = request;
  if (request.logprobs) losses.add("logprobs", "logprobs", "no-equivalent");
  if (request.verbosity !== null) losses.add("verbosity", "verbosity", "no-equivalent");
  if (service.store === true) losses.add("service.store", "store", "no-equivalent");
  if (service.safetyId !== null) losses.add("service.safetyId", "safety-id", "no-equivalent");
  if (request.user !== null) losses.add("user", "user", "no-equivalent");
  if (request.cache !== undefined) losses.add("cache", "cache-mark", "no-equivalent");
}
