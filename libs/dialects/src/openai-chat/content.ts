import { isObject } from "../check/check-value.ts";

/** Text and reasoning of a message or a delta. */
export type Content = { readonly text: string | null; readonly reasoning: string | null };

/**
 * Reads `content` beside the field for reasoning, which hosts call `reasoning_content` or `reasoning`. Mistral writes content as parts,
 * of type `text` and `thinking`.
 */
export function readContent(from: { readonly [field: string]: unknown }): Content {
  const own = from["reasoning_content"] ?? from["reasoning"];
  const reasoning = typeof own === "string" ? own : null;
  const content = from["content"];
  if (typeof content === "string") return { text: content, reasoning };
  if (!Array.isArray(content)) return { text: null, reasoning };
  const thinking = textOf(content, "thinking");
  return { text: textOf(content, "text"), reasoning: thinking === "" ? reasoning : thinking };
}

/** The text of a Mistral `thinking` part. */
export function thinkingTextOf(part: { readonly [field: string]: unknown }): string {
  return textOf([part], "thinking");
}

function textOf(parts: readonly unknown[], type: "text" | "thinking"): string {
  return parts
    .filter(isObject)
    .filter((part) => part["type"] === type)
    .map((part) => {
      const inner = part[type];
      return Array.isArray(inner) ? textOf(inner, "text") : typeof inner === "string" ? inner : "";
    })
    .join("");
}
