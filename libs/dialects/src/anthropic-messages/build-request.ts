import type { TranslationLoss } from "@signalbox/proto";
import { LossList } from "../neutral/loss.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import { ANSWER_TOOL, answerTool } from "./answer-tool.ts";
import { buildMessages, type Turn } from "./build-messages.ts";
import { buildSampling } from "./build-sampling.ts";
import { buildThinking, BUDGET_MIN_TOKENS } from "./build-thinking.ts";
import { buildToolChoice, buildTools, isForced } from "./build-tools.ts";
import { markField } from "./cache-mark.ts";
import { limitMarks } from "./limit-marks.ts";
import { type ModelTraits, traitsOf } from "./model-traits.ts";
import { outputSchemaOf } from "./output-schema.ts";

/** The bound of an answer that nobody bounds: the format has no way to leave it open. */
const DEFAULT_MAX_TOKENS = 4096;

type Options = { readonly model: string; readonly maxOutputTokens: number | null };

/** A request that was read from another form, as one of this; its model and bound included. */
export function buildRequest(
  request: NeutralRequest,
  options: Options,
): { readonly fields: JsonObject; readonly losses: readonly TranslationLoss[] } {
  const losses = new LossList();
  const traits = traitsOf(options.model);
  const { system, turns } = buildMessages(request.messages, { losses, traits });
  const format = buildFormat(request, traits, losses);
  const { tools, choice } = buildToolFields(request, format.tool, { losses, traits });
  const boundTokens = boundOf(request, options);
  const isBarred = isForced(choice) || (traits.thinking === "budget" && isWithinToolLoop(turns));
  const { thinking, effort } = buildThinking(request, { losses, traits, boundTokens, isBarred });
  const isThinking = thinking !== null && thinking["type"] !== "disabled";
  const systemBlocks = [...system, ...format.system];
  const config = { ...(effort === null ? {} : { effort }), ...format.config };
  limitMarks(
    [tools, systemBlocks, ...turns.map(({ content }) => content)],
    losses,
    request.cache === undefined ? 0 : 1,
  );
  if (boundTokens === null) losses.add("maxOutputTokens", "max-output-tokens", "approximated");
  const fields = {
    model: options.model,
    max_tokens: boundTokens ?? DEFAULT_MAX_TOKENS + budgetOf(thinking),
    ...(systemBlocks.length === 0 ? {} : { system: systemBlocks }),
    messages: turns.map(plainTurn),
    ...(tools.length === 0 ? {} : { tools }),
    ...(choice === null || tools.length === 0 ? {} : { tool_choice: choice }),
    ...(thinking === null ? {} : { thinking }),
    ...(Object.keys(config).length === 0 ? {} : { output_config: config }),
    ...buildSampling(request, { losses, traits, isThinking }),
    ...(request.stream ? { stream: true } : {}),
    ...buildService(request, losses),
    ...markField(request.cache),
  };
  return { fields, losses: losses.all };
}

function boundOf({ maxOutputTokens: asked }: NeutralRequest, { maxOutputTokens: cap }: Options): number | null {
  if (asked === null && cap === null) return null;
  return Math.min(asked ?? Infinity, cap ?? Infinity);
}

function budgetOf(thinking: JsonObject | null): number {
  const budget = thinking?.["budget_tokens"];
  return typeof budget === "number" ? Math.max(budget, BUDGET_MIN_TOKENS) : 0;
}

/** Where a model thinks by budget, a turn that goes on after a tool's result must have begun with thinking of its own. */
function isWithinToolLoop(turns: readonly Turn[]): boolean {
  const answersCall = turns.at(-1)?.content.some((block) => block["type"] === "tool_result") === true;
  const first = turns.findLast(({ role }) => role === "assistant")?.content[0]?.["type"];
  return answersCall && first !== undefined && first !== "thinking" && first !== "redacted_thinking";
}

type Format = { readonly config: JsonObject; readonly tool: JsonObject | null; readonly system: readonly JsonObject[] };

const NO_FORMAT: Format = { config: {}, tool: null, system: [] };
const JSON_INSTRUCTION = "Answer with one JSON object and nothing else: no other text, and no code fence around it.";

/** What the answer has to be. The name of a schema is a label without a place here, and nothing hangs on it. */
function buildFormat({ responseFormat: format }: NeutralRequest, traits: ModelTraits, losses: LossList): Format {
  if (format.kind === "text") return NO_FORMAT;
  if (format.kind === "json-object" || format.schema === null) {
    losses.add("responseFormat", format.kind, "approximated");
    return { ...NO_FORMAT, system: [{ type: "text", text: JSON_INSTRUCTION }] };
  }
  if (format.description !== null) losses.add("responseFormat.description", "schema-description", "no-equivalent");
  if (!traits.structured) {
    losses.add("responseFormat", "json-schema", "approximated");
    return { ...NO_FORMAT, tool: answerTool(format.schema) };
  }
  const { schema, isExact } = outputSchemaOf(format.schema);
  if (!isExact) losses.add("responseFormat.schema", "schema", "approximated");
  return { ...NO_FORMAT, config: { format: { type: "json_schema", schema } } };
}

function buildToolFields(
  request: NeutralRequest,
  tool: JsonObject | null,
  context: { readonly losses: LossList; readonly traits: ModelTraits },
): { readonly tools: JsonObject[]; readonly choice: JsonObject | null } {
  const tools = buildTools(request, context);
  const choice = tools.length === 0 ? null : buildToolChoice(request, context);
  if (tool === null) return { tools, choice };
  // The answer is a call, too: the model calls a tool in any case.
  const isAlone = tools.length === 0 || choice?.["type"] === "none";
  return { tools: [...tools, tool], choice: isAlone ? { type: "tool", name: ANSWER_TOOL } : { type: "any" } };
}

/** A turn of one text is written as that text, which every host takes. */
function plainTurn({ role, content }: Turn): JsonObject {
  const [first] = content;
  const isPlain = content.length === 1 && first !== undefined && Object.keys(first).join() === "type,text";
  return { role, content: isPlain ? first["text"] : content };
}

const TIERS: ReadonlyMap<string, string> = new Map([
  ["auto", "auto"],
  ["default", "standard_only"],
]);

function buildService(request: NeutralRequest, losses: LossList): JsonObject {
  const { service, user, metadata, verbosity, logprobs, choices } = request;
  const tier = service.tier === null ? null : (TIERS.get(service.tier) ?? null);
  if (service.tier !== null && tier === null) losses.add("service.tier", "service-tier", "foreign");
  if (service.store === true) losses.add("service.store", "store", "no-equivalent");
  if (service.cacheKey !== null) losses.add("service.cacheKey", "cache-key", "no-equivalent");
  if (service.safetyId !== null && user !== null) losses.add("service.safetyId", "safety-id", "conflict");
  if (metadata !== null) losses.add("metadata", "metadata", "no-equivalent");
  if (verbosity !== null) losses.add("verbosity", "verbosity", "no-equivalent");
  if (logprobs) losses.add("logprobs", "logprobs", "no-equivalent");
  if (choices > 1) losses.add("choices", "choices", "out-of-range");
  const userId = user ?? service.safetyId;
  return {
    ...(tier === null ? {} : { service_tier: tier }),
    ...(userId === null ? {} : { metadata: { user_id: userId } }),
  };
}
