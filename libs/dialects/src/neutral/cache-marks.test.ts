import { expect, test } from "vitest";
import { ingressOf } from "../codecs.ts";
import { factsOf } from "./facts.ts";

const five = { cache_control: { type: "ephemeral" } };
const hour = { cache_control: { type: "ephemeral", ttl: "1h" } };
const text = (mark: object) => ({ type: "text", text: "Hi", ...mark });
const user = (mark: object) => ({ role: "user", content: [text(mark)] });
const tool = (mark: object) => ({ name: "t", input_schema: { type: "object" }, ...mark });
const result = (mark: object) => ({
  role: "user",
  content: [{ type: "tool_result", tool_use_id: "t1", content: "dark", ...mark }],
});

function marksOf(body: object): string | undefined {
  const request = { model: "auto", max_tokens: 9, messages: [user({})], ...body };
  return factsOf(ingressOf("anthropic-messages").parseRequest(request)).cacheMarks;
}

test.each([
  ["a part", { messages: [user(five)] }],
  ["an instruction", { system: [text(five)] }],
  ["a tool", { tools: [tool(five)] }],
  ["the request itself", five],
  [
    "a result",
    {
      messages: [
        user({}),
        { role: "assistant", content: [{ type: "tool_use", id: "t1", name: "t", input: {} }] },
        result(five),
      ],
    },
  ],
])("a mark on %s is told of", (_where, body) => {
  expect(marksOf(body)).toBe("5m");
});

test("the longest of several is, in whatever order, and none where there is none", () => {
  expect(marksOf({ system: [text(hour)], messages: [user(five)] })).toBe("1h");
  expect(marksOf({ tools: [tool(five)], messages: [user(hour)] })).toBe("1h");
  expect(marksOf({})).toBeUndefined();
});

test("a mark of the chat form is one as well", () => {
  const request = { model: "auto", messages: [user(hour)] };
  expect(factsOf(ingressOf("openai-chat").parseRequest(request)).cacheMarks).toBe("1h");
});

test("a mark on a block that only its own form understands counts", () => {
  const block = { type: "server_tool_use", id: "s1", name: "web_search", input: {}, ...hour };
  expect(marksOf({ messages: [user({}), { role: "assistant", content: [block] }, user({})] })).toBe("1h");
});
