import { isObject } from "../check/check-value.ts";
import { textOf } from "../check/field-value.ts";
import { parseOpaque } from "../check/parse-json.ts";
import type { JsonObject } from "../neutral/source.ts";
import { compacted } from "./read-block-event.ts";

/** A block of a stream that is being put together: its start, and the input that has come of it. */
export type BlockDraft = { readonly block: JsonObject; readonly pieces: string };

export function beginBlock(block: JsonObject): BlockDraft {
  return { block, pieces: "" };
}

/** The draft after one delta; null when nobody knows what the delta adds. */
export function growBlock(draft: BlockDraft | undefined, delta: JsonObject): BlockDraft | null {
  if (draft === undefined) return null;
  const { block } = draft;
  switch (delta["type"]) {
    case "text_delta":
      return { ...draft, block: { ...block, text: textOf(block["text"]) + textOf(delta["text"]) } };
    case "thinking_delta":
      return { ...draft, block: { ...block, thinking: textOf(block["thinking"]) + textOf(delta["thinking"]) } };
    case "signature_delta":
      return { ...draft, block: { ...block, signature: delta["signature"] } };
    case "citations_delta": {
      const before = Array.isArray(block["citations"]) ? (block["citations"] as readonly unknown[]) : [];
      return { ...draft, block: { ...block, citations: [...before, delta["citation"]] } };
    }
    case "input_json_delta":
      return { ...draft, pieces: draft.pieces + textOf(delta["partial_json"]) };
    case "compaction_delta":
      return { ...draft, block: compacted(block, delta) };
    default:
      return null;
  }
}

/** The whole block; null when its input is no JSON object. */
export function wholeBlock({ block, pieces }: BlockDraft): JsonObject | null {
  if (pieces === "") return block;
  const input = parseOpaque(pieces);
  return isObject(input) ? { ...block, input } : null;
}
