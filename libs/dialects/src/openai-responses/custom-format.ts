import { isObject } from "../check/check-value.ts";
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
