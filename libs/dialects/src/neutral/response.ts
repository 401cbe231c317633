import type { Usage } from "@signalbox/proto";
import type { NeutralPart } from "./part.ts";
import type { JsonObject, Source } from "./source.ts";

/** Why a choice ended. A provider's failure is never one of these: it is an error. */
export const FINISH_REASONS = ["stop", "length", "tool_calls", "content_filter", "function_call"] as const;
export type FinishReason = (typeof FINISH_REASONS)[number];

/** What a provider says of a choice's end beyond the reason. */
export type StopDetails = {
  /** The provider's own word, e.g. `pause_turn`. */
  readonly reason: string;
  /** The stop text that ended the choice. */
  readonly sequence: string | null;
  /** Of a refusal: what kind of rule it rests on, and why, in words for the user. */
  readonly category: string | null;
  readonly explanation: string | null;
};

export type NeutralChoice = {
  readonly index: number;
  /** In the order in which they were generated. */
  readonly parts: readonly NeutralPart[];
  readonly finish: FinishReason;
  readonly stop?: StopDetails;
  /** In OpenAI's form, `{content: […], refusal: […]}`, which the others have taken over. */
  readonly logprobs?: JsonObject;
};

/** A whole answer in no vendor's words. */
export type NeutralResponse = {
  readonly source: Source;
  readonly id: string;
  readonly createdAtS: number;
  readonly model: string;
  readonly choices: readonly NeutralChoice[];
  /** null: the provider reported none. */
  readonly usage: Usage | null;
  /** UTF-16 units of all that was generated: what usage is estimated from when none is reported. */
  readonly outputChars: number;
};

/** What stands in for fields that a provider leaves out. */
export type AnswerDefaults = { readonly id: string; readonly createdAtS: number; readonly model: string };
