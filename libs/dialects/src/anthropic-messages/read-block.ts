import { isObject } from "../check/check-value.ts";
import { saidText, textOf } from "../check/field-value.ts";
import type { NeutralPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { argumentsText, mintedCallId } from "../neutral/tool-call-text.ts";
import { ANSWER_TOOL } from "./answer-tool.ts";
import { readCitations } from "./citations.ts";
import { other } from "./parse-block.ts";
import { readRedacted, readSignature, reasoningWith } from "./thinking.ts";

/** One content block of an answer. `place` makes an id for a call that has none. */
export function readBlock(block: JsonObject, place: { seed: string; index: number }): NeutralPart {
  switch (block["type"]) {
    case "text": {
      const annotations = readCitations(block["citations"]);
      const text = textOf(block["text"]);
      return annotations.length === 0 ? { kind: "text", text } : { kind: "text", text, annotations };
    }
    case "thinking":
      return reasoningWith(textOf(block["thinking"]), readSignature(block["signature"]));
    case "redacted_thinking":
      return reasoningWith("", readRedacted(block["data"]));
    case "tool_use": {
      const text = callText(block["input"]);
      if (block["name"] === ANSWER_TOOL) return { kind: "text", text };
      return { kind: "tool-call", ...openingOf(block, place), arguments: text };
    }
    default:
      return other(saidText(block["type"]) ?? "unknown", block);
  }
}

/** What names a call. */
export function openingOf(
  block: JsonObject,
  { seed, index }: { seed: string; index: number },
): { readonly id: string; readonly name: string } {
  const { id } = block;
  return {
    id: typeof id === "string" && id !== "" ? id : mintedCallId(seed, index),
    name: textOf(block["name"]),
  };
}

/** The input of a block as text; `{}` where it has none. */
export function callText(input: unknown): string {
  return argumentsText(input) || "{}";
}

/** Whether an answer is the text of the answer tool: it ends as one, although it was a call. */
export function isAnswerCall(block: unknown): boolean {
  return isObject(block) && block["type"] === "tool_use" && block["name"] === ANSWER_TOOL;
}
