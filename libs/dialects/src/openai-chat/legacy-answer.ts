import { isObject } from "../check/check-value.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { WriteStreamOptions } from "../ingress-codec.ts";
import { hasFunctions } from "./legacy-functions.ts";

const LEGACY = { functions: true };
const NOTHING = {};

/** What an answer has to know of its request: whether it asked with `functions`. */
export function echoOf({ source: { body } }: { readonly source: { readonly body: JsonObject } }): JsonObject {
  return hasFunctions(body) ? LEGACY : NOTHING;
}

export function isLegacyEcho({ echo }: Pick<WriteStreamOptions, "echo">): boolean {
  return echo?.["functions"] === true;
}

/**
 * A choice, whole or of a chunk, in the form of `functions`: its first call is the message's `function_call`, which has no id, and there is
 * no place for any other. `lost` is told of those.
 */
export function inLegacyForm(choice: JsonObject, lost: () => void): JsonObject {
  const { finish_reason: finish } = choice;
  return {
    ...choice,
    ...(isObject(choice["message"]) ? { message: withFunctionCall(choice["message"], lost) } : undefined),
    ...(isObject(choice["delta"]) ? { delta: withFunctionCall(choice["delta"], lost) } : undefined),
    finish_reason: finish === "tool_calls" ? "function_call" : finish,
  };
}

function withFunctionCall(message: JsonObject, lost: () => void): JsonObject {
  const { tool_calls: calls, ...rest } = message;
  if (!Array.isArray(calls)) return message;
  const list = calls.filter(isObject);
  // The calls of a whole answer stand in their order, and their pieces in chunks say which they are of.
  const first = list.find((call, position) => (call["index"] ?? position) === 0);
  if (list.some((call) => call !== first)) lost();
  const called = first?.["function"] ?? first?.["custom"];
  return isObject(called) ? { ...rest, function_call: called } : rest;
}
