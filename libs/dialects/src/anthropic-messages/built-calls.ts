import type { ToolCallDelta } from "../neutral/stream-event.ts";
import { isWholeInput } from "./tool-input.ts";

export type Opening = NonNullable<ToolCallDelta["opens"]>;

/** A call of an answer from another wire. Blocks follow one another here, so a call that begins before the last is whole waits. */
export type BuiltCall = {
  readonly opens: Opening;
  readonly stage: "open" | "waiting" | "closed";
  /** All that has come of its arguments; empty once it is closed. */
  readonly text: string;
};

/** By the call's index. */
export type BuiltCalls = ReadonlyMap<number, BuiltCall>;

/** The call whose block is open. */
export function openCallOf(calls: BuiltCalls): readonly [number, BuiltCall] | undefined {
  return [...calls].find(([, { stage }]) => stage === "open");
}

/** Whether a call that begins now has to wait: one before it waits already, or may still grow. */
export function mustWait(calls: BuiltCalls): boolean {
  const open = openCallOf(calls)?.[1];
  const mayGrow = open !== undefined && open.opens.custom !== true && !isWholeInput(open.text);
  return mayGrow || [...calls.values()].some(({ stage }) => stage === "waiting");
}
