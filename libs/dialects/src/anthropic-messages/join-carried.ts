import { plainText } from "../check/plain-value.ts";
import type { NeutralPart } from "../neutral/part.ts";
import { readCarriedState } from "./carried-state.ts";
import type { JsonObject } from "../neutral/source.ts";

/** A part, and the block that it was read from. */
export type ReadPart = { readonly part: NeutralPart; readonly block: JsonObject };

/** The parts of a message, where each carried state of a call or a text stands on its owner again. */
export function joinCarried(read: readonly ReadPart[]): readonly NeutralPart[] {
  const parts: NeutralPart[] = [];
  for (const [index, { part, block }] of read.entries()) {
    const carried = block["type"] === "redacted_thinking" ? readCarriedState(plainText(block["data"])) : null;
    if (carried === null || carried.owner === "reasoning") {
      parts.push(withCallState(part, read[index - 1]?.block));
      continue;
    }
    const last = parts.at(-1);
    if (carried.owner === "text" && last?.kind === "text") parts[parts.length - 1] = { ...last, state: carried.state };
  }
  return parts;
}

function withCallState(part: NeutralPart, before: JsonObject | undefined): NeutralPart {
  if (part.kind !== "tool-call" || before?.["type"] !== "redacted_thinking") return part;
  const carried = readCarriedState(plainText(before["data"]));
  return carried?.owner === "call" ? { ...part, state: carried.state } : part;
}
