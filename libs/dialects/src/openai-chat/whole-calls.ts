import type { NeutralChunk, NeutralDelta, ToolCallDelta } from "../neutral/stream-event.ts";

/** The calls of each choice that have begun and not been given out yet. */
export type HeldCalls = ReadonlyMap<number, readonly ToolCallDelta[]>;

export const NO_HELD_CALLS: HeldCalls = new Map();

/**
 * A chunk for a client that reads calls only whole, as Mistral's own API streams them (https://docs.mistral.ai/api, `DeltaMessage`: every
 * call has a name): pieces of calls are held until their choice ends, and stand whole in its last chunk.
 */
export function holdCalls(held: HeldCalls, chunk: NeutralChunk): readonly [HeldCalls, NeutralChunk] {
  if (chunk.deltas.every(({ toolCalls, finish, choice }) => toolCalls.length === 0 && !(finish && held.has(choice)))) {
    return [held, chunk];
  }
  const next = new Map(held);
  const deltas = chunk.deltas.map((delta): NeutralDelta => {
    const calls = joined(next.get(delta.choice) ?? [], delta.toolCalls);
    if (delta.finish === null) {
      next.set(delta.choice, calls);
      return { ...delta, toolCalls: [] };
    }
    next.delete(delta.choice);
    return { ...delta, toolCalls: calls };
  });
  return [next, { ...chunk, deltas }];
}

function joined(calls: readonly ToolCallDelta[], pieces: readonly ToolCallDelta[]): readonly ToolCallDelta[] {
  const whole = [...calls];
  for (const piece of pieces) {
    const at = whole.findIndex(({ index }) => index === piece.index);
    const begun = whole[at];
    if (begun === undefined) whole.push(piece);
    else whole[at] = { ...begun, arguments: begun.arguments + piece.arguments };
  }
  return whole;
}
