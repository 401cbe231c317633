import { SignalboxError } from "@signalbox/proto";
import { saidText } from "../check/field-value.ts";
import type { ReadState, ReadStreamOptions } from "../egress-codec.ts";
import type { ReasoningState } from "../neutral/reasoning-state.ts";
import type { AnswerDefaults } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import { BLANK_DELTA, type NeutralChunk, type NeutralDelta } from "../neutral/stream-event.ts";
import { advanced, NO_PROGRESS } from "../neutral/stream-progress.ts";
import type { Added, BlockStep, OpenBlock, Place } from "./read-block-event.ts";

/** What is known of a provider's stream between two events. */
export type MessageReadState = ReadState & {
  /** Set by the first event and the same for all that follow. */
  readonly head: AnswerDefaults | null;
  /** Of the message that began; null where the host does not say. */
  readonly messageId: string | null;
  /** Blocks that have begun and not stopped, by the provider's index. */
  readonly blocks: ReadonlyMap<number, OpenBlock>;
  readonly calls: number;
  readonly callState: ReasoningState | null;
  /** Whether the answer tool was called. */
  readonly isAnswer: boolean;
  readonly usage: JsonObject | null;
  /** The message that began, where it was whole by then and says how it ended. */
  readonly whole: JsonObject | null;
  readonly hasDeltas: boolean;
};

export function startReading(options: ReadStreamOptions): MessageReadState {
  return {
    options,
    progress: NO_PROGRESS,
    head: null,
    messageId: null,
    blocks: new Map(),
    calls: 0,
    callState: null,
    isAnswer: false,
    usage: null,
    whole: null,
    hasDeltas: false,
  };
}

export type Step = readonly [MessageReadState, readonly NeutralChunk[]];

/** One chunk for each delta, because one delta has its fields in a fixed order; the provider's event stands on the first. */
export function emit(state: MessageReadState, body: JsonObject, added: readonly Added[]): Step {
  let next = state;
  const chunks: NeutralChunk[] = [];
  for (const each of added) {
    const delta = { ...blank(next), ...each };
    next = { ...next, hasDeltas: true, progress: advanced(next.progress, [delta]) };
    chunks.push(chunkOf(next, chunks.length === 0 ? body : {}, [delta]));
  }
  return [next, chunks.length === 0 ? [chunkOf(next, body, [])] : chunks];
}

export function blank({ hasDeltas }: MessageReadState): NeutralDelta {
  return { choice: 0, first: !hasDeltas, ...BLANK_DELTA };
}

export function chunkOf(state: MessageReadState, body: JsonObject, deltas: readonly NeutralDelta[]): NeutralChunk {
  return { source: { dialect: "anthropic-messages", body }, ...(state.head ?? state.options.defaults), deltas };
}

export function placeOf({ options, calls, callState }: MessageReadState): Place {
  return { seed: options.defaults.id, calls, callState };
}

export function afterStep(state: MessageReadState, { open, added, callState }: BlockStep): MessageReadState {
  const opened = added?.toolCalls?.some(({ opens }) => opens !== null) === true;
  if (opened) return { ...state, calls: state.calls + 1, callState: null };
  if (open?.kind === "input" && open.call === null && !state.isAnswer) return { ...state, isAnswer: true };
  return callState === undefined ? state : { ...state, callState };
}

export function withBlock(state: MessageReadState, index: number, open: OpenBlock | null): MessageReadState {
  if (open === null && !state.blocks.has(index)) return state;
  const blocks = new Map(state.blocks);
  if (open === null) blocks.delete(index);
  else blocks.set(index, open);
  return { ...state, blocks };
}

export function withHead(state: MessageReadState, message: JsonObject): MessageReadState {
  if (state.head !== null) return state;
  const { id, createdAtS, model } = state.options.defaults;
  return {
    ...state,
    head: { id: saidText(message["id"]) ?? id, createdAtS, model: saidText(message["model"]) ?? model },
  };
}

export function spliced({ options }: MessageReadState): SignalboxError {
  const details = { provider: options.provider };
  return new SignalboxError("upstream-error", "The provider began another message inside its answer.", { details });
}

export function tooManyBlocks({ options }: MessageReadState): SignalboxError {
  const details = { provider: options.provider };
  return new SignalboxError("upstream-error", "The provider left too many content blocks open.", { details });
}
