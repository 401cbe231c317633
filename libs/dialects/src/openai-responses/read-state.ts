import type { ReadState } from "../egress-codec.ts";
import type { AnswerDefaults } from "../neutral/response.ts";
import { BLANK_DELTA, type NeutralChunk, type NeutralDelta } from "../neutral/stream-event.ts";
import { advanced } from "../neutral/stream-progress.ts";
import type { JsonObject } from "../neutral/source.ts";

/** An item that has begun. `pieces`: of each part that has said something, by its name, how many annotations it has. */
export type OpenItem = {
  readonly type: unknown;
  /** Its ids, as its beginning had them. */
  readonly names: readonly string[];
  /** Of a call, its index in the neutral form. */
  readonly call: number | null;
  readonly pieces: ReadonlyMap<string, number>;
  /** Of a call, the arguments that stood at its beginning. */
  readonly begun?: string;
};

/** What is known of a provider's stream between two events. */
export type ResponsesReadState = ReadState & {
  /** Set by the first event that has one and the same for all that follow. */
  readonly head: AnswerDefaults | null;
  /** By their place. */
  readonly items: ReadonlyMap<number, OpenItem>;
  readonly calls: number;
  /** Whether a delta has been given out. */
  readonly started: boolean;
};

export type Step = readonly [ResponsesReadState, readonly NeutralChunk[]];

/** Among the pieces of an item: that it has ended. */
export const ITEM_DONE = "done";

export const NO_PIECES: ReadonlyMap<string, number> = new Map();

/** The event as a chunk with these deltas. Without any it is one that only callers of the same form can be given. */
export function given(state: ResponsesReadState, body: JsonObject, changes: readonly Partial<NeutralDelta>[]): Step {
  const head = state.head ?? state.options.defaults;
  const deltas = changes.map((change, index) => {
    return { choice: 0, ...BLANK_DELTA, ...change, first: !state.started && index === 0 };
  });
  const chunk = { source: { dialect: "openai-responses", body }, ...head, deltas } as const;
  if (deltas.length === 0) return [state.head === null ? { ...state, head } : state, [chunk]];
  const progress = advanced(state.progress, deltas);
  return [{ ...state, head, started: true, progress }, [chunk]];
}

export function withItem(state: ResponsesReadState, index: number, item: OpenItem): ResponsesReadState {
  return { ...state, items: new Map(state.items).set(index, item) };
}

/** More parts than any item has. */
const PIECES_MAX = 1024;

/** The state in which a piece of an item has said something. */
export function withPiece(
  state: ResponsesReadState,
  at: { readonly index: number; readonly item: OpenItem; readonly piece: string },
  annotations = 0,
): ResponsesReadState {
  if (at.item.pieces.size >= PIECES_MAX) return state;
  const pieces = new Map(at.item.pieces).set(at.piece, annotations);
  return withItem(state, at.index, { ...at.item, pieces });
}
