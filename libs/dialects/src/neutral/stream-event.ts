import type { AudioPart, ImagePart, NeutralAnnotation, OtherPart } from "./part.ts";
import type { ReasoningState } from "./reasoning-state.ts";
import type { AnswerDefaults, FinishReason, StopDetails } from "./response.ts";
import type { JsonObject, Source } from "./source.ts";

/** A piece of a tool call. `opens` is set on the first piece of each call and on no other. */
export type ToolCallDelta = {
  /** Dense from 0 within its choice, however the provider numbers its calls. */
  readonly index: number;
  readonly opens: {
    readonly id: string;
    readonly name: string;
    readonly custom?: true;
    readonly state?: ReasoningState;
  } | null;
  readonly arguments: string;
  /** The provider's own object, for fields that nobody knows. */
  readonly source: JsonObject;
};

/** What seldom comes. */
export type DeltaExtra =
  /** The text or the reasoning of this delta, or of the next that has some, begins a new part, though the last was of the same kind. */
  | { readonly kind: "new-part"; readonly id?: string }
  /** Belongs to the reasoning since the last new part and ends it; without any it is a part by itself. */
  | { readonly kind: "reasoning-state"; readonly state: ReasoningState; readonly id?: string }
  /** Belongs to the text since the last new part, and signs it. */
  | { readonly kind: "text-state"; readonly state: ReasoningState }
  /** Belongs to the text since the last new part. */
  | { readonly kind: "annotation"; readonly annotation: NeutralAnnotation }
  /** In OpenAI's form, of the tokens of this delta. */
  | { readonly kind: "logprobs"; readonly logprobs: JsonObject }
  /** Whole, as it came. */
  | { readonly kind: "media"; readonly part: ImagePart | AudioPart }
  | { readonly kind: "other"; readonly part: OtherPart };

/**
 * What one chunk adds to one choice. Where several fields are set they were generated in this order: new-part, reasoning and its state,
 * text and its annotations, media and other parts, refusal, tool calls, the end. A reader that has them in another order gives out several chunks.
 */
export type NeutralDelta = {
  readonly choice: number;
  /** True on the first chunk of the choice. */
  readonly first: boolean;
  readonly text: string | null;
  readonly refusal: string | null;
  readonly reasoning: string | null;
  readonly toolCalls: readonly ToolCallDelta[];
  readonly extras?: readonly DeltaExtra[];
  /** Set once a choice. */
  readonly finish: FinishReason | null;
  /** Beside `finish`. */
  readonly stop?: StopDetails;
  /** The provider's own choice, for fields that nobody knows; empty where the wire has no such object. */
  readonly source: JsonObject;
};

/** What a delta that adds nothing has, whichever choice it is of. */
export const BLANK_DELTA = {
  text: null,
  refusal: null,
  reasoning: null,
  toolCalls: [],
  finish: null,
  source: {},
} as const satisfies Partial<NeutralDelta>;

/**
 * A step of an answer's stream in no vendor's words, already normalised: roles, ids, indexes and ends are as they should be.
 * `source.body` is the provider's event. A chunk without deltas is an event that only callers of the same form can be given.
 */
export type NeutralChunk = AnswerDefaults & { readonly source: Source; readonly deltas: readonly NeutralDelta[] };

/** UTF-16 units of what was generated in a delta. */
export function charsOf(delta: NeutralDelta): number {
  let chars = (delta.text?.length ?? 0) + (delta.refusal?.length ?? 0) + (delta.reasoning?.length ?? 0);
  for (const call of delta.toolCalls) chars += (call.opens?.name.length ?? 0) + call.arguments.length;
  return chars;
}
