import { plainText } from "../check/plain-value.ts";
import { isObject } from "../check/check-value.ts";
import { textOf } from "../check/field-value.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { DeltaExtra, NeutralDelta } from "../neutral/stream-event.ts";
import { withProgress } from "../neutral/stream-progress.ts";
import { mintedCallId } from "../neutral/tool-call-text.ts";
import { readAnnotation } from "./annotations.ts";
import { namesOf, placeOf } from "./item-place.ts";
import { isCall, readCall } from "./output-item.ts";
import { readItemDone } from "./read-item-done.ts";
import {
  given,
  NO_PIECES,
  type OpenItem,
  type ResponsesReadState,
  type Step,
  withItem,
  withPiece,
} from "./read-state.ts";
import { isOwnId, SUMMARY_SEPARATOR } from "./reasoning-item.ts";

type Reader = (state: ResponsesReadState, body: JsonObject) => Step;

/** The events that say something of the answer; all others only callers of the same form can be given. */
export const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>(
  Object.entries({
    "response.output_item.added": readItemAdded,
    "response.output_item.done": readItemDone,
    "response.content_part.added": readPartAdded,
    "response.output_text.delta": (state, body) => readPiece(state, body, textDelta(body)),
    "response.output_text.done": (state, body) => readRest(state, body, { text: textOf(body["text"]) }),
    "response.output_text.annotation.added": readAnnotationAdded,
    "response.refusal.delta": (state, body) => readPiece(state, body, { refusal: textOf(body["delta"]) }),
    "response.refusal.done": (state, body) => readRest(state, body, { refusal: textOf(body["refusal"]) }),
    "response.reasoning_summary_text.delta": readReasoning,
    "response.reasoning_summary_part.added": (state, body) => readPartAdded(state, body),
    "response.reasoning_text.delta": readReasoning,
    "response.function_call_arguments.delta": (state, body) => readArguments(state, body, textOf(body["delta"])),
    "response.function_call_arguments.done": (state, body) => readAllArguments(state, body, body["arguments"]),
    "response.custom_tool_call_input.delta": (state, body) => readArguments(state, body, textOf(body["delta"])),
    "response.custom_tool_call_input.done": (state, body) => readAllArguments(state, body, body["input"]),
  } satisfies Record<string, Reader>),
);

function readItemAdded(before: ResponsesReadState, body: JsonObject): Step {
  const item = isObject(body["item"]) ? body["item"] : {};
  const index = placeOf(before, body);
  if (before.items.has(index)) return given(before, body, []);
  const { type } = item;
  const names = namesOf(body);
  if (!isCall(item)) {
    const opened = withItem(before, index, { type, names, call: null, pieces: NO_PIECES });
    if (type === "message") return given(opened, body, []);
    // The provider's own tools have begun to work, which may take long and is paid for.
    if (type !== "reasoning") return given(withProgress(opened, { begun: true }), body, []);
    const id = isOwnId(item["id"]) ? { id: item["id"] } : {};
    return given(opened, body, [{ extras: [{ kind: "new-part", ...id }] }]);
  }
  // Perplexity begins its own search as a whole call, and ends it as an item of another type: such a one is told with its end.
  const isWhole = item["status"] === "completed" && textOf(item["arguments"]) !== "";
  if (isWhole) return given(withProgress(before, { begun: true }), body, []);
  const { calls, options } = before;
  // Arguments that stand here already come again in pieces from some hosts, and at the item's end from all.
  const { kind: _, arguments: begun, ...opens } = readCall(item, mintedCallId(options.defaults.id, calls));
  const state = withItem({ ...before, calls: calls + 1 }, index, {
    type,
    names,
    call: calls,
    pieces: NO_PIECES,
    begun,
  });
  return given(state, body, [{ toolCalls: [{ index: calls, opens, arguments: "", source: {} }] }]);
}

/** Parts of a message are parts in the neutral form, too; those of reasoning are one, with a blank line between them. */
function readPartAdded(state: ResponsesReadState, body: JsonObject): Step {
  const item = state.items.get(placeOf(state, body));
  if (item?.type === "reasoning") {
    const isNext = [...item.pieces.keys()].some((piece) => piece.startsWith(wordsKind(body)));
    return given(state, body, isNext ? [{ reasoning: SUMMARY_SEPARATOR }] : []);
  }
  const part = isObject(body["part"]) ? body["part"] : {};
  return given(state, body, part["type"] === "output_text" ? [{ extras: [{ kind: "new-part" }] }] : []);
}

/** A piece of text or of a refusal. */
function readPiece(before: ResponsesReadState, body: JsonObject, change: Partial<NeutralDelta>): Step {
  const index = placeOf(before, body);
  // Some hosts leave out the beginnings of items.
  const item = before.items.get(index) ?? { type: "message", names: namesOf(body), call: null, pieces: NO_PIECES };
  const piece = pieceOf(body);
  return given(item.pieces.has(piece) ? before : withPiece(before, { index, item, piece }), body, [change]);
}

/** The whole of a part at its end: said now where no piece of it came before. */
function readRest(state: ResponsesReadState, body: JsonObject, change: Partial<NeutralDelta>): Step {
  const isSaid = state.items.get(placeOf(state, body))?.pieces.has(pieceOf(body)) === true;
  return isSaid ? given(state, body, []) : readPiece(state, body, change);
}

function textDelta(body: JsonObject): Partial<NeutralDelta> {
  const text = textOf(body["delta"]);
  const { logprobs } = body;
  if (!Array.isArray(logprobs) || logprobs.length === 0) return { text };
  const extra: DeltaExtra = { kind: "logprobs", logprobs: { content: logprobs as unknown[], refusal: null } };
  return { text, extras: [extra] };
}

function readAnnotationAdded(before: ResponsesReadState, body: JsonObject): Step {
  const index = placeOf(before, body);
  const item = before.items.get(index);
  if (!isObject(body["annotation"]) || item === undefined) return given(before, body, []);
  const piece = pieceOf(body);
  const state = withPiece(before, { index, item, piece }, (item.pieces.get(piece) ?? 0) + 1);
  return given(state, body, [{ extras: [{ kind: "annotation", annotation: readAnnotation(body["annotation"]) }] }]);
}

/** Thoughts and their summary are two accounts of the same: the one that comes first is told. */
function readReasoning(before: ResponsesReadState, body: JsonObject): Step {
  const index = placeOf(before, body);
  const item = before.items.get(index) ?? { type: "reasoning", names: namesOf(body), call: null, pieces: NO_PIECES };
  const kind = wordsKind(body);
  const isOther = [...item.pieces.keys()].some((piece) => !piece.startsWith(kind));
  if (isOther) return given(before, body, []);
  const place = kind === "summary" ? body["summary_index"] : body["content_index"];
  const piece = `${kind}${typeof place === "number" ? place : 0}`;
  const state = item.pieces.has(piece) ? before : withPiece(before, { index, item, piece });
  return given(state, body, [{ reasoning: textOf(body["delta"]) }]);
}

function wordsKind(body: JsonObject): "summary" | "thought" {
  return plainText(body["type"]).includes("summary") ? "summary" : "thought";
}

function readArguments(before: ResponsesReadState, body: JsonObject, text: string): Step {
  const index = placeOf(before, body);
  const item: OpenItem | undefined = before.items.get(index);
  // A call that was not opened comes whole with its end.
  if (item === undefined || item.call === null) return given(before, body, []);
  const state = item.pieces.has("arguments") ? before : withPiece(before, { index, item, piece: "arguments" });
  return given(state, body, [{ toolCalls: [{ index: item.call, opens: null, arguments: text, source: {} }] }]);
}

/** Some hosts send arguments at their end alone. */
function readAllArguments(state: ResponsesReadState, body: JsonObject, text: unknown): Step {
  const item = state.items.get(placeOf(state, body));
  const isSaid = item === undefined || item.pieces.has("arguments") || textOf(text) === "";
  return isSaid ? given(state, body, []) : readArguments(state, body, textOf(text));
}

function pieceOf(body: JsonObject): string {
  return `content${typeof body["content_index"] === "number" ? body["content_index"] : 0}`;
}
