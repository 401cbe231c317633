import { isObject } from "../check/check-value.ts";
import { parseJson } from "../check/parse-json.ts";
import type { JsonObject } from "../neutral/source.ts";

/**
 * A custom tool's `format`. The neutral form has it as Chat Completions writes it, with the grammar nested:
 * `{type: "grammar", grammar: {syntax, definition}}`; this dialect writes it flat.
 */
export function nestedFormat(format: JsonObject): JsonObject {
  const { type, ...grammar } = format;
  return type === "grammar" ? { type, grammar } : format;
}

export function flatFormat(format: JsonObject): JsonObject {
  const { grammar, ...rest } = format;
  return isObject(grammar) ? { ...rest, ...grammar } : format;
}

/** Where a tool's free text stands in the arguments of a wire that knows calls with JSON alone. */
const FREE_TEXT_FIELD = "input";

/** The free text in a call's arguments; the arguments themselves where they hold none. */
export function freeTextOf(args: string): string {
  const parsed = parseJson(args);
  const text = isObject(parsed) ? parsed[FREE_TEXT_FIELD] : undefined;
  return typeof text === "string" ? text : args;
}
