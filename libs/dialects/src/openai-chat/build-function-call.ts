import type { ToolCallPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";

/** A call where all are calls of functions: the text of a custom tool's stands in an object, because arguments are JSON. */
export function buildFunctionCall({ id, name, arguments: text, custom }: ToolCallPart): JsonObject {
  const json = custom === true ? JSON.stringify({ input: text }) : text === "" ? "{}" : text;
  return { id, type: "function", function: { name, arguments: json } };
}
