import { SignalboxError } from "@signalbox/proto";
import type { JsonObject, NeutralRequest } from "../neutral/request.ts";
import { isObject } from "./check-value.ts";
import { missing } from "./invalid.ts";
import { parseMessages } from "./parse-message.ts";
import { parseResponseFormat, parseTools } from "./parse-tools.ts";
import { checkFields, isSet } from "./request-fields.ts";

/**
 * Reads the body of `POST /v1/chat/completions`. Strict for what the format defines, so that a mistake is answered here and not by one
 * of many providers; fields that the format does not define are accepted and kept in `source.body`.
 * Throws `invalid-request` with `details.param` set to the path of the field at fault, e.g. `messages[0].content`.
 */
export function parseRequest(value: unknown): NeutralRequest {
  const body = readBody(value);
  checkFields(body);
  const options = body["stream_options"] as JsonObject | null | undefined;
  return {
    source: { dialect: "openai-chat", body },
    model: body["model"] as string,
    messages: parseMessages(body["messages"]),
    tools: parseTools(body),
    parallelTools: (body["parallel_tool_calls"] ?? null) as boolean | null,
    responseFormat: parseResponseFormat(body["response_format"]),
    stream: body["stream"] === true,
    includeUsage: options?.["include_usage"] === true,
    choices: (body["n"] ?? 1) as number,
    maxOutputTokens: (body["max_completion_tokens"] ?? body["max_tokens"] ?? null) as number | null,
    temperature: (body["temperature"] ?? null) as number | null,
    seed: (body["seed"] ?? null) as number | null,
    logprobs: body["logprobs"] === true,
    reasoningEffort: (body["reasoning_effort"] ?? null) as NeutralRequest["reasoningEffort"],
    user: (body["user"] ?? null) as string | null,
    metadata: (body["metadata"] ?? null) as NeutralRequest["metadata"],
  };
}

function readBody(value: unknown): JsonObject {
  if (!isObject(value)) throw new SignalboxError("invalid-request", "Invalid request body: expected a JSON object.");
  if (!isSet(value["model"])) throw missing("model");
  return value;
}
