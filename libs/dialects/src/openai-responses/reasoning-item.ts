import { isObject } from "../check/check-value.ts";
import type { ReasoningPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { type EncryptedContent, readEncryptedContent } from "./carried-state.ts";

/** Between two parts of a summary, which are one text in the neutral form. */
export const SUMMARY_SEPARATOR = "\n\n";

/** The ids of items of reasoning that another wire gave: this dialect's own provider would look for them in vain. */
export const FOREIGN_REASONING_ID = "rs_sb_";

/** An item of reasoning: a part, or the state of another one. An item that says and holds nothing is null. */
type ReasoningReading =
  | { readonly kind: "part"; readonly part: ReasoningPart }
  | { readonly kind: "carried"; readonly content: EncryptedContent };

/** Reads an item of type `reasoning`. Its words are those of `content`, or of the summary where there are none. */
export function readReasoningItem(item: JsonObject): ReasoningReading | null {
  const text = wordsOf(item["content"]) || wordsOf(item["summary"]);
  const encrypted = item["encrypted_content"];
  const content = typeof encrypted === "string" && encrypted !== "" ? readEncryptedContent(encrypted) : null;
  if (content !== null && content.bearer !== "reasoning") return { kind: "carried", content };
  if (text === "" && content === null) return null;
  const { id } = item;
  const part: ReasoningPart = {
    kind: "reasoning",
    text,
    ...(isOwnId(id) ? { id } : undefined),
    ...(content === null ? undefined : { state: content.state }),
  };
  return { kind: "part", part };
}

export function isOwnId(id: unknown): id is string {
  return typeof id === "string" && id !== "" && !id.startsWith(FOREIGN_REASONING_ID);
}

/** Whether an item of a request came from another wire, so that this dialect's own provider can do nothing with it. */
export function isForeignReasoning(item: unknown): boolean {
  if (!isObject(item) || item["type"] !== "reasoning") return false;
  const { id, encrypted_content: encrypted } = item;
  if (typeof id === "string" && id.startsWith(FOREIGN_REASONING_ID)) return true;
  if (typeof encrypted !== "string") return false;
  const { bearer, state } = readEncryptedContent(encrypted);
  return bearer !== "reasoning" || state.wire !== "openai-responses";
}

/** Reasoning of this dialect's own provider without its state: the provider keeps none, and would look for it in vain. */
export function isBareReasoning({ type, id, content, encrypted_content: encrypted }: JsonObject): boolean {
  const hasState = typeof encrypted === "string" || (Array.isArray(content) && content.length > 0);
  return type === "reasoning" && isOwnId(id) && !hasState;
}

function wordsOf(parts: unknown): string {
  if (!Array.isArray(parts)) return "";
  const texts = parts.filter(isObject).map(({ text }) => text);
  return texts.filter((text) => typeof text === "string").join(SUMMARY_SEPARATOR);
}
