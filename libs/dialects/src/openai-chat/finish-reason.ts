import { FINISH_REASONS, type FinishReason } from "../neutral/response.ts";

/** What hosts of this dialect write beside the five reasons that the format defines. */
const SYNONYMS = new Map<string, FinishReason>(
  Object.entries({
    eos: "stop",
    eos_token: "stop",
    end_turn: "stop",
    stop_sequence: "stop",
    max_tokens: "length",
    max_length: "length",
    model_length: "length",
    model_context_window_exceeded: "length",
    repetition_truncation: "length",
    tool_use: "tool_calls",
    tool_call: "tool_calls",
    safety: "content_filter",
    sensitive: "content_filter",
    recitation: "content_filter",
    blocklist: "content_filter",
    prohibited_content: "content_filter",
    spii: "content_filter",
    image_safety: "content_filter",
    guardrail_intervened: "content_filter",
  }),
);

/** Reasons by which a provider says, inside a 200, that it failed: DeepSeek, OpenRouter, vLLM, Z.AI, Google. */
const FAILURES = new Set([
  "insufficient_system_resource",
  "error",
  "abort",
  "network_error",
  "function_call_filter",
  "malformed_function_call",
]);

export type FinishReading =
  | { readonly kind: "none" }
  | { readonly kind: "finish"; readonly reason: FinishReason }
  | { readonly kind: "failure"; readonly reason: string };

/**
 * Reads a `finish_reason`; an empty one is none, and a word that nobody knows ends the choice as `stop`. Google's endpoint of this form adds
 * its own word to it: `content_filter: PROHIBITED_CONTENT`.
 */
export function readFinish(value: unknown): FinishReading {
  if (typeof value !== "string" || value === "" || value === "null") return { kind: "none" };
  const [reason = "", own] = value.toLowerCase().split(": ");
  if (FAILURES.has(reason)) return { kind: "failure", reason: own ?? reason };
  const known = FINISH_REASONS.find((word) => word === reason) ?? SYNONYMS.get(reason);
  return { kind: "finish", reason: known ?? "stop" };
}
