import type { FinishReason, StopDetails } from "../neutral/response.ts";

const FINISHES = new Map<string, FinishReason>(
  Object.entries({
    end_turn: "stop",
    stop_sequence: "stop",
    tool_use: "tool_calls",
    max_tokens: "length",
    model_context_window_exceeded: "length",
    content_filtered: "content_filter",
    guardrail_intervened: "content_filter",
  }),
);

/** Reasons by which the provider says, inside a 200, that its model's answer is no answer. */
const FAILURES = new Set(["malformed_model_output", "malformed_tool_use"]);

type FinishReading =
  | { readonly kind: "finish"; readonly reason: FinishReason; readonly stop?: StopDetails }
  | { readonly kind: "failure"; readonly reason: string };

/** Reads a `stopReason`; a word that nobody knows ends the answer as `stop`. `sequence` is the stop text that ended it, where it is told. */
export function readFinish(value: unknown, hasCalls: boolean, sequence: unknown): FinishReading {
  const word = typeof value === "string" ? value : "";
  if (FAILURES.has(word)) return { kind: "failure", reason: word };
  const reason = FINISHES.get(word) ?? (hasCalls ? "tool_calls" : "stop");
  if (word === "" || word === "end_turn" || word === "tool_use" || word === "max_tokens") {
    return { kind: "finish", reason };
  }
  const stop = {
    reason: word,
    sequence: typeof sequence === "string" && sequence !== "" ? sequence : null,
    category: reason === "content_filter" ? word : null,
    explanation: null,
  };
  return { kind: "finish", reason, stop };
}

/** The stop text, which the service tells only where the request asks for that field of the model's own answer. */
export function sequenceOf(fields: unknown): unknown {
  if (typeof fields !== "object" || fields === null) return null;
  const { stop_sequence: whole, delta } = fields as { stop_sequence?: unknown; delta?: { stop_sequence?: unknown } };
  return whole ?? delta?.stop_sequence ?? null;
}
