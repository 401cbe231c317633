import type { Usage } from "@signalbox/proto";
import type { NeutralToolCall, Source } from "./request.ts";

/** Why a choice ended. A provider's failure is never one of these: it is an error. */
export const FINISH_REASONS = ["stop", "length", "tool_calls", "content_filter", "function_call"] as const;
export type FinishReason = (typeof FINISH_REASONS)[number];

export type NeutralChoice = {
  readonly index: number;
  readonly text: string | null;
  readonly refusal: string | null;
  readonly reasoning: string | null;
  readonly toolCalls: readonly NeutralToolCall[];
  readonly finish: FinishReason;
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
