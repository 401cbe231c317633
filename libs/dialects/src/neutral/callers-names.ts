import type { NeutralResponse } from "./response.ts";
import type { ToolNames } from "./sent-names.ts";
import type { NeutralChunk, ToolCallDelta } from "./stream-event.ts";

/** An answer whose calls go by the names that its caller knows; `toolNames` as its request was rendered with. */
export function withCallersNames(response: NeutralResponse, toolNames: ToolNames | undefined): NeutralResponse {
  if (toolNames === undefined) return response;
  const choices = response.choices.map((choice) => ({
    ...choice,
    parts: choice.parts.map((part) =>
      part.kind === "tool-call" ? { ...part, name: toolNames.get(part.name) ?? part.name } : part,
    ),
  }));
  return { ...response, choices };
}

/** The same for a step of a stream. */
export function chunkWithCallersNames(chunk: NeutralChunk, toolNames: ToolNames | undefined): NeutralChunk {
  if (toolNames === undefined) return chunk;
  const named = (call: ToolCallDelta): ToolCallDelta => {
    if (call.opens === null) return call;
    const { name } = call.opens;
    return { ...call, opens: { ...call.opens, name: toolNames.get(name) ?? name } };
  };
  const deltas = chunk.deltas.map((delta) => ({ ...delta, toolCalls: delta.toolCalls.map(named) }));
  return { ...chunk, deltas };
}
