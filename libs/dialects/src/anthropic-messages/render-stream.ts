import type { StreamTail, WriteState, WriteStreamOptions } from "../ingress-codec.ts";
import { renderNote } from "../neutral/answer-note.ts";
import { NO_LOSSES } from "../neutral/loss.ts";
import type { AnswerDefaults, FinishReason, StopDetails } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { NeutralChunk } from "../neutral/stream-event.ts";
import { isObject } from "../check/check-value.ts";
import { type BuiltBlocks, closeBlocks, NO_BUILT_BLOCKS, writeDelta } from "./build-events.ts";
import { frameOf } from "./frame.ts";
import { headOf } from "./render-response.ts";
import { finishWith, renderStop } from "./stop-reason.ts";
import { buildUsage, renderUsage } from "./usage.ts";

/** What is known of a caller's stream between two frames. */
export type MessageWriteState = WriteState & {
  readonly inputTokens: number;
  /** Of an answer from another wire; null: the provider's own. */
  readonly answerId: string | null;
  /** Set once `message_start` is written. */
  readonly head: AnswerDefaults | null;
  /** The provider's own `message_delta`, which waits for the usage at the stream's end. */
  readonly ending: JsonObject | null;
  readonly finish: FinishReason | null;
  readonly stop: StopDetails | undefined;
  /** Of an answer from another wire. */
  readonly built: BuiltBlocks;
};

export function startWriting(options: WriteStreamOptions): MessageWriteState {
  return {
    inputTokens: options.inputTokens ?? 0,
    answerId: options.answerId ?? null,
    head: null,
    ending: null,
    finish: null,
    stop: undefined,
    built: NO_BUILT_BLOCKS,
    losses: NO_LOSSES,
  };
}

/** The events that a chunk becomes; a provider's of this form are its own, unknown ones included. */
export function writeChunk(before: MessageWriteState, chunk: NeutralChunk): readonly [MessageWriteState, string] {
  const last = chunk.deltas.find(({ choice, finish }) => choice === 0 && finish !== null);
  const state = last === undefined ? before : { ...before, finish: last.finish, stop: last.stop };
  return chunk.source.dialect === "anthropic-messages" ? writeOwn(state, chunk) : writeBuilt(state, chunk);
}

function writeOwn(state: MessageWriteState, chunk: NeutralChunk): readonly [MessageWriteState, string] {
  const { body } = chunk.source;
  const type = body["type"];
  // Further chunks of one event, and an end that the provider did not send.
  if (typeof type !== "string") return [state, ""];
  if (type === "message_start") return [{ ...state, head: chunk }, frameOf(type, body)];
  const isPart = type === "message_delta" || type.startsWith("content_block");
  const [next, head] = isPart ? withStart(state, chunk) : [state, ""];
  if (type !== "message_delta") return [next, head + frameOf(type, body)];
  return [{ ...next, ending: mergedEnding(next.ending, body) }, head];
}

/** A host that sends its last figures in an event of their own means one ending. */
function mergedEnding(before: JsonObject | null, body: JsonObject): JsonObject {
  if (before === null) return body;
  const delta = { ...objectOf(before["delta"]), ...withoutNulls(objectOf(body["delta"])) };
  return {
    ...before,
    ...body,
    delta,
    usage: { ...objectOf(before["usage"]), ...withoutNulls(objectOf(body["usage"])) },
  };
}

function writeBuilt(state: MessageWriteState, chunk: NeutralChunk): readonly [MessageWriteState, string] {
  const deltas = chunk.deltas.filter(({ choice }) => choice === 0);
  const { answerId } = state;
  const [started, head] = withStart(state, answerId === null ? chunk : { ...chunk, id: answerId });
  let frames = head;
  let { built, losses } = started;
  for (const delta of deltas) {
    const step = writeDelta(delta, { built, losses });
    ({ built, losses } = step);
    frames += step.frames;
  }
  if (deltas.length < chunk.deltas.length) {
    losses = [...losses.filter(({ what }) => what !== "choice"), OTHER_CHOICES];
  }
  return [{ ...started, built, losses }, frames];
}

const OTHER_CHOICES = { path: "choices[1]", what: "choice", why: "no-equivalent" } as const;

function withStart(state: MessageWriteState, head: AnswerDefaults): readonly [MessageWriteState, string] {
  if (state.head !== null) return [state, ""];
  const usage = { ...buildUsage(NO_OUTPUT), input_tokens: state.inputTokens };
  const stop = { stop_reason: null, stop_sequence: null, stop_details: null };
  const message = { ...headOf(head), content: [], ...stop, container: null, usage };
  return [{ ...state, head }, frameOf("message_start", { type: "message_start", message })];
}

const NO_OUTPUT = {
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  source: "none",
} as const;

/** What a complete answer still owes the caller: the ends of its blocks, `message_delta` with the usage, and `message_stop`. */
export function writeTail(state: MessageWriteState, tail: StreamTail): string {
  const signalbox = renderNote(tail.note, tail.usage);
  const closed = closeBlocks(state.built);
  const callsTools = state.built.calls.size > 0;
  const { ending } = state;
  const ownUsage = ending === null ? null : ending["usage"];
  const usage = { ...renderUsage(tail.usage, tail.usageForm === "anthropic-messages" ? ownUsage : null), signalbox };
  const delta = {
    ...renderStop({ finish: finishWith(state.finish ?? "stop", callsTools), ...stopOf(state) }, state.built.refusal),
    container: null,
  };
  const last = ending === null ? { type: "message_delta", delta, usage } : { ...ending, usage };
  return closed + frameOf("message_delta", last) + frameOf("message_stop", { type: "message_stop" });
}

function stopOf({ stop }: MessageWriteState): { stop?: StopDetails } {
  return stop === undefined ? {} : { stop };
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function withoutNulls(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}
