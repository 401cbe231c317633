import { isObject } from "../check/check-value.ts";
import { isSet } from "../check/field-value.ts";
import { invalid } from "../check/invalid.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import { parseRequest } from "./parse-request.ts";

const STATEFUL_FIELDS = ["previous_response_id", "conversation"] as const;

/**
 * Reads a request whose tokens are to be counted (https://platform.openai.com/docs/api-reference/responses/input-tokens), which may do
 * without a model and without an input. Throws `invalid-request` for what is not in it, because nobody here could count that.
 */
export function parseResponsesCount(value: unknown): NeutralRequest {
  if (!isObject(value)) return parseRequest(value);
  for (const field of STATEFUL_FIELDS) {
    if (isSet(value[field])) throw invalid(field, `Invalid '${field}': only what stands in the request is counted.`);
  }
  return parseRequest({ ...value, model: value["model"] ?? "auto", input: value["input"] ?? "" });
}

/** The answer to a caller that asked for a count. */
export function renderResponsesCount(inputTokens: number): JsonObject {
  return { object: "response.input_tokens", input_tokens: inputTokens };
}
