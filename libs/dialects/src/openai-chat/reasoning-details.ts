import type { WireName } from "@signalbox/proto";
import { WIRES } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import type { ReasoningPart } from "../neutral/part.ts";
import type { ReasoningState } from "../neutral/reasoning-state.ts";
import type { JsonObject } from "../neutral/source.ts";

/**
 * `reasoning_details`, in which OpenRouter carries signed and encrypted reasoning through this dialect
 * (https://openrouter.ai/docs/guides/best-practices/reasoning-tokens): clients that send a message back with it give the state back as it
 * was. An entry is a `reasoning.text` with an optional signature, a `reasoning.summary` or a `reasoning.encrypted`; its `format` says whose
 * it is. MiniMax has the same list with text alone.
 */
const FORMATS: readonly (readonly [format: string, wire: WireName])[] = [
  ["anthropic-claude-v1", "anthropic-messages"],
  ["openai-responses-v1", "openai-responses"],
  ["azure-openai-responses-v1", "azure-openai"],
  ["google-gemini-v1", "gemini"],
];

/**
 * The reasoning of a message, from its `reasoning_details` where it has them; `text` is what its plain field says, and what of it the
 * details do not show is a part by itself.
 */
export function readReasoning(details: unknown, text: string | null): readonly ReasoningPart[] {
  const parts = Array.isArray(details) ? readDetails(details.filter(isObject)) : NONE;
  if (text === null || text === "") return parts;
  const shown = parts.map((part) => part.text).join("");
  const at = shown === "" ? -1 : text.indexOf(shown);
  if (shown !== "" && at === -1) return parts;
  const before = at === -1 ? text : text.slice(0, at);
  const after = at === -1 ? "" : text.slice(at + shown.length);
  return [...partsOf(before), ...parts, ...partsOf(after)];
}

function partsOf(text: string): ReasoningPart[] {
  return text === "" ? [] : [{ kind: "reasoning", text }];
}

/** A summary and the encrypted thoughts that it sums up are two entries of one index. */
function readDetails(details: readonly JsonObject[]): readonly ReasoningPart[] {
  const parts: ReasoningPart[] = [];
  for (const [position, detail] of details.entries()) {
    const part = readDetail(detail);
    if (part === null) continue;
    const last = parts.at(-1);
    const before = details[position - 1];
    const isSame = detail["type"] === "reasoning.encrypted" && before?.["type"] === "reasoning.summary";
    const isOne = isSame && before["index"] === detail["index"] && before["id"] === detail["id"];
    if (isOne && last !== undefined && last.state === undefined) parts[parts.length - 1] = { ...part, text: last.text };
    else parts.push(part);
  }
  return parts;
}

const NONE: readonly ReasoningPart[] = [];

function readDetail(detail: JsonObject): ReasoningPart | null {
  const wire = wireOf(detail["format"]);
  const id = typeof detail["id"] === "string" ? { id: detail["id"] } : {};
  const { type, text, summary, signature, data } = detail;
  if (type === "reasoning.encrypted" && typeof data === "string") {
    // What nobody is known to have sealed is for callers of this form alone.
    if (wire === null) return null;
    const kind = wire === "anthropic-messages" ? "redacted" : "encrypted";
    return { kind: "reasoning", text: "", ...id, state: { wire, kind, value: data } };
  }
  const shown = type === "reasoning.summary" ? summary : text;
  const isSigned = typeof signature === "string" && signature !== "" && wire !== null;
  if (typeof shown !== "string" && !isSigned) return null;
  const state = isSigned ? { state: { wire, kind: "signature", value: signature } as const } : {};
  return { kind: "reasoning", text: typeof shown === "string" ? shown : "", ...id, ...state };
}

/** A part of reasoning as entries of one index, its text and its state. */
export function renderReasoningDetails(part: Omit<ReasoningPart, "kind">, index: number): JsonObject[] {
  const { state, text } = part;
  const id = part.id === undefined ? {} : { id: part.id };
  if (state === undefined) return [{ type: "reasoning.text", text, index, ...id }];
  const head = { format: formatOf(state.wire), index, ...id };
  if (state.kind === "signature") return [{ type: "reasoning.text", text, signature: state.value, ...head }];
  const encrypted = { type: "reasoning.encrypted", data: state.value, ...head };
  return text === "" ? [encrypted] : [{ type: "reasoning.summary", summary: text, ...head }, encrypted];
}

/** The text that can be shown of these entries; null where there is none. */
export function textOfDetails(details: unknown): string | null {
  if (!Array.isArray(details) || details.length === 0) return null;
  const texts = readReasoning(details, null).map(({ text }) => text);
  return texts.join("") || null;
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
