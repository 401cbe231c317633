import { SignalboxError } from "@signalbox/proto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAnthropicCount, parseRequest } from "./parse-request.ts";

const user = { role: "user", content: "Hello" };
const base = { model: "auto", max_tokens: 100, messages: [user] };
const tool = { name: "weather", input_schema: { type: "object" } };

function paramOf(change: Record<string, unknown>): string | undefined {
  try {
    parseRequest({ ...base, ...change });
  } catch (error) {
    return error instanceof SignalboxError && error.code === "invalid-request" ? error.details.param : String(error);
  }
  return "accepted";
}

const blocks = (...content: unknown[]): Record<string, unknown> => ({ messages: [{ role: "user", content }] });

describe("what the format forbids is refused, naming the field", () => {
  test.each<[string, Record<string, unknown>]>([
    ["model", { model: undefined }],
    ["model", { model: "" }],
    ["max_tokens", { max_tokens: undefined }],
    ["max_tokens", { max_tokens: -1 }],
    ["max_tokens", { max_tokens: 1.5 }],
    ["messages", { messages: undefined }],
    ["messages", { messages: [] }],
    ["messages[0]", { messages: ["Hello"] }],
    ["messages[0].role", { messages: [{ role: "robot", content: "x" }] }],
    ["messages[0].content", { messages: [{ role: "user" }] }],
    ["messages[0].content", { messages: [{ role: "user", content: 7 }] }],
    ["messages[0].content[0].type", blocks({ text: "x" })],
    ["messages[0].content[0].text", blocks({ type: "text" })],
    ["messages[0].content[0].source", blocks({ type: "image" })],
    ["messages[0].content[0].source.type", blocks({ type: "image", source: { type: "text", data: "x" } })],
    ["messages[0].content[0].source.media_type", blocks({ type: "image", source: { type: "base64", data: "x" } })],
    ["messages[0].content[0].source.url", blocks({ type: "image", source: { type: "url", url: "file:///etc" } })],
    ["messages[0].content[0].tool_use_id", blocks({ type: "tool_result" })],
    [
      "messages[0].content[0].content[0].text",
      blocks({ type: "tool_result", tool_use_id: "a", content: [{ type: "text" }] }),
    ],
    ["messages[0].content[0].cache_control.type", blocks({ type: "text", text: "x", cache_control: {} })],
    ["messages[0].content[0].input", blocks({ type: "tool_use", id: "a", name: "f", input: "x" })],
    ["system", { system: 4 }],
    ["temperature", { temperature: 1.1 }],
    ["top_p", { top_p: -0.1 }],
    ["top_k", { top_k: 0.5 }],
    ["stop_sequences[1]", { stop_sequences: ["a", 1] }],
    ["stream", { stream: "yes" }],
    ["metadata.user_id", { metadata: { user_id: 4 } }],
    ["thinking.type", { thinking: {} }],
    ["thinking.budget_tokens", { thinking: { type: "enabled" } }],
    ["output_config.effort", { output_config: { effort: "enormous" } }],
    ["output_config.format.type", { output_config: { format: { type: "xml" } } }],
    ["output_config.format.schema", { output_config: { format: { type: "json_schema" } } }],
    ["tools", { tools: {} }],
    ["tools[0].name", { tools: [{ ...tool, name: "has space" }] }],
    ["tools[0].input_schema", { tools: [{ name: "f" }] }],
    ["tool_choice.type", { tools: [tool], tool_choice: { type: "required" } }],
    ["tool_choice.name", { tools: [tool], tool_choice: { type: "tool" } }],
    ["tool_choice.disable_parallel_tool_use", { tool_choice: { type: "auto", disable_parallel_tool_use: 1 } }],
    ["cache_control.type", { cache_control: { type: "forever" } }],
  ])("%s in %j", (param, change) => {
    expect(paramOf(change)).toBe(param);
  });

  test.each([null, "text", [base], 5])("a body that is no object: %j", (body) => {
    expect(() => parseRequest(body)).toThrow("expected a JSON object");
  });

  test("an error never repeats what the caller wrote", () => {
    expect(() => parseRequest({ ...base, messages: [{ role: "SECRET", content: "SECRET" }] })).toThrow(/^(?!.*SECRET)/);
  });

  test("B12 no value makes the reader throw anything but a SignalboxError", () => {
    const fields = fc.dictionary(
      fc.constantFrom(...Object.keys(base), "system", "tools", "thinking", "output_config"),
      fc.jsonValue(),
    );
    const content = fc.array(
      fc.record(
        {
          type: fc.constantFrom("text", "image", "tool_result", "document", "x"),
          text: fc.jsonValue(),
          source: fc.jsonValue(),
          content: fc.jsonValue(),
        },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(fields, content, (change, all) => {
        for (const body of [
          { ...base, ...change },
          { ...base, ...blocks(...all) },
        ])
          expect(outcomeOf(body)).toBe("fine");
      }),
    );
  });
});

function outcomeOf(body: unknown): unknown {
  try {
    parseRequest(body);
    return "fine";
  } catch (error) {
    return error instanceof SignalboxError ? "fine" : error;
  }
}

describe("what the format allows is read", () => {
  test("turns, blocks and the results of parallel calls, each a message of its own", () => {
    const cache_control = { type: "ephemeral", ttl: "1h" };
    const { messages } = parseRequest({
      ...base,
      system: [{ type: "text", text: "Be brief.", cache_control }],
      messages: [
        {
          role: "user",
          content: [
            { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } },
            {
              type: "document",
              source: { type: "base64", media_type: "application/pdf", data: "BBBB" },
              title: "a.pdf",
              context: "c",
              citations: { enabled: true },
            },
            {
              type: "document",
              source: {
                type: "content",
                content: [
                  { type: "text", text: "A" },
                  { type: "text", text: "B" },
                ],
              },
            },
            {
              type: "search_result",
              source: "https://a.example/",
              title: "t",
              content: [
                { type: "text", text: "A" },
                { type: "text", text: "B" },
              ],
              citations: { enabled: true },
              cache_control: { type: "ephemeral" },
            },
            { type: "container_upload", file_id: "f" },
          ],
        },
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "Hm", signature: "U0lHTg==" },
            { type: "redacted_thinking", data: "UkVE" },
            { type: "text", text: "I look." },
            { type: "tool_use", id: "t1", name: "look", input: { at: 1 } },
            { type: "tool_use", id: "t2", name: "look", input: {} },
          ],
        },
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: "t1", content: "dark", cache_control: { type: "ephemeral" } },
            { type: "tool_result", tool_use_id: "t2", is_error: true },
            { type: "text", text: "And?" },
          ],
        },
        { role: "system", content: "Now be kind." },
      ],
    });
    const own = { wire: "anthropic-messages" };
    expect(messages).toEqual([
      { role: "system", parts: [{ kind: "text", text: "Be brief.", cache: { ttl: "1h" } }] },
      {
        role: "user",
        parts: [
          { kind: "image", source: { kind: "base64", mime: "image/png", data: "AAAA" }, detail: null },
          {
            kind: "file",
            source: { kind: "base64", mime: "application/pdf", data: "BBBB" },
            name: "a.pdf",
            context: "c",
            citations: true,
          },
          { kind: "file", source: { kind: "text", text: "A\nB" }, name: null },
          {
            kind: "file",
            source: { kind: "text", text: "A\nB" },
            name: "t",
            context: "https://a.example/",
            citations: true,
            cache: { ttl: null },
          },
          expect.objectContaining({ kind: "other", type: "container_upload", form: "anthropic-messages" }),
        ],
      },
      {
        role: "assistant",
        parts: [
          { kind: "reasoning", text: "Hm", state: { ...own, kind: "signature", value: "U0lHTg==" } },
          { kind: "reasoning", text: "", state: { ...own, kind: "redacted", value: "UkVE" } },
          { kind: "text", text: "I look." },
          { kind: "tool-call", id: "t1", name: "look", arguments: '{"at":1}' },
          { kind: "tool-call", id: "t2", name: "look", arguments: "{}" },
        ],
      },
      { role: "tool", callId: "t1", parts: [{ kind: "text", text: "dark" }], cache: { ttl: null } },
      { role: "tool", callId: "t2", parts: [], isError: true },
      { role: "user", parts: [{ kind: "text", text: "And?" }] },
      { role: "system", parts: [{ kind: "text", text: "Now be kind." }] },
    ]);
  });

  test("options become the neutral form, null counts as absent", () => {
    expect(
      parseRequest({
        ...base,
        stream: true,
        temperature: 0,
        top_p: 0.5,
        top_k: 4,
        stop_sequences: ["END"],
        tools: [
          { ...tool, description: null, strict: true, cache_control: { type: "ephemeral", ttl: "5m" } },
          { type: "web_search_20260318", name: "web_search" },
        ],
        tool_choice: { type: "any", disable_parallel_tool_use: true },
        output_config: { format: { type: "json_schema", schema: { type: "object" } } },
        metadata: { user_id: "u" },
        service_tier: "standard_only",
        cache_control: { type: "ephemeral" },
        thinking: null,
      }),
    ).toMatchObject({
      stream: true,
      includeUsage: true,
      choices: 1,
      maxOutputTokens: 100,
      temperature: 0,
      sampling: { topP: 0.5, topK: 4, stop: ["END"] },
      tools: [
        { kind: "function", name: "weather", strict: true, cache: { ttl: "5m" } },
        { kind: "other", name: "web_search", type: "web_search_20260318" },
      ],
      toolChoice: { kind: "required" },
      parallelTools: false,
      responseFormat: { kind: "json-schema", schema: { type: "object" } },
      user: "u",
      service: { tier: "standard_only" },
      cache: { ttl: null },
      reasoning: null,
    });
  });

  test.each<[Record<string, unknown>, unknown, unknown]>([
    [
      { thinking: { type: "enabled", budget_tokens: 8192 } },
      { effort: null, budgetTokens: 8192, summary: null },
      "medium",
    ],
    [
      { thinking: { type: "adaptive", display: "omitted" } },
      { effort: null, budgetTokens: null, adaptive: true, summary: "none" },
      null,
    ],
    [
      { thinking: { type: "adaptive" }, output_config: { effort: "xhigh" } },
      { effort: "xhigh", budgetTokens: null, adaptive: true, summary: null },
      "xhigh",
    ],
    [{ thinking: { type: "disabled" } }, { effort: "none", budgetTokens: null, summary: null }, "none"],
    [{ output_config: { effort: "low" } }, { effort: "low", budgetTokens: null, summary: null }, "low"],
    [{}, null, null],
  ])("%j requests reasoning %j", (change, reasoning, reasoningEffort) => {
    expect(parseRequest({ ...base, ...change })).toMatchObject({ reasoning, reasoningEffort });
  });

  test("a count asks for no bound", () => {
    const { max_tokens: _, ...body } = base;
    expect(parseAnthropicCount(body)).toMatchObject({ maxOutputTokens: null, messages: [{ role: "user" }] });
  });
});
