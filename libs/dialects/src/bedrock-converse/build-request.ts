import type { RenderRequestOptions } from "../egress-codec.ts";
import type { LossList } from "../neutral/loss.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import { buildMessages, type Turn } from "./build-messages.ts";
import { buildSampling } from "./build-sampling.ts";
import { buildThinking } from "./build-thinking.ts";
import { buildTools, isForced } from "./build-tools.ts";
import { limitPoints } from "./limit-points.ts";
import { claudeOf, familyOf } from "./model-family.ts";

const TIERS = new Set(["default", "priority", "flex", "reserved"]);

/** The body of a request, which is always built anew: no caller speaks this form. */
export function buildRequest(request: NeutralRequest, options: RenderRequestOptions, losses: LossList): JsonObject {
  const { model } = options;
  const claude = claudeOf(model);
  const context = { losses, family: familyOf(model), claude };
  const maxTokens = boundOf(request.maxOutputTokens, options.maxOutputTokens);
  loseUnsaid(request, losses);
  const { system, messages } = buildMessages(request, context);
  const tools = buildTools(request, context);
  const isBarred = isForced(tools) || (claude?.thinking === "budget" && isWithinToolLoop(messages));
  const thinking = buildThinking(request, { ...context, boundTokens: maxTokens, isBarred });
  const sampling = buildSampling(request, { ...context, isThinking: thinking.isOn });
  const inferenceConfig = { ...(maxTokens === null ? {} : { maxTokens }), ...sampling.shared };
  const own = { ...thinking.fields, ...sampling.own };
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
    ...(claude !== null && request.sampling.stop.length > 0
      ? { additionalModelResponseFieldPaths: [request.stream ? "/delta/stop_sequence" : "/stop_sequence"] }
      : {}),
  };
}

function boundOf(asked: number | null, cap: number | null): number | null {
  if (asked === null) return cap;
  return cap === null ? asked : Math.min(asked, cap);
}

/** Where Claude thinks by budget, a turn that goes on after a tool's result must have begun with thinking of its own. */
function isWithinToolLoop(turns: readonly Turn[]): boolean {
  const answersCall = turns.at(-1)?.content.some((block) => block["toolResult"] !== undefined) === true;
  const first = turns.findLast(({ role }) => role === "assistant")?.content[0];
  return answersCall && first !== undefined && first["reasoningContent"] === undefined;
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
