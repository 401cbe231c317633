import type { ReasoningPart } from "../neutral/part.ts";
import type { ReasoningState } from "../neutral/reasoning-state.ts";
import type { JsonObject } from "../neutral/source.ts";
import { type CarriedState, carryState, readCarriedState } from "./carried-state.ts";

const WIRE = "anthropic-messages";

/** What the state of a `thinking` or `redacted_thinking` block is; null where it is unsigned. */
export type StateReading =
  | { readonly kind: "own"; readonly state: ReasoningState }
  | ({ readonly kind: "carried" } & CarriedState);

export function readSignature(signature: unknown): StateReading | null {
  return readState(signature, "signature");
}

export function readRedacted(data: unknown): StateReading | null {
  return readState(data, "redacted");
}

function readState(value: unknown, kind: "signature" | "redacted"): StateReading | null {
  if (typeof value !== "string" || value === "") return null;
  const carried = readCarriedState(value);
  return carried === null ? { kind: "own", state: { wire: WIRE, kind, value } } : { kind: "carried", ...carried };
}

/** The reasoning that a block with this state is. */
export function reasoningWith(text: string, reading: StateReading | null): ReasoningPart {
  if (reading === null) return { kind: "reasoning", text };
  const id = reading.kind === "carried" && reading.id !== undefined ? { id: reading.id } : {};
  return { kind: "reasoning", text, ...id, state: reading.state };
}

/** Reasoning as the block in which a caller of this dialect gets it; state of another wire stands in the place of Anthropic's own. */
export function thinkingBlock(part: Omit<ReasoningPart, "kind">): JsonObject {
  const { text, state } = part;
  if (text === "" && state !== undefined && state.kind !== "signature") {
    const isPlain = isOwn(state) && state.kind === "redacted" && part.id === undefined;
    return { type: "redacted_thinking", data: isPlain ? state.value : carry(part, state) };
  }
  return { type: "thinking", thinking: text, signature: state === undefined ? "" : signatureOf(part, state) };
}

/** The `signature` of visible thinking. */
export function signatureOf(part: Pick<ReasoningPart, "id">, state: ReasoningState): string {
  const isPlain = isOwn(state) && state.kind === "signature" && part.id === undefined;
  return isPlain ? state.value : carry(part, state);
}

/** The state of a call or a text of another wire, as a block beside it. */
export function carrierBlock(state: ReasoningState, owner: "call" | "text"): JsonObject {
  return { type: "redacted_thinking", data: carryState({ state, owner }) };
}

/** Whether Anthropic itself made this state. */
export function isOwn(state: ReasoningState): boolean {
  return state.wire === WIRE;
}

function carry({ id }: Pick<ReasoningPart, "id">, state: ReasoningState): string {
  return carryState({ state, owner: "reasoning", ...(id === undefined ? {} : { id }) });
}
