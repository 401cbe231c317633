import { describe, expect, test } from "vitest";
import { keptOf } from "./collect.ts";
import { parseResponse } from "./parse-response.ts";
import { renderResponse } from "./render-response.ts";
import { ESTIMATED, NOTE, OPTIONS } from "./stream.test-kit.ts";

const body = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-x",
  content: [
    { type: "thinking", thinking: "Hm", signature: "U0lHTg==" },
    {
      type: "text",
      text: "It rains.",
      citations: [
        {
          type: "char_location",
          document_index: 0,
          document_title: "d",
          cited_text: "Rain",
          start_char_index: 1,
          end_char_index: 5,
        },
        {
          type: "web_search_result_location",
          url: "https://example.org",
          title: "t",
          cited_text: "c",
          encrypted_index: "E",
        },
      ],
    },
    { type: "future_block", anything: [1] },
    { type: "tool_use", id: "toolu_1", name: "f", input: { deep: { n: 1 } } },
  ],
  stop_reason: "tool_use",
  stop_sequence: null,
  usage: { input_tokens: 3, output_tokens: 5, service_tier: "priority" },
  context_management: { applied_edits: [] },
};

describe("a whole answer", () => {
  test("is read with all of its blocks", () => {
    const response = parseResponse(body, OPTIONS);
    expect(response).toMatchObject({ id: "msg_1", model: "claude-x", usage: { inputTokens: 3, outputTokens: 5 } });
    const [, text, other, call] = response.choices[0]!.parts;
    expect(text).toMatchObject({
      annotations: [
        { kind: "document", title: "d", citedText: "Rain", start: null },
        { kind: "url", url: "https://example.org", form: "anthropic-messages" },
      ],
    });
    expect(other).toEqual({ kind: "other", type: "future_block", form: "anthropic-messages", body: body.content[2] });
    expect(call).toEqual({ kind: "tool-call", id: "toolu_1", name: "f", arguments: '{"deep":{"n":1}}' });
  });

  test("reaches a caller of the same form as it came, with our note in its usage", () => {
    const response = parseResponse(body, OPTIONS);
    const rendered = renderResponse(response, { usage: response.usage!, note: NOTE });
    const signalbox = {
      decision_id: "d",
      endpoint: "acme/m",
      cost_usd: 0.0000015,
      cost_pico_usd: "1500000",
      usage_source: "reported",
    };
    expect(rendered).toEqual({ body: { ...body, usage: { ...body.usage, signalbox } }, losses: [] });
    expect(keptOf(response, response.usage!)).toBe(body);
  });

  test("that a host leaves fields out of has all that the format requires", () => {
    const { body: rendered } = renderResponse(parseResponse({ content: [{ type: "text", text: "Hi" }] }, OPTIONS), {
      usage: ESTIMATED,
      note: NOTE,
    });
    expect(rendered).toMatchObject({
      id: "msg_0198",
      type: "message",
      role: "assistant",
      model: "fallback-model",
      stop_reason: "end_turn",
      stop_sequence: null,
      usage: { input_tokens: 3, output_tokens: 4 },
    });
  });

  test.each<[unknown, string]>([
    [{ type: "error", error: { type: "overloaded_error", message: "Busy" } }, "Busy"],
    [{ error: "Plain words" }, "Plain words"],
    [{ content: "text" }, "no message"],
    [{}, "no message"],
    ["text", "no message"],
    [null, "no message"],
  ])("B6 %j is a failure inside a 200", (value, message) => {
    expect(() => parseResponse(value, OPTIONS)).toThrow(message);
  });
});
