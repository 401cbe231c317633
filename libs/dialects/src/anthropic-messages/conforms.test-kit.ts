import { expect } from "vitest";
import type { JsonObject } from "../neutral/source.ts";

/** What Anthropic's schema and prose say of every stream. */
export function expectConforms(events: readonly JsonObject[]): void {
  const types = events.map(({ type }) => type).filter((type) => type !== "ping");
  expect(types[0]).toBe("message_start");
  expect(types.slice(-2)).toEqual(["message_delta", "message_stop"]);
  expect(types.filter((type) => type === "message_start" || type === "message_stop")).toHaveLength(2);
  expectMessage(events[0]!["message"] as JsonObject);
  expectBlocks(events.filter(({ type }) => String(type).startsWith("content_block")));
  const { delta, usage } = events.findLast(({ type }) => type === "message_delta") as {
    delta: JsonObject;
    usage: JsonObject;
  };
  expect(STOP_REASONS).toContain(delta["stop_reason"]);
  expect(delta).toHaveProperty("stop_sequence");
  expect(Number.isInteger(usage["output_tokens"])).toBe(true);
}

const STOP_REASONS = [
  "end_turn",
  "max_tokens",
  "stop_sequence",
  "tool_use",
  "pause_turn",
  "refusal",
  "model_context_window_exceeded",
];

const DELTAS: Readonly<Record<string, readonly string[]>> = {
  text: ["text_delta", "citations_delta"],
  thinking: ["thinking_delta", "signature_delta"],
  tool_use: ["input_json_delta"],
  server_tool_use: ["input_json_delta"],
};

function expectMessage(message: JsonObject): void {
  expect(message).toMatchObject({ type: "message", role: "assistant", content: [], stop_reason: null });
  expect([typeof message["id"], typeof message["model"]]).toEqual(["string", "string"]);
  const { input_tokens: input, output_tokens: output } = message["usage"] as JsonObject;
  expect([Number.isInteger(input), Number.isInteger(output)]).toEqual([true, true]);
}

/** One block after the other, indexes from 0, each with pieces of its own kind alone. */
function expectBlocks(events: readonly JsonObject[]): void {
  let open: string | null = null;
  let count = 0;
  for (const { type, index, content_block: block, delta } of events) {
    if (type === "content_block_start") {
      expect([open, index]).toEqual([null, count]);
      open = String((block as JsonObject)["type"]);
      count += 1;
    } else {
      expect(open).not.toBeNull();
      expect(index).toBe(count - 1);
      if (type === "content_block_stop") open = null;
      else expect(DELTAS[open!]).toContain((delta as JsonObject)["type"]);
    }
  }
  expect(open).toBeNull();
}
