import type { StreamTail, WriteState, WriteStreamOptions } from "../ingress-codec.ts";
import { isObject } from "../check/check-value.ts";
import { renderNote } from "../neutral/answer-note.ts";
import { NO_LOSSES } from "../neutral/loss.ts";
import type { AnswerDefaults } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { NeutralChunk } from "../neutral/stream-event.ts";
import { encodeData } from "../sse/encode.ts";
import { type BuiltChoices, buildCandidates, NO_BUILT_CHOICES } from "./build-chunk.ts";
import { renderHead } from "./render-response.ts";
import { renderUsage } from "./usage.ts";

/** What is known of a caller's stream between two frames. */
export type GeminiWriteState = WriteState & {
  /** false: the stream is one JSON array. */
  readonly sse: boolean;
  readonly head: AnswerDefaults | null;
  /**
   * The last event with a choice's end, which is not written yet: the stream's usage stands in its last event, and clients take
   * one without candidates for no valid answer.
   */
  readonly held: JsonObject | null;
  readonly begun: boolean;
  /** Of answers from other wires. */
  readonly built: BuiltChoices;
};

export function startWriting({ envelope }: WriteStreamOptions): GeminiWriteState {
  const sse = envelope?.sse !== false;
  return { sse, head: null, held: null, begun: false, built: NO_BUILT_CHOICES, losses: NO_LOSSES };
}

/** The content type of the caller's stream, which is server-sent events where the path asks for them. */
export function streamType(envelope?: { readonly sse?: boolean }): string {
  return envelope?.sse === false ? "application/json" : "text/event-stream";
}

/** One chunk as the caller gets it, each an answer in itself; a provider's of this form keeps its own fields. */
export function writeChunk(state: GeminiWriteState, chunk: NeutralChunk): readonly [GeminiWriteState, string] {
  const head = state.head ?? chunk;
  const headed = state.head === null ? { ...state, head } : state;
  if (chunk.source.dialect === "gemini") {
    const { body } = chunk.source;
    // An event that became several chunks stands on the first.
    return Object.keys(body).length === 0 ? [headed, ""] : writeBody(headed, { ...body, ...renderHead(head) });
  }
  if (chunk.deltas.length === 0) return [headed, ""];
  const { candidates, built, losses } = buildCandidates(chunk.deltas, state);
  const next = { ...headed, built, losses };
  return candidates.length === 0 ? [next, ""] : writeBody(next, { candidates, ...renderHead(head) });
}

function writeBody(state: GeminiWriteState, body: JsonObject): readonly [GeminiWriteState, string] {
  const [next, frame] = state.held === null ? [state, ""] : writeFrame({ ...state, held: null }, state.held);
  if (endsChoice(body)) return [{ ...next, held: body }, frame];
  const [after, own] = writeFrame(next, body);
  return [after, frame + own];
}

function endsChoice({ candidates, promptFeedback }: JsonObject): boolean {
  if (!Array.isArray(candidates) || candidates.length === 0) return isObject(promptFeedback);
  return candidates.some((candidate) => isObject(candidate) && typeof candidate["finishReason"] === "string");
}

function writeFrame(state: GeminiWriteState, body: JsonObject): readonly [GeminiWriteState, string] {
  const text = JSON.stringify(body);
  const begun = state.begun ? state : { ...state, begun: true };
  return [begun, state.sse ? encodeData(text) : `${state.begun ? ",\r\n" : "["}${text}`];
}

/** What a complete answer still owes the caller: its last event, with the usage, and the end of the array. */
export function writeTail(state: GeminiWriteState, tail: StreamTail): string {
  const source = tail.usageForm === "gemini" ? tail.usageSource : null;
  const note = { signalbox: renderNote(tail.note, tail.usage) };
  const usageMetadata = { ...renderUsage(tail.usage, source), ...note };
  const head = state.head === null ? {} : renderHead(state.head);
  const [, frame] = writeFrame(state, { ...(state.held ?? head), usageMetadata });
  return state.sse ? frame : `${frame}]`;
}
