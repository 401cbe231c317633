import type { SignalboxError, Usage } from "@signalbox/proto";
import type { FinishReason } from "./response.ts";
import type { JsonObject } from "./source.ts";
import { charsOf, type NeutralDelta } from "./stream-event.ts";

/** How a stream stands. `truncated`: the body ended before the answer did. */
type StreamEnd =
  | { readonly kind: "open" }
  | { readonly kind: "done" }
  | { readonly kind: "truncated" }
  | { readonly kind: "error"; readonly error: SignalboxError };

/** What a reader knows of the stream so far; each wire's read state holds one. */
export type StreamProgress = {
  readonly end: StreamEnd;
  /** Whether any text, refusal, reasoning or tool call has come: from here on no other endpoint may answer. */
  readonly begun: boolean;
  /** Of the first choice that ended. */
  readonly finish: FinishReason | null;
  /** The last one reported; providers that repeat it send running totals, so it is never summed. */
  readonly usage: Usage | null;
  /** What was said of the prompt before anything was generated, where the wire says it there. `usage` replaces it. */
  readonly promptUsage?: Usage;
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

/** The progress after these deltas. */
export function advanced(progress: StreamProgress, deltas: readonly NeutralDelta[]): StreamProgress {
  let { begun, finish, outputChars } = progress;
  for (const delta of deltas) {
    const chars = charsOf(delta);
    begun ||= chars > 0 || delta.toolCalls.length > 0 || holdsContent(delta);
    finish ??= delta.finish;
    outputChars += chars;
  }
  return { ...progress, begun, finish, outputChars };
}

function holdsContent({ extras }: NeutralDelta): boolean {
  return extras?.some(({ kind }) => kind === "reasoning-state" || kind === "media" || kind === "other") ?? false;
}

type Reading = { readonly progress: StreamProgress };

export function withProgress<State extends Reading>(state: State, change: Partial<StreamProgress>): State {
  return { ...state, progress: { ...state.progress, ...change } };
}

/** The stream is over, and has failed. */
export function ended<State extends Reading>(state: State, error: SignalboxError): State {
  return withProgress(state, { end: { kind: "error", error } });
}
