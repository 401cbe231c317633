import { SignalboxError } from "@signalbox/proto";
import { describe, expect, test } from "vitest";
import { parseRequest } from "./parse-request.ts";

const user = { role: "user", content: "Hello" };
const base = { model: "auto", messages: [user] };
const tool = { type: "function", function: { name: "weather", parameters: { type: "object" } } };

function paramOf(change: Record<string, unknown>): string | undefined {
  try {
    parseRequest({ ...base, ...change });
  } catch (error) {
    return error instanceof SignalboxError && error.code === "invalid-request" ? error.details.param : String(error);
  }
  return "accepted";
}

const message = (fields: Record<string, unknown>): Record<string, unknown> => ({ messages: [user, fields] });
const part = (fields: unknown): Record<string, unknown> => ({ messages: [{ role: "user", content: [fields] }] });

describe("what the format forbids is refused, naming the field", () => {
  test.each<[string, Record<string, unknown>]>([
    ["model", { model: undefined }],
    ["model", { model: "" }],
    ["model", { model: 4 }],
    ["messages", { messages: undefined }],
    ["messages", { messages: [] }],
    ["messages", { messages: "Hello" }],
    ["messages[0]", { messages: ["Hello"] }],
    ["messages[1].role", message({ content: "x" })],
    ["messages[1].role", message({ role: "robot", content: "x" })],
    ["messages[1].content", message({ role: "user" })],
    ["messages[1].content", message({ role: "user", content: null })],
    ["messages[1].content", message({ role: "user", content: 7 })],
    ["messages[1].content", message({ role: "user", content: [] })],
    ["messages[1].content", message({ role: "assistant" })],
    ["messages[1].tool_call_id", message({ role: "tool", content: "sunny" })],
    ["messages[1].name", message({ role: "function", content: "sunny" })],
    ["messages[1].tool_calls[0].id", message({ role: "assistant", tool_calls: [{ type: "function" }] })],
    [
      "messages[1].tool_calls[0].function.arguments",
      message({
        role: "assistant",
        tool_calls: [{ id: "a", type: "function", function: { name: "f", arguments: {} } }],
      }),
    ],
    ["messages[0].content[0].type", part({ text: "x" })],
    ["messages[0].content[0].type", part({ type: "hologram" })],
    ["messages[0].content[0].text", part({ type: "text" })],
    ["messages[0].content[0].image_url", part({ type: "image_url", image_url: 5 })],
    ["messages[0].content[0].image_url.url", part({ type: "image_url", image_url: "/etc/passwd" })],
    ["messages[0].content[0].image_url.url", part({ type: "image_url", image_url: { url: "file:///etc/passwd" } })],
    ["messages[0].content[0].image_url.url", part({ type: "image_url", image_url: { url: "data:image/png,plain" } })],
    ["messages[0].content[0].input_audio.data", part({ type: "input_audio", input_audio: { format: "wav" } })],
    ["messages[0].content[0].file.file_id", part({ type: "file", file: { filename: "a.pdf" } })],
    ["n", { n: 0 }],
    ["n", { n: 129 }],
    ["n", { n: 1.5 }],
    ["temperature", { temperature: 2.1 }],
    ["temperature", { temperature: "1" }],
    ["temperature", { temperature: Number.NaN }],
    ["top_p", { top_p: -0.1 }],
    ["presence_penalty", { presence_penalty: 3 }],
    ["max_tokens", { max_tokens: 0 }],
    ["max_completion_tokens", { max_completion_tokens: 1.5 }],
    ["stop", { stop: 4 }],
    ["stop", { stop: ["a", "b", "c", "d", "e"] }],
    ["stop[1]", { stop: ["a", 1] }],
    ["seed", { seed: "x" }],
    ["logprobs", { logprobs: 1 }],
    ["top_logprobs", { top_logprobs: 5 }],
    ["top_logprobs", { logprobs: true, top_logprobs: 21 }],
    ["logit_bias.50256", { logit_bias: { 50256: 101 } }],
    ["reasoning_effort", { reasoning_effort: "enormous" }],
    ["stream", { stream: "yes" }],
    ["stream_options", { stream_options: { include_usage: true } }],
    ["stream_options.include_usage", { stream: true, stream_options: { include_usage: 1 } }],
    ["user", { user: 5 }],
    ["user", { user: "x".repeat(513) }],
    ["metadata", { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`k${index}`, ""])) }],
    ["metadata.k", { metadata: { k: 1 } }],
    ["tools", { tools: {} }],
    ["tools[0].type", { tools: [{}] }],
    ["tools[0].function", { tools: [{ type: "function" }] }],
    ["tools[0].function.name", { tools: [{ type: "function", function: { name: "has space" } }] }],
    ["tools[0].function.parameters", { tools: [{ type: "function", function: { name: "f", parameters: "{}" } }] }],
    ["tool_choice", { tool_choice: "auto" }],
    ["tool_choice", { tools: [tool], tool_choice: "some" }],
    ["tool_choice", { tools: [], tool_choice: "required" }],
    ["tool_choice.function", { tools: [tool], tool_choice: { type: "function", function: { name: "other" } } }],
    ["parallel_tool_calls", { parallel_tool_calls: true }],
    ["response_format.type", { response_format: { type: "xml" } }],
    ["response_format", { response_format: "json" }],
    ["response_format.json_schema", { response_format: { type: "json_schema" } }],
    ["response_format.json_schema.name", { response_format: { type: "json_schema", json_schema: { name: 5 } } }],
    [
      "response_format.json_schema.schema",
      { response_format: { type: "json_schema", json_schema: { name: "a", strict: true } } },
    ],
    ["prediction.type", { prediction: { content: "x" } }],
  ])("%s in %j", (param, change) => {
    expect(paramOf(change)).toBe(param);
  });

  test.each([null, "text", [base], 5])("a body that is no object: %j", (body) => {
    expect(() => parseRequest(body)).toThrow("expected a JSON object");
  });

  test("an error never repeats what the caller wrote", () => {
    expect(() => parseRequest({ ...base, messages: [{ role: "SECRET", content: "SECRET" }] })).toThrow(/^(?!.*SECRET)/);
  });
});

describe("what the format allows is read", () => {
  test("every role and kind of part", () => {
    const request = parseRequest({
      model: "auto",
      messages: [
        { role: "system", content: "Be brief." },
        { role: "developer", content: [{ type: "text", text: "Be kind." }] },
        {
          role: "user",
          content: [
            { type: "text", text: "What is this?" },
            { type: "image_url", image_url: { url: "data:image/png;base64,AAAA", detail: "low" } },
            { type: "input_audio", input_audio: { data: "AAAA", format: "wav" } },
            { type: "file", file: { file_data: "data:application/pdf;base64,AAAA", filename: "a.pdf" } },
          ],
        },
        {
          role: "assistant",
          content: null,
          tool_calls: [{ id: "c1", type: "function", function: { name: "weather", arguments: "{" } }],
        },
        { role: "tool", tool_call_id: "c1", content: "sunny" },
        { role: "assistant", content: [{ type: "thinking", thinking: [] }], refusal: "No." },
        { role: "function", name: "old", content: null },
      ],
      tools: [tool],
    });
    expect(request.messages.map((each) => [each.role, each.parts.map(({ kind }) => kind)])).toEqual([
      ["system", ["text"]],
      ["developer", ["text"]],
      ["user", ["text", "image", "audio", "file"]],
      ["assistant", ["tool-call"]],
      ["tool", ["text"]],
      ["assistant", ["reasoning", "refusal"]],
      ["tool", []],
    ]);
    expect(request.messages[3]?.parts).toEqual([{ kind: "tool-call", id: "c1", name: "weather", arguments: "{" }]);
  });

  test("options become the neutral form, null counts as absent", () => {
    const request = parseRequest({
      ...base,
      stream: true,
      stream_options: { include_usage: true },
      n: 2,
      max_tokens: 10,
      max_completion_tokens: 20,
      temperature: 0,
      seed: -3,
      logprobs: true,
      top_logprobs: 2,
      stop: null,
      tools: null,
      reasoning_effort: "xhigh",
      tool_choice: null,
      user: "u",
      metadata: { k: "v" },
      response_format: { type: "json_schema", json_schema: { name: "a", strict: true, schema: { type: "object" } } },
    });
    expect(request).toMatchObject({
      stream: true,
      includeUsage: true,
      choices: 2,
      maxOutputTokens: 20,
      temperature: 0,
      seed: -3,
      logprobs: true,
      reasoningEffort: "xhigh",
      user: "u",
      metadata: { k: "v" },
      responseFormat: { kind: "json-schema", name: "a", schema: { type: "object" } },
    });
  });

  test("a list of no tools offers none, whatever is said of how they are called", () => {
    for (const tool_choice of ["auto", "none", null]) {
      const request = parseRequest({ ...base, tools: [], tool_choice, parallel_tool_calls: true });
      expect(request).toMatchObject({ tools: [], toolChoice: null });
    }
  });

  test("Mistral's word for a call that has to be", () => {
    expect(parseRequest({ ...base, tools: [tool], tool_choice: "any" }).toolChoice).toEqual({ kind: "required" });
  });

  test("fields that nobody knows are kept", () => {
    const body = { ...base, top_k: 40, thinking: { type: "enabled" } };
    expect(parseRequest(body).source).toEqual({ dialect: "openai-chat", body });
  });
});
