import type { SignalboxError, Usage } from "@signalbox/proto";
import type { FinishReason } from "./response.ts";
import type { JsonObject, Source } from "./request.ts";

/** A piece of a tool call. `opens` is set on the first piece of each call and on no other. */
export type ToolCallDelta = {
  /** Dense from 0 within its choice, however the provider numbers its calls. */
  readonly index: number;
  readonly opens: { readonly id: string; readonly name: string } | null;
  readonly arguments: string;
  /** The provider's own object, for fields that nobody knows. */
  readonly source: JsonObject;
};

/** What one chunk adds to one choice. */
export type NeutralDelta = {
  readonly choice: number;
  /** True on the first chunk of the choice. */
  readonly first: boolean;
  readonly text: string | null;
  readonly refusal: string | null;
  readonly reasoning: string | null;
  readonly toolCalls: readonly ToolCallDelta[];
  /** Set once a choice. */
  readonly finish: FinishReason | null;
  /** The provider's own choice, for fields that nobody knows. */
  readonly source: JsonObject;
};

/** A step of an answer's stream in no vendor's words, already normalised: roles, ids, indexes and ends are as they should be. */
export type NeutralChunk = {
  readonly source: Source;
  readonly id: string;
  readonly createdAtS: number;
  readonly model: string;
  readonly deltas: readonly NeutralDelta[];
};

/** How a stream stands. `truncated`: the body ended before the answer did. */
export type StreamEnd =
  | { readonly kind: "open" }
  | { readonly kind: "done" }
  | { readonly kind: "truncated" }
  | { readonly kind: "error"; readonly error: SignalboxError };

/** What a reader knows of the stream so far; each dialect's read state holds one. */
export type StreamProgress = {
  readonly end: StreamEnd;
  /** Whether any text, refusal, reasoning or tool call has come: from here on no other endpoint may answer. */
  readonly begun: boolean;
  /** Of the first choice that ended. */
  readonly finish: FinishReason | null;
  /** The last one reported; providers that repeat it send running totals, so it is never summed. */
  readonly usage: Usage | null;
  /** The object that `usage` was read from. */
  readonly usageSource: JsonObject | null;
  /** UTF-16 units of all that was generated. */
  readonly outputChars: number;
};

export const NO_PROGRESS: StreamProgress = {
  end: { kind: "open" },
  begun: false,
  finish: null,
  usage: null,
  usageSource: null,
  outputChars: 0,
};
