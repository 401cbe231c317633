import { expect } from "vitest";
import type { JsonObject } from "../neutral/source.ts";
import type { Event } from "./stream.test-kit.ts";

/** What OpenAI's schema and prose say of every stream of a response. */
export function expectConforms(events: readonly Event[]): void {
  expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index));
  expect(events.slice(0, 2).map(({ type }) => type)).toEqual(["response.created", "response.in_progress"]);
  const last = events.at(-1)!;
  expect(["response.completed", "response.incomplete"]).toContain(last.type);
  const response = last["response"] as JsonObject & { output: JsonObject[] };
  for (const field of REQUIRED) expect(response).toHaveProperty(field);
  const done: unknown[] = [];
  let added = 0;
  let open = 0;
  for (const event of events) {
    if (event.type === "response.output_item.added") {
      expect(event["output_index"]).toBe(added);
      added += 1;
      open += 1;
    } else if (event.type === "response.output_item.done") {
      done[event["output_index"] as number] = event["item"];
      open -= 1;
    }
    // Clients such as pi take a piece for that of the item that began last, whatever item it names.
    expect(open).toBeLessThanOrEqual(1);
  }
  expect(done).toEqual(response.output);
  expect(new Set(response.output.map(({ id }) => id)).size).toBe(response.output.length);
  for (const [index, item] of response.output.entries()) {
    expectItem(
      item,
      events.filter((event) => event["output_index"] === index),
    );
  }
}

const REQUIRED = (
  "id access_programs object created_at status error incomplete_details instructions metadata model output " +
  "parallel_tool_calls temperature tool_choice tools top_p usage"
).split(" ");

function words(list: unknown, field: string): string {
  return (list as JsonObject[]).map((part) => part[field]).join("");
}

/** The pieces of an item, put together, are the item; every piece names it. */
function expectItem(item: JsonObject, events: readonly Event[]): void {
  const pieces = events.filter(({ type }) => !type.startsWith("response.output_item."));
  for (const piece of pieces) expect(piece["item_id"]).toBe(item["id"]);
  const deltas = (type: string): string => {
    return pieces
      .filter((piece) => piece.type === `response.${type}.delta`)
      .map((piece) => piece["delta"])
      .join("");
  };
  if (item["type"] === "message") {
    expect(deltas("output_text") + deltas("refusal")).toHaveLength(
      words(item["content"], "text").length + words(item["content"], "refusal").length,
    );
  } else if (item["type"] === "reasoning")
    expect(deltas("reasoning_summary_text")).toBe(words(item["summary"], "text"));
  else if (item["type"] === "function_call") expect(deltas("function_call_arguments")).toBe(item["arguments"]);
  else if (item["type"] === "custom_tool_call") expect(deltas("custom_tool_call_input")).toBe(item["input"]);
}
