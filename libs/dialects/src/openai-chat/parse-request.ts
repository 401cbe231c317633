import type { NeutralRequest, NeutralSampling } from "../neutral/request.ts";
import type { JsonObject, RequestEnvelope } from "../neutral/source.ts";
import { requestBody } from "../check/request-body.ts";
import { serviceOf } from "./service-fields.ts";
import { hasFunctions } from "./legacy-functions.ts";
import { parseMessages } from "./parse-message.ts";
import { parseResponseFormat } from "./parse-response-format.ts";
import { parseTools, parseToolChoice } from "./parse-tools.ts";
import { checkFields } from "./request-fields.ts";

/**
 * Reads the body of `POST /v1/chat/completions`. Strict for what the format defines, so that a mistake is answered here and not by one
 * of many providers; fields that the format does not define are accepted and kept in `source.body`.
 * Throws `invalid-request` with `details.param` set to the path of the field at fault, e.g. `messages[0].content`.
 */
export function parseRequest(value: unknown, envelope?: RequestEnvelope): NeutralRequest {
  const body = requestBody(value);
  checkFields(body);
  const options = body["stream_options"] as JsonObject | null | undefined;
  const tools = parseTools(body);
  return {
    source: { dialect: "openai-chat", body, ...(envelope === undefined ? undefined : { envelope }) },
    model: body["model"] as string,
    messages: parseMessages(body["messages"]),
    tools,
    toolChoice: parseToolChoice(body, tools),
    // An answer in the legacy form holds one call.
    parallelTools: hasFunctions(body) ? false : ((body["parallel_tool_calls"] ?? null) as boolean | null),
    responseFormat: parseResponseFormat(body["response_format"]),
    stream: body["stream"] === true,
    includeUsage: options?.["include_usage"] === true,
    choices: (body["n"] ?? 1) as number,
    maxOutputTokens: (body["max_completion_tokens"] ?? body["max_tokens"] ?? null) as number | null,
    temperature: (body["temperature"] ?? null) as number | null,
    seed: (body["seed"] ?? null) as number | null,
    sampling: samplingOf(body),
    logprobs: body["logprobs"] === true,
    topLogprobs: (body["top_logprobs"] ?? null) as number | null,
    ...reasoningOf(body),
    verbosity: (body["verbosity"] ?? null) as NeutralRequest["verbosity"],
    service: serviceOf(body),
    user: (body["user"] ?? null) as string | null,
    metadata: (body["metadata"] ?? null) as NeutralRequest["metadata"],
  };
}

function samplingOf(body: JsonObject): NeutralSampling {
  const { stop } = body;
  return {
    topP: (body["top_p"] ?? null) as number | null,
    // No field of this format; many hosts take it, and those that do not know it are asked to by the caller.
    topK: typeof body["top_k"] === "number" ? body["top_k"] : null,
    minP: typeof body["min_p"] === "number" ? body["min_p"] : null,
    frequencyPenalty: (body["frequency_penalty"] ?? null) as number | null,
    presencePenalty: (body["presence_penalty"] ?? null) as number | null,
    stop: typeof stop === "string" ? [stop] : ((stop ?? NO_STOPS) as readonly string[]),
    logitBias: (body["logit_bias"] ?? null) as JsonObject | null,
  };
}

const NO_STOPS: readonly string[] = [];

function reasoningOf(body: JsonObject): Pick<NeutralRequest, "reasoning" | "reasoningEffort"> {
  const effort = (body["reasoning_effort"] ?? null) as NeutralRequest["reasoningEffort"];
  if (effort === null) return { reasoningEffort: null, reasoning: null };
  return { reasoningEffort: effort, reasoning: { effort, budgetTokens: null, summary: null } };
}
