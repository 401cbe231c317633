import { isObject } from "../check/check-value.ts";
import { deltasOfChoice } from "../neutral/response-chunks.ts";
import type { NeutralDelta } from "../neutral/stream-event.ts";
import { readOutput } from "./output-item.ts";
import type { ResponsesReadState } from "./read-state.ts";

/**
 * The items of a response's output that its stream had no event for: some hosts stream the text alone, and tell calls and all else at the
 * end. An item of a type that the stream did tell of has been told: hosts do not agree on how ends and events are numbered.
 */
export function untoldDeltas(state: ResponsesReadState, output: unknown): readonly NeutralDelta[] {
  if (!Array.isArray(output) || output.length === 0) return NONE;
  const told = new Set([...state.items.values()].map(({ type }) => type));
  if (told.has(undefined)) return NONE;
  const untold = output.filter((item: unknown) => isObject(item) && !told.has(item["type"]));
  if (untold.length === 0) return NONE;
  const { parts } = readOutput(untold, state.options.defaults.id);
  // The last delta is the end, which the response says itself.
  const deltas = deltasOfChoice({ index: 0, parts, finish: "stop" }).slice(0, -1);
  return deltas.map((delta) => ({
    ...delta,
    toolCalls: delta.toolCalls.map((call) => ({ ...call, index: call.index + state.calls })),
  }));
}

const NONE: readonly NeutralDelta[] = [];
