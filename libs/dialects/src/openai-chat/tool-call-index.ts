import { CALLS_MAX, tooManyCalls } from "../neutral/answer-limits.ts";
import type { ReasoningState } from "../neutral/reasoning-state.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { ToolCallDelta } from "../neutral/stream-event.ts";
import { isObject } from "../check/check-value.ts";
import { saidText } from "../check/field-value.ts";
import { readCallState } from "./reasoning-details.ts";
import { argumentsText, mintedCallId } from "../neutral/tool-call-text.ts";

/** A call that has begun: what its provider calls it. Its place in the list is the index that the caller sees. */
export type OpenCall = {
  readonly upstreamIndex: number | null;
  readonly upstreamId: string | null;
  /** Empty while its host has not said it: the call is not told of before. */
  readonly name: string;
  /** What came of it before its name. */
  readonly waiting?: { readonly id: string; readonly arguments: string; readonly source: JsonObject };
};

type Placement = { readonly calls: readonly OpenCall[]; readonly deltas: readonly ToolCallDelta[] };

/**
 * Gives the pieces of one chunk to their calls. Hosts number calls wrongly in many ways (no index at all, 0 for every call, a new id
 * with each piece, an empty one), so a piece belongs to the call with its id, else to the one with its index, and opens a new one when it
 * names a function that this call cannot be. Several that say none of it belong to the last calls, in their order. `seed` makes ids for
 * calls that have none. Throws `upstream-error` for too many calls.
 */
export function placeCalls(before: readonly OpenCall[], pieces: readonly unknown[], seed: string): Placement {
  let calls = before;
  const deltas: ToolCallDelta[] = [];
  const touched = new Set<number>();
  const read = pieces.filter(isObject).map((source) => ({ source, piece: readPiece(source) }));
  const first = read.every(({ piece }) => isBlank(piece)) ? Math.max(0, calls.length - read.length) : null;
  for (const [position, { source, piece }] of read.entries()) {
    const found = first === null ? findCall(calls, piece) : Math.min(first + position, calls.length - 1);
    // One chunk holds at most one piece of a call, so a second name under the same index is another call.
    const belongs = found !== -1 && !(touched.has(found) && piece.name !== null);
    const index = belongs ? found : calls.length;
    touched.add(index);
    const begun = belongs ? calls[index] : undefined;
    if (begun !== undefined && begun.waiting === undefined) {
      deltas.push({ index, opens: null, arguments: piece.arguments, source });
      continue;
    }
    if (begun === undefined && calls.length >= CALLS_MAX) throw tooManyCalls();
    const call = withPiece(begun, piece, { id: piece.id ?? mintedCallId(seed, index), source });
    calls = calls.toSpliced(index, 1, call);
    if (call.waiting === undefined) deltas.push(openingOf(index, { call, before: begun, piece, source, seed }));
  }
  return { calls, deltas };
}

/** Beyond these a call without a name is told of as it is. */
const WAITING_MAX_CHARS = 64 * 1024;

/** A call that begins, or that had no name until now. */
function withPiece(
  before: OpenCall | undefined,
  piece: Piece,
  { id, source }: { readonly id: string; readonly source: JsonObject },
): OpenCall {
  const upstreamIndex = before?.upstreamIndex ?? piece.index;
  const upstreamId = before?.upstreamId ?? piece.id;
  if (piece.name !== null) return { upstreamIndex, upstreamId, name: piece.name };
  const said = (before?.waiting?.arguments ?? "") + piece.arguments;
  if (said.length > WAITING_MAX_CHARS) return { upstreamIndex, upstreamId, name: "" };
  const waiting = {
    id: before?.waiting?.id ?? id,
    arguments: said,
    source,
  };
  return { upstreamIndex, upstreamId, name: "", waiting };
}

type Opening = {
  readonly call: OpenCall;
  readonly before: OpenCall | undefined;
  readonly piece: Piece;
  readonly source: JsonObject;
  readonly seed: string;
};

function openingOf(index: number, { call, before, piece, source, seed }: Opening): ToolCallDelta {
  const id = call.upstreamId ?? mintedCallId(seed, index);
  const opens = { id, name: call.name, ...natureOf(source) };
  return { index, opens, arguments: (before?.waiting?.arguments ?? "") + piece.arguments, source };
}

/** At the end of a choice: the calls that never got a name, as they came. */
export function namelessCalls(calls: readonly OpenCall[]): readonly ToolCallDelta[] {
  return calls.flatMap(({ waiting }, index) => {
    if (waiting === undefined) return [];
    const opens = { id: waiting.id, name: "", ...natureOf(waiting.source) };
    return [{ index, opens, arguments: waiting.arguments, source: waiting.source }];
  });
}

function natureOf(source: JsonObject): { custom?: true; state?: ReasoningState } | undefined {
  if (isObject(source["custom"]) && !isObject(source["function"])) return { custom: true };
  const state = readCallState(source);
  return state === null ? undefined : { state };
}

type Piece = { index: number | null; id: string | null; name: string | null; arguments: string };

function readPiece(source: JsonObject): Piece {
  const called = isObject(source["function"]) ? source["function"] : isObject(source["custom"]) ? source["custom"] : {};
  return {
    index: typeof source["index"] === "number" ? source["index"] : null,
    // Mistral writes the word `null` on pieces that go on with a call.
    id: source["id"] === "null" ? null : saidText(source["id"]),
    name: saidText(called["name"]),
    arguments: argumentsText(called["arguments"] ?? called["input"]),
  };
}

/** Whether a piece says nothing of the call that it belongs to. */
function isBlank({ id, index, name }: Piece): boolean {
  return id === null && index === null && name === null;
}

function findCall(calls: readonly OpenCall[], piece: Piece): number {
  if (piece.id !== null) {
    const byId = calls.findLastIndex((call) => call.upstreamId === piece.id);
    if (byId !== -1) return byId;
  }
  if (piece.index === null) return isBlank(piece) ? calls.length - 1 : -1;
  const byIndex = calls.findLastIndex((call) => call.upstreamIndex === piece.index);
  const call = calls[byIndex];
  if (call === undefined || piece.name === null) return byIndex;
  const isNamed = call.name !== "";
  const isOther = (isNamed && piece.name !== call.name) || (piece.id !== null && call.upstreamId !== null);
  return isOther ? -1 : byIndex;
}
