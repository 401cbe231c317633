import { SignalboxError } from "@signalbox/proto";
import { isObject, object } from "../check/check-value.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject, RequestEnvelope } from "../neutral/source.ts";
import { parseRequest } from "./parse-request.ts";
import { camelBody } from "./proto-names.ts";

/** Reads the body of `:countTokens`, which holds contents alone or a whole request to generate. Throws as `parseRequest` does. */
export function parseGeminiCount(value: unknown, envelope?: RequestEnvelope): NeutralRequest {
  if (!isObject(value)) throw new SignalboxError("invalid-request", "Invalid request body: expected a JSON object.");
  const { generateContentRequest: inner, ...rest } = camelBody(value);
  if (inner === undefined || inner === null) return parseRequest(rest, envelope);
  return parseRequest(object(inner, "generateContentRequest"), envelope);
}

/** The answer to a caller that asked for a count. */
export function renderGeminiCount(inputTokens: number): JsonObject {
  return { totalTokens: inputTokens };
}
