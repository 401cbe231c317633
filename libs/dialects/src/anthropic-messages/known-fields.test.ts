import { expect, test } from "vitest";
import { cacheFieldsOf } from "./cache-fields.ts";
import { unread } from "./known-fields.ts";
import { parseRequest } from "./parse-request.ts";

const base = { model: "auto", max_tokens: 100, messages: [{ role: "user", content: "Hello" }] };

test("B8 fields that the neutral form does not hold are named as lost on the way to another", () => {
  const content = [
    { type: "text", text: "a", mood: "gay" },
    { type: "future_block", anything: 1 },
    { type: "tool_result", tool_use_id: "t", content: [{ type: "text", text: "x", colour: "red" }] },
  ];
  const body = {
    ...base,
    messages: [{ role: "user", content }],
    container: "c_1",
    speed: "fast",
    future: 1,
    thinking: { type: "between_tools" },
    tools: [
      { name: "weather", input_schema: { type: "object" }, defer_loading: true },
      { type: "bash_20250124", name: "bash", anything: 1 },
    ],
  };
  const losses = unread(parseRequest(body, { betas: ["context-1m-2025-08-07"] }));
  expect(losses.map(({ path, what, why }) => `${path} ${what} ${why}`)).toEqual([
    "container container no-equivalent",
    "speed speed no-equivalent",
    "future field unknown-field",
    "messages[0].content[0].mood field unknown-field",
    "messages[0].content[2].content[0].colour field unknown-field",
    "tools[0].defer_loading defer_loading no-equivalent",
    "thinking.type between-tools approximated",
    "anthropic-beta[0] beta no-equivalent",
  ]);
});

test("B14 the fields of a cache key are all but those that cannot change the answer, and the betas", () => {
  const labels = { metadata: { user_id: "u" }, service_tier: "auto", stream: true, speed: "fast", system: null };
  const request = parseRequest({ ...base, ...labels, future: 1 }, { betas: ["b", "a"], version: "2023-06-01" });
  expect(cacheFieldsOf(request)).toEqual({
    ...base,
    future: 1,
    "anthropic-version": "2023-06-01",
    "anthropic-beta": ["a", "b"],
  });
});
