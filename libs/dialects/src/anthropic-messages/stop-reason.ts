import { isObject } from "../check/check-value.ts";
import { saidText } from "../check/field-value.ts";
import type { NeutralPart } from "../neutral/part.ts";
import type { FinishReason, NeutralChoice, StopDetails } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";

/** `stop_reason` (https://platform.claude.com/docs/en/api/messages), and the word that Anthropic's own compaction adds to it. */
const FINISHES: ReadonlyMap<string, FinishReason> = new Map<string, FinishReason>([
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["pause_turn", "stop"],
  ["compaction", "stop"],
  ["tool_use", "tool_calls"],
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["refusal", "content_filter"],
]);

/** The word for each finish when its provider's own is none of this format. */
const WORDS: Readonly<Record<FinishReason, string>> = {
  stop: "end_turn",
  length: "max_tokens",
  tool_calls: "tool_use",
  function_call: "tool_use",
  content_filter: "refusal",
};

export type StopReading = { readonly finish: FinishReason; readonly stop: StopDetails };

/**
 * Reads the three stop fields of a message or of a `message_delta`; null while there is no reason yet. A word that nobody knows ends the
 * answer as `stop`, or as `tool_calls` when it calls tools.
 */
export function readStop(from: JsonObject, callsTools: boolean): StopReading | null {
  const { stop_reason: reason, stop_sequence: sequence, stop_details: details } = from;
  if (typeof reason !== "string" || reason === "") return null;
  const said = isObject(details) ? details : {};
  const stop = {
    reason,
    sequence: saidText(sequence),
    category: saidText(said["category"]),
    explanation: saidText(said["explanation"]),
  };
  return { finish: FINISHES.get(reason) ?? (callsTools ? "tool_calls" : "stop"), stop };
}

/** Some hosts end an answer with calls as if it had none; clients of this format run tools by the reason. */
export function finishWith(finish: FinishReason, callsTools: boolean): FinishReason {
  return finish === "stop" && callsTools ? "tool_calls" : finish;
}

/** The stop fields of an answer that another wire gave. `refusal` is the text of its refusal, where it has one. */
export function renderStop(
  { finish, stop }: Pick<NeutralChoice, "finish" | "stop">,
  refusal: string | null,
): JsonObject {
  const isRefused = finish === "content_filter" || refusal !== null;
  const reason = isRefused ? "refusal" : wordOf(finish, stop);
  const explanation = stop?.explanation ?? refusal;
  return {
    stop_reason: reason,
    stop_sequence: reason === "stop_sequence" ? (stop?.sequence ?? null) : null,
    stop_details: isRefused ? { type: "refusal", category: stop?.category ?? null, explanation } : null,
  };
}

function wordOf(finish: FinishReason, stop: StopDetails | undefined): string {
  if (stop === undefined) return WORDS[finish];
  if (finish === "stop" && stop.sequence !== null) return "stop_sequence";
  // Hosts of other wires that run the same models use the same words.
  const isOwn = FINISHES.get(stop.reason) === finish && stop.reason !== "stop_sequence";
  return isOwn ? stop.reason : WORDS[finish];
}

/** The text of an answer's refusal. */
export function refusalTextOf(parts: readonly NeutralPart[]): string | null {
  const texts = parts.flatMap((part) => (part.kind === "refusal" ? [part.text] : []));
  return texts.length === 0 ? null : texts.join("");
}
