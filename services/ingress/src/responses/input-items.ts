import type { JsonObject } from "@signalbox/dialects";
import type { StoredResponse } from "./response-store.ts";

export type ItemPage = { readonly after?: string | undefined; readonly limit: number; readonly order: "asc" | "desc" };

/** A page of the items that a response answered (https://platform.openai.com/docs/api-reference/responses/input-items). */
export function pageOfItems({ response, input }: StoredResponse, { after, limit, order }: ItemPage): JsonObject {
  const items = input.map((item, index) => itemOf(item, `${String(response["id"]).replace("resp_", "")}_${index}`));
  const ordered = order === "asc" ? items : items.toReversed();
  // After an item that is not there nothing comes.
  const from = after === undefined ? 0 : ordered.findIndex(({ id }) => id === after) + 1 || ordered.length;
  const data = ordered.slice(from, from + limit);
  return {
    object: "list",
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: from + data.length < ordered.length,
  };
}

/** An item with an id, which is the same each time, and in the long form that items are given out in. */
function itemOf(item: JsonObject, suffix: string): JsonObject & { readonly id: string } {
  const type = item["type"] ?? "message";
  const id = typeof item["id"] === "string" ? item["id"] : `${type === "message" ? "msg" : "item"}_${suffix}`;
  if (type !== "message") return { ...item, id };
  const { content, role } = item;
  const text = { type: role === "assistant" ? "output_text" : "input_text", text: content };
  return { status: "completed", ...item, type, id, content: typeof content === "string" ? [text] : content };
}
