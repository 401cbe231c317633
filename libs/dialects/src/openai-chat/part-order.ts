import type { LossList } from "../neutral/loss.ts";
import type { NeutralPart } from "../neutral/part.ts";

/** The order that the fields of this format's messages imply. */
const RANKS: Readonly<Record<NeutralPart["kind"], number>> = {
  reasoning: 0,
  text: 1,
  image: 1,
  audio: 1,
  file: 1,
  other: 1,
  refusal: 2,
  "tool-call": 3,
};

export function rankOf(part: NeutralPart): number {
  return RANKS[part.kind];
}

/** Thoughts, words and calls stand in fields of their own here: which came first is lost where they do not come in that order. */
export function noteOrder(parts: readonly NeutralPart[], path: string, losses: LossList): void {
  // What only its own form understands is lost wherever it stands.
  const ranks = parts.filter(({ kind }) => kind !== "other").map((part) => rankOf(part));
  const isMixed = ranks.some((rank, index) => rank < (ranks[index - 1] ?? rank));
  if (isMixed) losses.add(`${path}.parts`, "part-order", "approximated");
}

/** The same for formats whose content keeps its order, and has calls alone beside it. */
export function noteCallOrder(parts: readonly NeutralPart[], path: string, losses: LossList): void {
  const shown = parts.filter(({ kind }) => kind !== "other");
  const firstCall = shown.findIndex(({ kind }) => kind === "tool-call");
  const isMixed = firstCall !== -1 && shown.slice(firstCall).some(({ kind }) => kind !== "tool-call");
  if (isMixed) losses.add(`${path}.parts`, "call-order", "approximated");
}
