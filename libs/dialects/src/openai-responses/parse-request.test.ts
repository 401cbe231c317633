import * as fc from "fast-check";
import { SignalboxError } from "@signalbox/proto";
import { describe, expect, test } from "vitest";
import { renderFor } from "../codecs.ts";
import { cacheFieldsOf } from "./cache-fields.ts";
import { unread } from "./known-fields.ts";
import { parseRequest } from "./parse-request.ts";

const base = { model: "auto", input: "Hello" };
const own = { model: "m-1", maxOutputTokens: null };

function refused(body: unknown): unknown {
  try {
    parseRequest(body);
  } catch (error) {
    if (error instanceof SignalboxError) return [error.code, error.details.param];
    throw error;
  }
  return null;
}

describe("a request of this dialect", () => {
  test("is read with everything that the neutral form holds", () => {
    const call = { call_id: "c1", name: "look" };
    const request = parseRequest({
      model: "auto",
      instructions: "Be brief.",
      input: [
        { role: "developer", content: "Be kind." },
        {
          type: "message",
          role: "user",
          content: [
            { type: "input_text", text: "What is it?", prompt_cache_breakpoint: { mode: "explicit" } },
            { type: "input_image", image_url: "data:image/png;base64,AAAA", detail: "low" },
            { type: "input_image", file_id: "f1", detail: "auto" },
            { type: "input_file", filename: "a.pdf", file_data: "data:application/pdf;base64,BBBB" },
            { type: "input_file", file_url: "https://example.org/b.pdf" },
          ],
        },
        { type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: "Hm" }], encrypted_content: "ENC" },
        { type: "message", id: "msg_1", role: "assistant", content: [{ type: "output_text", text: "I look." }] },
        { type: "function_call", id: "fc_1", ...call, arguments: "{}", status: "completed" },
        { type: "custom_tool_call", call_id: "c2", name: "patch", input: "*** Begin" },
        {
          type: "function_call_output",
          call_id: "c1",
          output: [{ type: "input_image", image_url: "https://x.org/a" }],
        },
        { type: "custom_tool_call_output", call_id: "c2", output: "ok" },
      ],
      tools: [
        { type: "function", name: "look", description: "Looks.", parameters: { type: "object" }, strict: true },
        { type: "custom", name: "patch", format: { type: "grammar", syntax: "lark", definition: "start: x" } },
        { type: "web_search" },
      ],
      tool_choice: { type: "allowed_tools", mode: "required", tools: [{ type: "function", name: "look" }] },
      parallel_tool_calls: false,
      text: { format: { type: "json_schema", name: "s", schema: { type: "object" }, strict: true }, verbosity: "low" },
      reasoning: { effort: "high", summary: "auto" },
      include: ["reasoning.encrypted_content", "message.output_text.logprobs"],
      top_logprobs: 2,
      max_output_tokens: 9,
      temperature: 0,
      top_p: 0.5,
      store: false,
      stream: true,
      metadata: { a: "b" },
      service_tier: "flex",
      prompt_cache_key: "k",
    });
    expect(request.messages).toEqual([
      { role: "system", parts: [{ kind: "text", text: "Be brief." }] },
      { role: "developer", parts: [{ kind: "text", text: "Be kind." }] },
      {
        role: "user",
        parts: [
          { kind: "text", text: "What is it?", cache: { ttl: null } },
          { kind: "image", source: { kind: "base64", mime: "image/png", data: "AAAA" }, detail: "low" },
          { kind: "image", source: { kind: "file-id", id: "f1", form: "openai-responses" }, detail: "auto" },
          { kind: "file", source: { kind: "base64", mime: "application/pdf", data: "BBBB" }, name: "a.pdf" },
          { kind: "file", source: { kind: "url", url: "https://example.org/b.pdf" }, name: null },
        ],
      },
      {
        role: "assistant",
        parts: [
          {
            kind: "reasoning",
            id: "rs_1",
            text: "Hm",
            state: { wire: "openai-responses", kind: "encrypted", value: "ENC" },
          },
          { kind: "text", text: "I look." },
          { kind: "tool-call", id: "c1", name: "look", arguments: "{}" },
          { kind: "tool-call", id: "c2", name: "patch", arguments: "*** Begin", custom: true },
        ],
      },
      {
        role: "tool",
        callId: "c1",
        parts: [{ kind: "image", source: { kind: "url", url: "https://x.org/a" }, detail: null }],
      },
      { role: "tool", callId: "c2", parts: [{ kind: "text", text: "ok" }], custom: true },
    ]);
    expect(request.tools.map(({ kind, name }) => [kind, name])).toEqual([
      ["function", "look"],
      ["custom", "patch"],
      ["other", null],
    ]);
    expect(request).toMatchObject({
      toolChoice: { kind: "allowed", mode: "required", names: ["look"] },
      parallelTools: false,
      responseFormat: { kind: "json-schema", name: "s", strict: true },
      verbosity: "low",
      reasoning: { effort: "high", summary: "auto" },
      reasoningEffort: "high",
      logprobs: true,
      topLogprobs: 2,
      maxOutputTokens: 9,
      temperature: 0,
      sampling: { topP: 0.5 },
      service: { tier: "flex", store: false, cacheKey: "k" },
      stream: true,
      includeUsage: true,
    });
  });

  test.each<[string, unknown, string | undefined]>([
    ["no object", [], undefined],
    ["no model", { input: "x" }, "model"],
    ["no input", { model: "m" }, "input"],
    ["an input that is a number", { ...base, input: 4 }, "input"],
    ["an item without a type", { ...base, input: [{}] }, "input[0].type"],
    ["an unknown role", { ...base, input: [{ role: "judge", content: "x" }] }, "input[0].role"],
    [
      "a part of another dialect",
      { ...base, input: [{ role: "user", content: [{ type: "image_url" }] }] },
      "input[0].content[0].type",
    ],
    [
      "a call without an id",
      { ...base, input: [{ type: "function_call", name: "f", arguments: "" }] },
      "input[0].call_id",
    ],
    [
      "a picture that is a path",
      { ...base, input: [{ role: "user", content: [{ type: "input_image", image_url: "a.png" }] }] },
      "input[0].content[0].image_url",
    ],
    ["a tool without a name", { ...base, tools: [{ type: "function" }] }, "tools[0].name"],
    ["a choice that is no tool", { ...base, tool_choice: { type: "function", name: "f" } }, "tool_choice.name"],
    [
      "a format without a schema",
      { ...base, text: { format: { type: "json_schema", name: "s" } } },
      "text.format.schema",
    ],
    ["an effort that nobody makes", { ...base, reasoning: { effort: "huge" } }, "reasoning.effort"],
    ["too much temperature", { ...base, temperature: 3 }, "temperature"],
    ["truncation by half", { ...base, truncation: "half" }, "truncation"],
  ])("with %s is refused", (_, body, param) => {
    expect(refused(body)).toEqual(["invalid-request", param]);
  });

  test("differs on its way to its own kind of provider by the model, the bound, and that nothing is kept there, alone", () => {
    const body = {
      ...base,
      input: [
        { type: "shell_call", future: [1, null] },
        { type: "item_reference", id: "x" },
      ],
      previous_response_id: "resp_1",
      mood: { deep: [1] },
      max_output_tokens: 50,
    };
    const rendered = renderFor("openai-responses", parseRequest(body), { model: "m-1", maxOutputTokens: 20 });
    expect(rendered).toMatchObject({ path: "/responses", losses: [] });
    expect(rendered.body).toEqual({ ...body, model: "m-1", max_output_tokens: 20, store: false });
  });

  test.each<[string, object, string]>([
    ["a result of no call", { input: [{ type: "function_call_output", name: "f", output: "x" }] }, "input[0]"],
    [
      "an unknown item",
      {
        input: [
          { role: "user", content: "x" },
          { type: "shell_call", call_id: "c" },
        ],
      },
      "input[1]",
    ],
    ["a reference", { input: [{ type: "item_reference", id: "msg_1" }] }, "input[0]"],
    ["a conversation that the provider keeps", { previous_response_id: "resp_1" }, "previous_response_id"],
    ["a prompt that the provider keeps", { prompt: { id: "p" } }, "prompt"],
  ])("with %s is refused on the way to another kind, with the place named", (_, change, param) => {
    const request = parseRequest({ ...base, ...change });
    const send = (): unknown => renderFor("openai-chat", request, own);
    expect(send).toThrow(expect.objectContaining({ code: "unprocessable", details: { param } }) as Error);
  });

  test("B8 loses on the way to another kind what is named, the account of a finished search included", () => {
    const search = { type: "web_search_call", id: "ws_1", status: "completed" };
    const request = parseRequest({
      model: "m",
      input: [
        { role: "user", content: "x", mood: 1 },
        search,
        { role: "assistant", phase: "commentary", content: "y" },
      ],
      tools: [{ type: "web_search", size: 1 }],
      tool_choice: { type: "web_search_preview" },
      truncation: "disabled",
      max_tool_calls: 3,
      colour: "red",
    });
    expect(unread(request).map(({ path, why }) => [path, why])).toEqual([
      ["input[0].mood", "unknown-field"],
      ["input[2].phase", "no-equivalent"],
      ["max_tool_calls", "no-equivalent"],
      ["colour", "unknown-field"],
      ["tool_choice", "no-equivalent"],
    ]);
    const { losses } = renderFor("openai-chat", request, own);
    expect(losses).toContainEqual({ path: "messages[1].parts[0]", what: "web_search_call", why: "foreign" });
    expect(losses).toContainEqual({ path: "tools[0]", what: "web_search", why: "foreign" });
  });
});

test("B14 the fields of a cache key are all but those that cannot change the answer", () => {
  const labels = { user: "u", metadata: {}, store: true, service_tier: "flex", stream: true, background: false };
  const request = parseRequest({ ...base, ...labels, prompt_cache_key: "k", temperature: 0, seed: null, x: 1 });
  expect(cacheFieldsOf(request)).toEqual({ ...base, temperature: 0, x: 1 });
});

test("no body makes the reader throw anything but a refusal", () => {
  const type = fc.constantFrom("message", "reasoning", "function_call", "function_call_output", "shell_call", "x");
  const text = fc.oneof(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }));
  const fields = { type, role: fc.constantFrom("user", "assistant"), call_id: text, name: text, arguments: text };
  const item = fc.record(
    { ...fields, output: text, content: text, summary: text, encrypted_content: text },
    { requiredKeys: [] },
  );
  const body = fc.record(
    {
      model: fc.constant("m"),
      input: fc.oneof(fc.array(item, { maxLength: 5 }), text),
      tools: text,
      tool_choice: text,
      text,
      reasoning: text,
    },
    { requiredKeys: ["model", "input"] },
  );
  fc.assert(
    fc.property(body, (value) => {
      const [code] = (refused(value) ?? ["none"]) as [string];
      expect(["none", "invalid-request"]).toContain(code);
    }),
    { numRuns: 300 },
  );
});
