import { isObject } from "../check/check-value.ts";
import { saidText, textOf } from "../check/field-value.ts";
import { parseOpaque } from "../check/parse-json.ts";
import { COLLECT_MAX_CHARS } from "../neutral/collect-limit.ts";
import type { NeutralPart } from "../neutral/part.ts";
import type { ReasoningState } from "../neutral/reasoning-state.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { DeltaExtra, NeutralDelta } from "../neutral/stream-event.ts";
import { readCitation, readCitations } from "./citations.ts";
import { callText, isAnswerCall, openingOf } from "./read-block.ts";
import { other } from "./parse-block.ts";
import { readRedacted, readSignature, type StateReading } from "./thinking.ts";

/** A content block that has begun and not stopped. */
export type OpenBlock =
  | { readonly kind: "text" }
  | { readonly kind: "thinking"; readonly signature: string }
  /** `call` is the call's place among the calls; null: the answer tool, whose input is text. */
  | { readonly kind: "input"; readonly call: number | null; readonly input: unknown; readonly hasPieces: boolean }
  /** `pieces` is what has come of an input that is streamed. */
  | { readonly kind: "other"; readonly block: JsonObject; readonly pieces: string };

/** What an event of a block adds to the answer. */
export type Added = Partial<Pick<NeutralDelta, "text" | "reasoning" | "toolCalls" | "extras">>;

export type BlockStep = {
  readonly open: OpenBlock | null;
  /** null: nothing. */
  readonly added: Added | null;
  /** State of another wire that the next call has. */
  readonly callState?: ReasoningState;
};

const NEW_PART: DeltaExtra = { kind: "new-part" };

/** Where in an answer a block begins: `seed` makes ids for calls that have none. */
export type Place = { readonly seed: string; readonly calls: number; readonly callState: ReasoningState | null };

export function startBlock(block: JsonObject, place: Place): BlockStep {
  switch (block["type"]) {
    case "text":
      return { open: { kind: "text" }, added: { text: saidText(block["text"]), extras: [NEW_PART, ...citing(block)] } };
    case "thinking": {
      const signature = textOf(block["signature"]);
      const added = { reasoning: saidText(block["thinking"]), extras: [NEW_PART] };
      return { open: { kind: "thinking", signature }, added };
    }
    case "redacted_thinking":
      return redacted(readRedacted(block["data"]));
    case "tool_use":
      return startCall(block, place);
    default:
      return { open: { kind: "other", block, pieces: "" }, added: null };
  }
}

function citing(block: JsonObject): readonly DeltaExtra[] {
  return readCitations(block["citations"]).map((annotation) => ({ kind: "annotation", annotation }));
}

function startCall(block: JsonObject, { seed, calls, callState }: Place): BlockStep {
  const { input } = block;
  if (isAnswerCall(block)) {
    return { open: { kind: "input", call: null, input, hasPieces: false }, added: { extras: [NEW_PART] } };
  }
  const opens = { ...openingOf(block, { seed, index: calls }), ...(callState === null ? {} : { state: callState }) };
  return {
    open: { kind: "input", call: calls, input, hasPieces: false },
    added: { toolCalls: [{ index: calls, opens, arguments: "", source: block }] },
  };
}

function redacted(reading: StateReading | null): BlockStep {
  // The block is whole at its start, and nothing of it is left for its end.
  const step = { open: null, added: null };
  if (reading === null) return step;
  const { state } = reading;
  if (reading.kind === "carried" && reading.owner === "call") return { ...step, callState: state };
  if (reading.kind === "carried" && reading.owner === "text") {
    return { ...step, added: { extras: [{ kind: "text-state", state }] } };
  }
  return { ...step, added: { extras: [NEW_PART, stateExtra(reading)] } };
}

function stateExtra(reading: StateReading): DeltaExtra {
  const id = reading.kind === "carried" && reading.id !== undefined ? { id: reading.id } : {};
  return { kind: "reasoning-state", state: reading.state, ...id };
}

/** A piece of a block; one of a kind that this block does not have adds nothing. */
export function continueBlock(open: OpenBlock, delta: JsonObject): BlockStep {
  const nothing = { open, added: null };
  switch (delta["type"]) {
    case "text_delta":
      return open.kind === "text" ? { open, added: { text: saidText(delta["text"]) } } : nothing;
    case "thinking_delta":
      return open.kind === "thinking" ? { open, added: { reasoning: saidText(delta["thinking"]) } } : nothing;
    case "signature_delta":
      return open.kind === "thinking"
        ? { open: { ...open, signature: textOf(delta["signature"]) }, added: null }
        : nothing;
    case "citations_delta": {
      if (open.kind !== "text" || !isObject(delta["citation"])) return nothing;
      return { open, added: { extras: [{ kind: "annotation", annotation: readCitation(delta["citation"]) }] } };
    }
    case "input_json_delta":
      return continueInput(open, textOf(delta["partial_json"]));
    case "compaction_delta":
      return open.kind === "other" ? { open: { ...open, block: compacted(open.block, delta) }, added: null } : nothing;
    default:
      return nothing;
  }
}

/** A `compaction` block with its final values, as its one delta brings them. */
export function compacted(block: JsonObject, delta: JsonObject): JsonObject {
  return { ...block, ...delta, type: block["type"] };
}

function continueInput(open: OpenBlock, piece: string): BlockStep {
  if (piece === "") return { open, added: null };
  if (open.kind === "input") {
    const next = open.hasPieces ? open : { ...open, hasPieces: true };
    return { open: next, added: inputPiece(open.call, piece) };
  }
  const mayGrow = open.kind === "other" && open.pieces.length + piece.length <= COLLECT_MAX_CHARS;
  return { open: mayGrow ? { ...open, pieces: open.pieces + piece } : open, added: null };
}

function inputPiece(call: number | null, text: string): Added {
  if (call === null) return { text };
  return { toolCalls: [{ index: call, opens: null, arguments: text, source: {} }] };
}

/** What the end of a block brings. */
export function stopBlock(open: OpenBlock): Added | null {
  switch (open.kind) {
    case "thinking": {
      const reading = readSignature(open.signature);
      return reading === null ? null : { extras: [stateExtra(reading)] };
    }
    case "input":
      // An input without pieces is whole at its start; most are empty there.
      return open.hasPieces ? null : inputPiece(open.call, callText(open.input));
    case "other":
      return { extras: [{ kind: "other", part: wholeOther(open) }] };
    default:
      return null;
  }
}

function wholeOther({ block, pieces }: OpenBlock & { kind: "other" }): NeutralPart & { kind: "other" } {
  const type = saidText(block["type"]) ?? "unknown";
  const input = pieces === "" ? undefined : parseOpaque(pieces);
  return other(type, input === undefined ? block : { ...block, input });
}
