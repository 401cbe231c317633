import { SignalboxError } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import type { UpstreamFailure } from "../error/upstream-failure.ts";
import type { JsonObject } from "../neutral/source.ts";
import { parseError as parseChatError } from "../openai-chat/error.ts";
import { parseJson } from "../check/parse-json.ts";

/**
 * An answer of Azure's that is no success: the form of Chat Completions, with the filter's findings under `innererror`, or that of the
 * gateway before it, `{statusCode, message}`.
 */
export function parseError(failure: UpstreamFailure): SignalboxError {
  const error = parseChatError(failure);
  const body = parseJson(failure.bodyText);
  const found = filteredCategories(body);
  const message = found.length === 0 ? error.message : `${error.message} Filtered: ${found.join(", ")}.`;
  return found.length === 0 ? error : new SignalboxError(error.code, message, { details: error.details });
}

/** The names of the categories that a filter found in the prompt. They are a closed list and nothing of the prompt. */
function filteredCategories(body: unknown): readonly string[] {
  const error = isObject(body) && isObject(body["error"]) ? body["error"] : {};
  const inner = firstObject(error["innererror"], error["inner_error"]);
  const results = firstObject(inner["content_filter_result"], inner["content_filter_results"]);
  return Object.entries(results).flatMap(([category, result]) => {
    return isObject(result) && result["filtered"] === true && /^[a-z_]{1,40}$/.test(category) ? [category] : [];
  });
}

function firstObject(...values: readonly unknown[]): JsonObject {
  return values.find(isObject) ?? {};
}
