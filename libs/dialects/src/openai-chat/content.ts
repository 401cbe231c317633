import { isObject } from "../check/check-value.ts";
import { textOfDetails } from "./reasoning-details.ts";

/** Text and reasoning of a message or a delta. */
type Content = { readonly text: string | null; readonly reasoning: string | null };

/**
 * Reads `content` beside the field for reasoning, which hosts call `reasoning_content` or `reasoning`, GitHub Copilot `reasoning_text`.
 * Mistral writes content as parts, of type `text` and `thinking`.
 */
export function readContent(from: { readonly [field: string]: unknown }): Content {
  const own = ownReasoning(from);
  // OpenRouter says it in both places, MiniMax in its details alone.
  const reasoning = own !== null && own !== "" ? own : (textOfDetails(from["reasoning_details"]) ?? own);
  const content = from["content"];
  if (typeof content === "string") return { text: content, reasoning };
  if (!Array.isArray(content)) return { text: null, reasoning };
  const thinking = textOf(content, "thinking");
  return { text: textOf(content, "text"), reasoning: thinking === "" ? reasoning : thinking };
}

/** Whether reasoning stands in a field of its own. */
export function saysPlainly(from: { readonly [field: string]: unknown }): boolean {
  const own = ownReasoning(from);
  return own !== null && own !== "";
}

/** Hosts that know several of the names may leave one of them empty. */
function ownReasoning(from: { readonly [field: string]: unknown }): string | null {
  const { reasoning_content: named, reasoning, reasoning_text: text } = from;
  const own = [named, reasoning, text].filter((said) => typeof said === "string");
  return own.find((said) => said !== "") ?? own[0] ?? null;
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
