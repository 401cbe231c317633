import { isSet } from "../check/field-value.ts";
import { missing } from "../check/invalid.ts";
import { requestBody } from "../check/request-body.ts";
import { type NeutralRequest, type NeutralSampling, NO_SAMPLING } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import { serviceOf } from "../openai-chat/service-fields.ts";
import { parseInput } from "./parse-input.ts";
import { parseTextFormat } from "./parse-text-format.ts";
import { parseToolChoice, parseTools } from "./parse-tools.ts";
import { checkFields } from "./request-fields.ts";

/** Asks for the log probabilities of the text. */
export const INCLUDE_LOGPROBS = "message.output_text.logprobs";
/** Asks for reasoning in a form that can be sent back. */
export const INCLUDE_ENCRYPTED = "reasoning.encrypted_content";

/**
 * Reads the body of `POST /v1/responses`. Strict for what the format defines; fields that it does not define and items of other types
 * are kept. Throws `invalid-request` with `details.param` set to the path of the field at fault, e.g. `input[0].content[1].type`.
 */
export function parseRequest(value: unknown): NeutralRequest {
  const body = readBody(value);
  checkFields(body);
  const tools = parseTools(body["tools"]);
  const text = (body["text"] ?? null) as JsonObject | null;
  return {
    source: { dialect: "openai-responses", body },
    model: body["model"] as string,
    messages: parseInput(body),
    tools,
    toolChoice: parseToolChoice(body, tools),
    parallelTools: (body["parallel_tool_calls"] ?? null) as boolean | null,
    responseFormat: parseTextFormat(text?.["format"]),
    stream: body["stream"] === true,
    includeUsage: true,
    choices: 1,
    maxOutputTokens: (body["max_output_tokens"] ?? null) as number | null,
    temperature: (body["temperature"] ?? null) as number | null,
    seed: null,
    sampling: samplingOf(body),
    ...logprobsOf(body),
    ...reasoningOf(body),
    verbosity: (text?.["verbosity"] ?? null) as NeutralRequest["verbosity"],
    service: serviceOf(body),
    user: (body["user"] ?? null) as string | null,
    metadata: (body["metadata"] ?? null) as NeutralRequest["metadata"],
  };
}

function samplingOf(body: JsonObject): NeutralSampling {
  return isSet(body["top_p"]) ? { ...NO_SAMPLING, topP: body["top_p"] as number } : NO_SAMPLING;
}

function logprobsOf(body: JsonObject): Pick<NeutralRequest, "logprobs" | "topLogprobs"> {
  const topLogprobs = (body["top_logprobs"] ?? null) as number | null;
  const include = (body["include"] ?? []) as readonly string[];
  return { logprobs: include.includes(INCLUDE_LOGPROBS), topLogprobs };
}

function reasoningOf(body: JsonObject): Pick<NeutralRequest, "reasoning" | "reasoningEffort"> {
  const requested = (body["reasoning"] ?? {}) as JsonObject;
  const effort = (requested["effort"] ?? null) as NeutralRequest["reasoningEffort"];
  const summary = (requested["summary"] ?? requested["generate_summary"] ?? null) as
    | "auto"
    | "concise"
    | "detailed"
    | null;
  if (effort === null && summary === null) return { reasoningEffort: null, reasoning: null };
  return { reasoningEffort: effort, reasoning: { effort, budgetTokens: null, summary } };
}

/** What may stand for the input: the provider, or we, know the rest of the conversation. */
const IN_PLACE_OF_INPUT = ["previous_response_id", "prompt", "conversation"];

function readBody(value: unknown): JsonObject {
  const body = requestBody(value);
  const hasInput = isSet(body["input"]) || IN_PLACE_OF_INPUT.some((field) => isSet(body[field]));
  if (!hasInput) throw missing("input");
  return body;
}
