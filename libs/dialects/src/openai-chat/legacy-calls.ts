import { isObject } from "../check/check-value.ts";
import type { JsonObject } from "../neutral/source.ts";

const NO_CALLS: readonly unknown[] = [];

/** The calls of a message or their pieces of a delta; a host that still answers with one `function_call` has made that one. */
export function callsOf({ tool_calls: calls, function_call: legacy }: JsonObject): readonly unknown[] {
  if (Array.isArray(calls) && calls.length > 0) return calls;
  return isObject(legacy) ? [{ index: 0, type: "function", function: legacy }] : NO_CALLS;
}
