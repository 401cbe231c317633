import type { FinishReason, StopDetails } from "../neutral/response.ts";

const REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ["COMPLETE", "stop"],
  ["STOP_SEQUENCE", "stop"],
  ["MAX_TOKENS", "length"],
  ["ERROR_LIMIT", "length"],
  ["TOOL_CALL", "tool_calls"],
  ["ERROR_TOXIC", "content_filter"],
]);

/** Reasons by which Cohere says, inside a 200, that it failed. */
const FAILURES = new Set(["ERROR", "TIMEOUT", "USER_CANCEL"]);

type FinishReading =
  | { readonly kind: "finish"; readonly reason: FinishReason; readonly stop?: StopDetails }
  | { readonly kind: "failure"; readonly reason: string };

/** Reads a `finish_reason`. A word that nobody knows, or none, ends the answer as its content says. */
export function readFinish(value: unknown, hasCalls: boolean): FinishReading {
  const word = typeof value === "string" ? value.toUpperCase() : "";
  if (FAILURES.has(word)) return { kind: "failure", reason: word };
  const reason = REASONS.get(word) ?? (hasCalls ? "tool_calls" : "stop");
  if (word !== "STOP_SEQUENCE") return { kind: "finish", reason };
  // Cohere does not say which of the stop texts it was.
  return { kind: "finish", reason, stop: { reason: word, sequence: null, category: null, explanation: null } };
}
