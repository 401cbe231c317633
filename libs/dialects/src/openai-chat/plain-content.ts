import type { JsonObject } from "../neutral/source.ts";

/** Content of one text and nothing else is written as that text, which every host takes. */
export function plainContent(content: readonly JsonObject[]): unknown {
  const [first] = content;
  if (first === undefined) return "";
  const isText = first["type"] === "text" || first["type"] === "input_text";
  return content.length === 1 && isText && Object.keys(first).length === 2 ? first["text"] : content;
}
