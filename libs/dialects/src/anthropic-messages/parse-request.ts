import { isObject } from "../check/check-value.ts";
import { isSet } from "../check/field-value.ts";
import { missing } from "../check/invalid.ts";
import { requestBody } from "../check/request-body.ts";
import { effortOfBudget, type NeutralReasoning } from "../neutral/requested-reasoning.ts";
import { type NeutralRequest, type NeutralResponseFormat, NO_SAMPLING, NO_SERVICE } from "../neutral/request.ts";
import type { JsonObject, RequestEnvelope } from "../neutral/source.ts";
import { readMark } from "./cache-mark.ts";
import { effortAtEnd } from "./message-effort.ts";
import { parseMessages } from "./parse-message.ts";
import { parseToolChoice, parseTools } from "./parse-tools.ts";
import { checkFields } from "./request-fields.ts";

/**
 * Reads the body of `POST /v1/messages`. Strict for what the format defines; blocks, tools and fields that it does not define are
 * accepted and kept as they are. `envelope` holds `anthropic-version` and the names in `anthropic-beta`.
 * Throws `invalid-request` with `details.param` set to the path of the field at fault, e.g. `messages[0].content[1].source`.
 */
export function parseRequest(value: unknown, envelope?: RequestEnvelope): NeutralRequest {
  const body = requestBody(value);
  if (!isSet(body["max_tokens"])) throw missing("max_tokens");
  return read(body, envelope);
}

/** Reads the body of `POST /v1/messages/count_tokens`: the same without the fields that are about the answer. */
export function parseAnthropicCount(value: unknown, envelope?: RequestEnvelope): NeutralRequest {
  return read(requestBody(value), envelope);
}

function read(body: JsonObject, envelope: RequestEnvelope | undefined): NeutralRequest {
  checkFields(body);
  const metadata = isObject(body["metadata"]) ? body["metadata"] : {};
  return {
    source: { dialect: "anthropic-messages", body, ...(envelope === undefined ? undefined : { envelope }) },
    model: body["model"] as string,
    messages: parseMessages(body),
    tools: parseTools(body["tools"]),
    ...parseToolChoice(body),
    responseFormat: formatOf(body),
    stream: body["stream"] === true,
    includeUsage: true,
    choices: 1,
    maxOutputTokens: (body["max_tokens"] ?? null) as number | null,
    temperature: (body["temperature"] ?? null) as number | null,
    seed: null,
    sampling: {
      ...NO_SAMPLING,
      topP: (body["top_p"] ?? null) as number | null,
      topK: (body["top_k"] ?? null) as number | null,
      stop: (body["stop_sequences"] ?? NO_SAMPLING.stop) as readonly string[],
    },
    logprobs: false,
    topLogprobs: null,
    ...reasoningOf(body),
    verbosity: null,
    service: { ...NO_SERVICE, tier: (body["service_tier"] ?? null) as string | null },
    user: (metadata["user_id"] ?? null) as string | null,
    metadata: null,
    ...readMark(body, ""),
  };
}

function reasoningOf(body: JsonObject): Pick<NeutralRequest, "reasoning" | "reasoningEffort"> {
  const config = isObject(body["output_config"]) ? body["output_config"] : {};
  const effort = effortAtEnd(body) ?? ((config["effort"] ?? null) as NeutralReasoning["effort"]);
  const reasoning = requestedReasoning(isObject(body["thinking"]) ? body["thinking"] : {}, effort);
  if (reasoning === null) return { reasoning: null, reasoningEffort: null };
  const { budgetTokens } = reasoning;
  const fromBudget = budgetTokens === null ? null : effortOfBudget(budgetTokens);
  return { reasoning, reasoningEffort: reasoning.effort ?? fromBudget };
}

function requestedReasoning(thinking: JsonObject, effort: NeutralReasoning["effort"]): NeutralReasoning | null {
  const { type, budget_tokens: budget, display } = thinking;
  const summary = display === "omitted" ? "none" : typeof display === "string" ? "auto" : null;
  switch (type) {
    case "enabled":
      return { effort, budgetTokens: budget as number, summary };
    case "adaptive":
      return { effort, budgetTokens: null, adaptive: true, summary };
    // Thinking between a turn's tool calls alone is nearest to none.
    case "disabled":
    case "between_tools":
      return { effort: "none", budgetTokens: null, summary };
    default:
      return effort === null ? null : { effort, budgetTokens: null, summary };
  }
}

/** `output_config.format`; its first name was `output_format`. */
function formatOf(body: JsonObject): NeutralResponseFormat {
  const config = isObject(body["output_config"]) ? body["output_config"] : {};
  const format = config["format"] ?? body["output_format"];
  if (!isObject(format)) return { kind: "text" };
  return {
    kind: "json-schema",
    name: "answer",
    schema: format["schema"] as JsonObject,
    description: null,
    strict: true,
  };
}
