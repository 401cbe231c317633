import { SignalboxError } from "@signalbox/proto";
import type { NeutralResponse } from "./response.ts";
import type { NeutralDelta } from "./stream-event.ts";

/** More tool calls than any model makes at a time, and few enough that what is kept of each costs nothing. */
export const CALLS_MAX = 1_024;
/** As many as a request may ask for. */
export const CHOICES_MAX = 128;
/** Parts of an answer, and what stands beside them, such as citations. */
export const PARTS_MAX = 4_096;

/** Counts what an answer opens, so that a provider that never stops to open more is given up. */
export class OpenedCount {
  #calls = 0;
  #choices = 0;
  #parts = 0;

  /** Throws `upstream-error` for more than an answer may hold. */
  add(deltas: readonly NeutralDelta[]): void {
    for (const { first, toolCalls, extras } of deltas) {
      if (first) this.#choices += 1;
      for (const { opens } of toolCalls) if (opens !== null) this.#calls += 1;
      if (extras === undefined) continue;
      for (const { kind } of extras) if (kind !== "logprobs") this.#parts += 1;
    }
    refuseTooMany({ calls: this.#calls, choices: this.#choices, parts: this.#parts });
  }
}

/** The same for a whole answer. */
export function refuseTooLong({ choices }: Pick<NeutralResponse, "choices">): void {
  let calls = 0;
  let parts = 0;
  for (const choice of choices) {
    parts += choice.parts.length;
    for (const part of choice.parts) {
      if (part.kind === "tool-call") calls += 1;
      else if (part.kind === "text") parts += part.annotations?.length ?? 0;
    }
  }
  refuseTooMany({ calls, choices: choices.length, parts });
}

function refuseTooMany({ calls, choices, parts }: { calls: number; choices: number; parts: number }): void {
  if (calls > CALLS_MAX) throw tooManyCalls();
  if (choices > CHOICES_MAX) throw tooManyChoices();
  if (parts > PARTS_MAX) throw tooMany(PARTS_MAX, "parts");
}

function tooMany(max: number, what: string): SignalboxError {
  return new SignalboxError("upstream-error", `The provider's answer holds more than ${max} ${what}.`);
}

export function tooManyCalls(): SignalboxError {
  return tooMany(CALLS_MAX, "tool calls");
}

export function tooManyChoices(): SignalboxError {
  return tooMany(CHOICES_MAX, "choices");
}
