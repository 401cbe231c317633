import { isObject } from "../check/check-value.ts";
import { textOf } from "../check/field-value.ts";
import type { JsonObject } from "../neutral/source.ts";
import { ITEM_DONE, type OpenItem, type ResponsesReadState } from "./read-state.ts";

/**
 * Where the item that the event is of is kept: at its `output_index`. vLLM counts on between the pieces of an item and its end, and
 * llama.cpp does not count at all: what they send belongs to the open item of that id, or to the last one of that type.
 */
export function placeOf({ items }: ResponsesReadState, body: JsonObject): number {
  const { output_index: index } = body;
  const isNumbered = typeof index === "number";
  const isBeginning = body["type"] === "response.output_item.added";
  if (isNumbered && (isBeginning || items.has(index))) return index;
  const open = [...items].filter(([, { pieces }]) => !pieces.has(ITEM_DONE)).toReversed();
  const names = namesOf(body);
  const named = open.find(([, item]) => item.names.some((name) => names.includes(name)));
  if (named !== undefined) return named[0];
  if (isNumbered) return index;
  const fitting = isBeginning ? undefined : open.find(([, item]) => isOfItem(body, item));
  // Below all that the provider counts.
  return fitting === undefined ? -1 - items.size : fitting[0];
}

/** The ids that the events of an item have in common. */
export function namesOf(body: JsonObject): readonly string[] {
  const item = isObject(body["item"]) ? body["item"] : {};
  return [body["item_id"], item["id"], item["call_id"]].map(textOf).filter((name) => name !== "");
}

function isOfItem({ type, item }: JsonObject, open: OpenItem): boolean {
  if (isObject(item)) return item["type"] === open.type;
  const event = textOf(type);
  if (event.includes("_call_")) return open.call !== null;
  return open.type === (event.includes("reasoning") ? "reasoning" : "message");
}

/** Where an item that has ended stands among those that have. */
export function placeAmong(items: ReadonlyMap<number, unknown>, { output_index: index }: JsonObject): number {
  return typeof index === "number" ? index : items.size;
}
