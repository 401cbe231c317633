import { isObject } from "../check/check-value.ts";
import { objectsOf } from "../check/field-value.ts";
import type { JsonObject } from "../neutral/source.ts";
import { callText } from "./read-block.ts";

const NO_FIELDS: JsonObject = {};

/** The events that would have brought a whole message of this form, but for `message_stop`. */
export function eventsOfMessage(message: JsonObject): JsonObject[] {
  const { content, stop_reason, stop_sequence, stop_details, usage } = message;
  const blocks = objectsOf(content);
  const head = { ...message, content: [], stop_reason: null, stop_sequence: null };
  const ending = { stop_reason: stop_reason ?? "end_turn", stop_sequence: stop_sequence ?? null };
  const details = stop_details === undefined ? NO_FIELDS : { stop_details };
  return [
    { type: "message_start", message: head },
    ...blocks.flatMap((block, index) => eventsOfBlock(block, index)),
    { type: "message_delta", delta: { ...ending, ...details }, usage: isObject(usage) ? usage : NO_FIELDS },
  ];
}

function eventsOfBlock(block: JsonObject, index: number): JsonObject[] {
  const { start, deltas } = cut(block);
  return [
    { type: "content_block_start", index, content_block: start },
    ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
    { type: "content_block_stop", index },
  ];
}

/** A block as its start and its pieces; one of a kind that is not streamed is whole at its start. */
function cut(block: JsonObject): { readonly start: JsonObject; readonly deltas: readonly JsonObject[] } {
  switch (block["type"]) {
    case "text": {
      const citations = Array.isArray(block["citations"]) ? block["citations"] : [];
      const start = citations.length === 0 ? { ...block, text: "" } : { ...block, text: "", citations: [] };
      const cited = citations.map((citation) => ({ type: "citations_delta", citation: citation as unknown }));
      return { start, deltas: [{ type: "text_delta", text: block["text"] }, ...cited] };
    }
    case "thinking": {
      const thinking = { type: "thinking_delta", thinking: block["thinking"] };
      const signature = { type: "signature_delta", signature: block["signature"] };
      return { start: { ...block, thinking: "", signature: "" }, deltas: [thinking, signature] };
    }
    case "tool_use":
    case "server_tool_use":
    case "mcp_tool_use": {
      const pieces = { type: "input_json_delta", partial_json: callText(block["input"]) };
      return { start: { ...block, input: {} }, deltas: [pieces] };
    }
    default:
      return { start: block, deltas: [] };
  }
}
