import type { FinishReason, StopDetails } from "../neutral/response.ts";

const FINISHES = new Map<string, FinishReason>(
  Object.entries({
    STOP: "stop",
    MAX_TOKENS: "length",
    CONTINUATION: "length",
    SAFETY: "content_filter",
    RECITATION: "content_filter",
    LANGUAGE: "content_filter",
    BLOCKLIST: "content_filter",
    PROHIBITED_CONTENT: "content_filter",
    SPII: "content_filter",
    MODEL_ARMOR: "content_filter",
    IMAGE_SAFETY: "content_filter",
    IMAGE_PROHIBITED_CONTENT: "content_filter",
    IMAGE_RECITATION: "content_filter",
    // The provider withholds what it does not explain.
    OTHER: "content_filter",
    IMAGE_OTHER: "content_filter",
  }),
);

/** Reasons by which the provider says, inside a 200, that its model's answer is no answer. */
const FAILURES = new Set([
  "MALFORMED_FUNCTION_CALL",
  "MALFORMED_RESPONSE",
  "UNEXPECTED_TOOL_CALL",
  "TOO_MANY_TOOL_CALLS",
  "MISSING_THOUGHT_SIGNATURE",
  "NO_IMAGE",
]);

type FinishReading =
  | { readonly kind: "none" }
  | { readonly kind: "finish"; readonly reason: FinishReason; readonly stop?: StopDetails }
  | { readonly kind: "failure"; readonly reason: string };

/**
 * Reads a `finishReason`. The format has no word for a choice that ends with calls of tools: `hasCalls` says that it does. A word that
 * nobody knows ends the choice as `stop`. `message` is the candidate's `finishMessage`.
 */
export function readFinish(value: unknown, hasCalls: boolean, message: unknown): FinishReading {
  if (typeof value !== "string" || value === "" || value === "FINISH_REASON_UNSPECIFIED") return { kind: "none" };
  if (FAILURES.has(value)) return { kind: "failure", reason: value };
  const reason = FINISHES.get(value) ?? "stop";
  if (reason === "stop" && hasCalls) return { kind: "finish", reason: "tool_calls" };
  if (value === "STOP" || value === "MAX_TOKENS") return { kind: "finish", reason };
  return { kind: "finish", reason, stop: stopOf(value, reason, message) };
}

/** What is said of a choice that a rule ended. */
export function stopOf(word: string, reason: FinishReason, message: unknown): StopDetails {
  const isRuled = reason === "content_filter";
  return {
    reason: word,
    sequence: null,
    category: isRuled ? word : null,
    explanation: isRuled && typeof message === "string" && message !== "" ? message : null,
  };
}

/** The word for a choice's end; a rule's own where it is one of this format. */
export function renderFinish(finish: FinishReason, stop: StopDetails | undefined): string {
  if (stop !== undefined && FINISHES.get(stop.reason) === finish) return stop.reason;
  switch (finish) {
    case "length":
      return "MAX_TOKENS";
    case "content_filter":
      return "SAFETY";
    default:
      return "STOP";
  }
}
