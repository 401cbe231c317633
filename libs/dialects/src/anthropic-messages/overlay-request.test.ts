import { describe, expect, test } from "vitest";
import { renderFor } from "../codecs.ts";
import { parseRequest } from "./parse-request.ts";
import { OLD } from "./request.test-kit.ts";

describe("a request on its way to a provider of its own dialect", () => {
  const body = {
    model: "auto",
    max_tokens: 5000,
    messages: [{ role: "user", content: "Hello" }],
    future: { deep: [1, null] },
  };
  const own = (change: object, maxOutputTokens: number | null = null): ReturnType<typeof renderFor> => {
    const request = parseRequest({ ...body, ...change }, { betas: ["context-1m", "bad\nname"], version: "2023-06-01" });
    return renderFor("anthropic-messages", request, { model: OLD, maxOutputTokens });
  };

  test("differs from the caller's by the model alone, fields that nobody knows included", () => {
    const tools = [{ type: "web_search_20260318", name: "web_search", max_uses: 3 }];
    const rendered = own({ tools, thinking: { type: "adaptive" } });
    expect(rendered).toEqual({
      path: "/messages",
      headers: { "anthropic-version": "2023-06-01", "anthropic-beta": "context-1m" },
      body: { ...body, tools, thinking: { type: "adaptive" }, model: OLD },
      losses: [],
    });
    expect(rendered.body["messages"]).toBe(own({ messages: body.messages }).body["messages"]);
  });

  test("keeps the smaller of the caller's bound and the cap, and thinking below it", () => {
    expect(own({}, 20).body["max_tokens"]).toBe(20);
    expect(own({}, 9000).body["max_tokens"]).toBe(5000);
    const thinking = { type: "enabled", budget_tokens: 4000 };
    expect(own({ thinking }, 3000).body["thinking"]).toEqual({ type: "enabled", budget_tokens: 2999 });
    expect(own({ thinking }, 1000).body).not.toHaveProperty("thinking");
  });

  test("B9 loses what an answer of another wire left in the history, and says so", () => {
    const content = [
      { type: "thinking", thinking: "Hm", signature: "" },
      { type: "text", text: "Hi", citations: [{ type: "web_search_result_location", encrypted_index: "", url: "u" }] },
    ];
    const messages = [...body.messages, { role: "assistant", content }, ...body.messages];
    const { body: sent, losses } = own({ messages });
    expect((sent["messages"] as object[])[1]).toEqual({
      role: "assistant",
      content: [{ type: "text", text: "Hi", citations: [] }],
    });
    expect(losses.map(({ path }) => path)).toEqual(["messages[1].content[0]", "messages[1].content[1].citations"]);
  });
});
