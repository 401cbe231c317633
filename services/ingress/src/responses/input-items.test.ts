import { expect, test } from "vitest";
import { pageOfItems, type ItemPage } from "./input-items.ts";

const input = [
  { role: "user", content: "Look." },
  { type: "function_call", id: "fc_1", call_id: "c1", name: "look", arguments: "{}" },
  { type: "function_call_output", call_id: "c1", output: "dark" },
];
const page = (change: Partial<ItemPage> = {}): { data: { id: string }[] } & Record<string, unknown> =>
  pageOfItems({ response: { id: "resp_0a" }, input }, { limit: 20, order: "asc", ...change }) as never;

test("every item has an id, which is the same each time, and texts are lists of parts", () => {
  expect(page()).toEqual({
    object: "list",
    data: [
      {
        type: "message",
        id: "msg_0a_0",
        role: "user",
        status: "completed",
        content: [{ type: "input_text", text: "Look." }],
      },
      input[1],
      { ...input[2], id: "item_0a_2" },
    ],
    first_id: "msg_0a_0",
    last_id: "item_0a_2",
    has_more: false,
  });
});

test("pages follow each other in either order, and after an unknown item comes nothing", () => {
  const ids = (change: Partial<ItemPage>): string[] => page(change).data.map(({ id }) => id);
  expect(ids({ limit: 2 })).toEqual(["msg_0a_0", "fc_1"]);
  expect(page({ limit: 2 })["has_more"]).toBe(true);
  expect(ids({ after: "fc_1" })).toEqual(["item_0a_2"]);
  expect(ids({ order: "desc", after: "fc_1" })).toEqual(["msg_0a_0"]);
  expect(page({ after: "item_0a_2" })).toMatchObject({ data: [], first_id: null, has_more: false });
  expect(ids({ after: "fc_9" })).toEqual([]);
});
