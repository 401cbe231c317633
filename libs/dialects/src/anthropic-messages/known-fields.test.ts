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
    { type: "tool_reference", tool_name: "f", cache_control: { type: "ephemeral" } },
  ];
  const body = {
    ...base,
    messages: [
      { role: "user", content },
      { role: "system", content: "Now.", clear_at: "next_user_message", output_config: { effort: "low" } },
    ],
    billing_policy: { type: "billing_policy" },
    compaction: { type: "summarize" },
    container: "c_1",
    fallbacks: "default",
    speed: "fast",
    future: 1,
    thinking: { type: "between_tools" },
    thread: { type: "create" },
    tools: [
      { name: "weather", input_schema: { type: "object" }, defer_loading: true },
      { type: "bash_20250124", name: "bash", anything: 1 },
    ],
  };
  const losses = unread(parseRequest(body, { betas: ["context-1m-2025-08-07"] }));
  expect(losses.map(({ path, what, why }) => `${path} ${what} ${why}`)).toEqual([
    "messages[1].clear_at clear_at no-equivalent",
    "billing_policy billing_policy no-equivalent",
    "compaction compaction no-equivalent",
    "container container no-equivalent",
    "fallbacks fallbacks no-equivalent",
    "speed speed no-equivalent",
    "future field unknown-field",
    "thread thread no-equivalent",
    "messages[0].content[0].mood field unknown-field",
    "messages[0].content[2].content[0].colour field unknown-field",
    "tools[0].defer_loading defer_loading no-equivalent",
    "thinking.type between-tools approximated",
    "anthropic-beta[0] beta no-equivalent",
  ]);
});

test("B8 thinking that is shown in another way is shown as it can be, and named", () => {
  const thinking = { type: "adaptive", display: "updates", block_binding: { prefix_mismatch_behavior: "drop_block" } };
  const request = parseRequest({ ...base, thinking });
  expect(request.reasoning).toMatchObject({ adaptive: true, summary: "auto" });
  expect(unread(request).map(({ path, what, why }) => `${path} ${what} ${why}`)).toEqual([
    "thinking.block_binding block_binding no-equivalent",
    "thinking.display thinking-display approximated",
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
