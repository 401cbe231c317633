import type { RenderRequestOptions } from "../egress-codec.ts";
import type { LossList } from "../neutral/loss.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import { buildMessages } from "./build-messages.ts";
import { buildThinking } from "./build-thinking.ts";
import { buildTools } from "./build-tools.ts";
import { limitPoints } from "./limit-points.ts";
import { familyOf, type ModelFamily } from "./model-family.ts";

const TEMPERATURE_MAX = 1;
const TIERS = new Set(["default", "priority", "flex", "reserved"]);

/** The body of a request, which is always built anew: no caller speaks this form. */
export function buildRequest(request: NeutralRequest, options: RenderRequestOptions, losses: LossList): JsonObject {
  const { model } = options;
  const family = familyOf(model);
  const maxTokens = boundOf(request.maxOutputTokens, options.maxOutputTokens);
  loseUnsaid(request, losses);
  const thinking = buildThinking(request, { model, maxTokens, losses });
  const sampling = buildSampling(request, { family, losses, isThinking: thinking.isOn });
  const inferenceConfig = { ...(maxTokens === null ? {} : { maxTokens }), ...sampling.shared };
  const own = { ...thinking.fields, ...sampling.own };
  const { system, messages } = buildMessages(request, { losses, family });
  const tools = buildTools(request, family, losses);
  limitPoints([tools.toolConfig?.tools ?? [], system, ...messages.map(({ content }) => content)], losses);
  return {
    ...(system.length === 0 ? {} : { system }),
    messages,
    ...(Object.keys(inferenceConfig).length === 0 ? {} : { inferenceConfig }),
    ...tools,
    ...(Object.keys(own).length === 0 ? {} : { additionalModelRequestFields: own }),
    ...buildFormat(request, losses),
    ...buildService(request, losses),
    // The stop text that ended an answer stands in the model's own answer alone.
    ...(family === "anthropic" && request.sampling.stop.length > 0
      ? { additionalModelResponseFieldPaths: [request.stream ? "/delta/stop_sequence" : "/stop_sequence"] }
      : {}),
  };
}

function boundOf(asked: number | null, cap: number | null): number | null {
  if (asked === null) return cap;
  return cap === null ? asked : Math.min(asked, cap);
}

type SamplingContext = { readonly family: ModelFamily; readonly losses: LossList; readonly isThinking: boolean };

function buildSampling(
  { temperature, sampling }: NeutralRequest,
  { family, losses, isThinking }: SamplingContext,
): { readonly shared: JsonObject; readonly own: JsonObject } {
  const { topP, topK, stop } = sampling;
  // Claude takes neither while it thinks.
  const isBound = isThinking && family === "anthropic";
  if (isBound && temperature !== null && temperature !== 1) losses.add("temperature", "temperature", "conflict");
  if (isBound && topK !== null) losses.add("sampling.topK", "top-k", "conflict");
  if (!isBound && temperature !== null && temperature > TEMPERATURE_MAX) {
    losses.add("temperature", "temperature", "out-of-range");
  }
  const hasTopK = topK !== null && !isBound && (family === "anthropic" || family === "nova");
  if (topK !== null && !isBound && !hasTopK) losses.add("sampling.topK", "top-k", "no-equivalent");
  return {
    shared: {
      ...(temperature === null || isBound ? {} : { temperature: Math.min(temperature, TEMPERATURE_MAX) }),
      ...(topP === null ? {} : { topP }),
      ...(stop.length === 0 ? {} : { stopSequences: stop }),
    },
    own: hasTopK ? (family === "nova" ? { inferenceConfig: { topK } } : { top_k: topK }) : {},
  };
}

function buildFormat({ responseFormat: format }: NeutralRequest, losses: LossList): JsonObject {
  if (format.kind === "text") return {};
  if (format.kind === "json-object" || format.schema === null) {
    losses.add("responseFormat", "response-format", "no-equivalent");
    return {};
  }
  const { name, description, schema } = format;
  const jsonSchema = { schema: JSON.stringify(schema), name, ...(description === null ? {} : { description }) };
  return { outputConfig: { textFormat: { type: "json_schema", structure: { jsonSchema } } } };
}

const LABEL = /^[\w\s:@$#=/+,.-]{1,256}$/;
const LABELS_MAX = 16;

function buildService({ service, metadata }: NeutralRequest, losses: LossList): JsonObject {
  const isTier = service.tier !== null && TIERS.has(service.tier);
  if (service.tier !== null && !isTier && service.tier !== "auto")
    losses.add("service.tier", "service-tier", "foreign");
  const labels = Object.entries(metadata ?? {});
  const kept = labels.filter((pair) => pair.every((word) => LABEL.test(word))).slice(0, LABELS_MAX);
  if (kept.length < labels.length) losses.add("metadata", "metadata", "out-of-range");
  return {
    ...(isTier ? { serviceTier: { type: service.tier } } : {}),
    ...(kept.length === 0 ? {} : { requestMetadata: Object.fromEntries(kept) }),
  };
}

/** What the API has no field for. */
function loseUnsaid(request: NeutralRequest, losses: LossList): void {
  const { sampling, service } = request;
  const lost: readonly (readonly [path: string, what: string, isLost: boolean])[] = [
    ["choices", "choices", request.choices > 1],
    ["seed", "seed", request.seed !== null],
    ["sampling.minP", "min-p", sampling.minP !== null],
    ["sampling.frequencyPenalty", "frequency-penalty", sampling.frequencyPenalty !== null],
    ["sampling.presencePenalty", "presence-penalty", sampling.presencePenalty !== null],
    ["logprobs", "logprobs", request.logprobs],
    ["parallelTools", "parallel-tools", request.parallelTools === false],
    ["verbosity", "verbosity", request.verbosity !== null],
    ["user", "user", request.user !== null],
    ["service.store", "store", service.store !== null],
    ["service.cacheKey", "cache-key", service.cacheKey !== null],
    ["service.safetyId", "safety-id", service.safetyId !== null],
  ];
  for (const [path, what, isLost] of lost) if (isLost) losses.add(path, what, "no-equivalent");
  if (sampling.logitBias !== null) losses.add("sampling.logitBias", "logit-bias", "foreign");
}
