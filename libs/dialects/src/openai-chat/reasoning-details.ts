import type { WireName } from "@signalbox/proto";
import { WIRES } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import type { ReasoningPart } from "../neutral/part.ts";
import type { ReasoningState } from "../neutral/reasoning-state.ts";
import type { JsonObject } from "../neutral/source.ts";

/**
 * `reasoning_details`, in which OpenRouter carries signed and encrypted reasoning through this dialect
 * (https://openrouter.ai/docs/use-cases/reasoning-tokens): clients that send a message back with it give the state back as it was.
 */
const FORMATS: readonly (readonly [format: string, wire: WireName])[] = [
  ["anthropic-claude-v1", "anthropic-messages"],
  ["openai-responses-v1", "openai-responses"],
  ["google-gemini-v1", "gemini"],
];

/** The reasoning of a message, from its `reasoning_details` where it has them; `text` is what its plain field says. */
export function readReasoning(details: unknown, text: string | null): readonly ReasoningPart[] {
  const parts = Array.isArray(details) ? details.filter(isObject).flatMap((detail) => readDetail(detail) ?? []) : NONE;
  const isShown = parts.some((part) => part.text !== "");
  return text === null || text === "" || isShown ? parts : [{ kind: "reasoning", text }, ...parts];
}

const NONE: readonly ReasoningPart[] = [];

function readDetail(detail: JsonObject): ReasoningPart | null {
  const wire = wireOf(detail["format"]);
  const id = typeof detail["id"] === "string" ? { id: detail["id"] } : {};
  const { type, text, summary, signature, data } = detail;
  if (type === "reasoning.encrypted" && typeof data === "string") {
    const kind = wire === "anthropic-messages" ? "redacted" : "encrypted";
    return { kind: "reasoning", text: "", ...id, ...(wire === null ? {} : { state: { wire, kind, value: data } }) };
  }
  const shown = type === "reasoning.summary" ? summary : text;
  const isSigned = typeof signature === "string" && signature !== "" && wire !== null;
  if (typeof shown !== "string" && !isSigned) return null;
  const state = isSigned ? { state: { wire, kind: "signature", value: signature } as const } : {};
  return { kind: "reasoning", text: typeof shown === "string" ? shown : "", ...id, ...state };
}

/** A part of reasoning as one entry; null where it has no state, because its text stands in `reasoning_content` already. */
export function renderReasoningDetail(part: Omit<ReasoningPart, "kind">, index: number): JsonObject | null {
  const { state } = part;
  if (state === undefined) return null;
  const head = { format: formatOf(state.wire), index, ...(part.id === undefined ? {} : { id: part.id }) };
  if (state.kind === "signature") {
    return { type: "reasoning.text", text: part.text, signature: state.value, ...head };
  }
  return { type: "reasoning.encrypted", data: state.value, ...head };
}

function wireOf(format: unknown): WireName | null {
  return FORMATS.find(([name]) => name === format)?.[1] ?? WIRES.find((wire) => wire === format) ?? null;
}

function formatOf(wire: WireName): string {
  return FORMATS.find(([, name]) => name === wire)?.[0] ?? wire;
}

/** The signature that Gemini puts on a call, where its layer of this dialect has it. */
export function readCallState(call: JsonObject): ReasoningState | null {
  const google = isObject(call["extra_content"]) ? call["extra_content"]["google"] : undefined;
  const value = isObject(google) ? google["thought_signature"] : undefined;
  return typeof value === "string" ? { wire: "gemini", kind: "signature", value } : null;
}

export function renderCallState(state: ReasoningState | undefined): JsonObject {
  if (state === undefined || state.wire !== "gemini") return {};
  return { extra_content: { google: { thought_signature: state.value } } };
}
