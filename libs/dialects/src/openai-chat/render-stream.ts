import type { Usage } from "@signalbox/proto";
import type { JsonObject } from "../neutral/request.ts";
import type { AnswerDefaults } from "../neutral/response.ts";
import type { NeutralChunk, NeutralDelta, ToolCallDelta } from "../neutral/stream-event.ts";
import { encodeData } from "../sse/encode.ts";
import { isObject } from "./check-value.ts";
import { type AnswerNote, renderNote } from "./signalbox-usage.ts";
import { deltaOf } from "./stream.ts";
import { renderUsage } from "./usage.ts";

/** What is known of a caller's stream between two frames. */
export type WriteState = {
  /** Whether the caller asked for a usage chunk. */
  readonly includeUsage: boolean;
  readonly head: AnswerDefaults | null;
};

export function startWriting(options: { includeUsage: boolean }): WriteState {
  return { includeUsage: options.includeUsage, head: null };
}

/** One chunk as the caller gets it: the provider's own, with every field that the format requires. */
export function writeChunk(state: WriteState, chunk: NeutralChunk): readonly [WriteState, string] {
  const body = {
    ...chunk.source.body,
    id: chunk.id,
    object: "chat.completion.chunk",
    created: chunk.createdAtS,
    model: chunk.model,
    choices: chunk.deltas.map(renderChoice),
    usage: state.includeUsage ? null : undefined,
  };
  return [state.head === null ? { ...state, head: chunk } : state, encodeData(JSON.stringify(body))];
}

export type StreamTail = {
  /** As reported, or estimated where the provider reported none. */
  readonly usage: Usage;
  readonly usageSource: JsonObject | null;
  readonly note: AnswerNote;
};

/** What a complete answer still owes the caller: the usage chunk, when it was asked for, and `[DONE]`. */
export function writeTail(state: WriteState, tail: StreamTail): string {
  const done = encodeData("[DONE]");
  if (!state.includeUsage || state.head === null) return done;
  const { id, createdAtS, model } = state.head;
  const usage = {
    ...renderUsage(tail.usage, tail.usageSource),
    signalbox: renderNote(tail.note, tail.usage),
  };
  const chunk = { id, object: "chat.completion.chunk", created: createdAtS, model, choices: [], usage };
  return encodeData(JSON.stringify(chunk)) + done;
}

// A field is left out by setting it to undefined, which JSON.stringify skips: deleting it would make the object slow to write.

function renderChoice(delta: NeutralDelta): JsonObject {
  return {
    ...delta.source,
    index: delta.choice,
    delta: renderDelta(delta),
    logprobs: delta.source["logprobs"] ?? null,
    finish_reason: delta.finish,
    message: undefined,
    usage: undefined,
  };
}

function renderDelta(delta: NeutralDelta): JsonObject {
  const raw = deltaOf(delta.source);
  const hasParts = Array.isArray(raw["content"]);
  return {
    // The role stands on the first chunk of a choice alone: SDKs that add deltas up would repeat it.
    ...raw,
    role: delta.first ? "assistant" : undefined,
    ...(hasParts ? { content: delta.text, reasoning_content: delta.reasoning ?? undefined } : undefined),
    tool_calls: delta.toolCalls.length > 0 ? delta.toolCalls.map(renderCall) : undefined,
  };
}

function renderCall(call: ToolCallDelta): JsonObject {
  const { id: _, type, function: called, custom, ...rest } = call.source;
  const isCustom = isObject(custom);
  const body = isCustom ? { ...custom } : { ...(isObject(called) ? called : {}), arguments: call.arguments };
  if (call.opens === null) {
    // Only the first piece of a call names it: SDKs that add deltas up would repeat the name.
    delete (body as Record<string, unknown>)["name"];
    return { ...rest, index: call.index, [isCustom ? "custom" : "function"]: body };
  }
  const { id, name } = call.opens;
  const kind = isCustom ? "custom" : "function";
  return { ...rest, index: call.index, id, type: type ?? kind, [kind]: { ...body, name } };
}
