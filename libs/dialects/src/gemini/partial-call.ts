import { isObject } from "../check/check-value.ts";
import { COLLECT_MAX_CHARS } from "../neutral/collect-limit.ts";
import type { JsonObject } from "../neutral/source.ts";
import { argsOfPieces } from "./partial-args.ts";

/** A call whose arguments stream. */
export type PartialCall = {
  /** Its index in the neutral form. */
  readonly index: number;
  readonly pieces: readonly JsonObject[];
  readonly chars: number;
};

/** More pieces than the arguments of any call come in. */
const PIECES_MAX = 8192;

/** What a `functionCall` of a stream is: a whole call, or the beginning, a piece or the end of one. */
type CallKind = "whole" | "begins" | "goes-on" | "ends";

/** `isOpen`: whether a call has begun whose arguments stream. */
export function kindOfCall(call: JsonObject, isOpen: boolean): CallKind {
  const isNamed = typeof call["name"] === "string" && call["name"] !== "";
  if (isNamed) return isList(call["partialArgs"]) || call["willContinue"] === true ? "begins" : "whole";
  if (isObject(call["args"])) return "whole";
  if (isList(call["partialArgs"]) || call["willContinue"] === true) return isOpen ? "goes-on" : "whole";
  // Of a call that has ended already, too: its last piece may have said that no other follows.
  return "ends";
}

/** The call after the pieces of one part more, and whether it ends with them. */
export function withPieces(partial: PartialCall, call: JsonObject): { partial: PartialCall; isWhole: boolean } {
  const told = isList(call["partialArgs"]) ? call["partialArgs"].filter(isObject) : [];
  const chars = told.reduce((sum, piece) => sum + charsOf(piece), partial.chars);
  const isFull = partial.pieces.length + told.length > PIECES_MAX || chars > COLLECT_MAX_CHARS;
  const goesOn = call["willContinue"] === true || told.some((piece) => piece["willContinue"] === true);
  return { partial: isFull ? partial : { ...partial, pieces: [...partial.pieces, ...told], chars }, isWhole: !goesOn };
}

export function argumentsOf({ pieces }: PartialCall): string {
  return JSON.stringify(argsOfPieces(pieces));
}

function charsOf({ jsonPath, stringValue }: JsonObject): number {
  return (
    (typeof jsonPath === "string" ? jsonPath.length : 0) + (typeof stringValue === "string" ? stringValue.length : 0)
  );
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
