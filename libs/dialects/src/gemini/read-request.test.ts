import { describe, expect, test } from "vitest";
import { parseGeminiCount } from "./count-tokens.ts";
import { unread } from "./known-fields.ts";
import { parseRequest } from "./parse-request.ts";

const user = { role: "user", parts: [{ text: "Hello" }] };
const base = { contents: [user] };
const envelope = { model: "gemini-2.5-flash", stream: false };

const config = (fields: unknown): Record<string, unknown> => ({ generationConfig: fields });
const result = (name: string, response: object, id?: string): object => ({
  functionResponse: { name, response, ...(id === undefined ? {} : { id }) },
});
const signature = (value: string): object => ({ wire: "gemini", kind: "signature", value });
const call = (name: string, id?: string): object => ({
  functionCall: { name, ...(id === undefined ? {} : { id }) },
});
const chunk = (piece: object): object => ({ role: "model", parts: [piece] });

describe("what the format allows is read", () => {
  test("every kind of part, and roles", () => {
    const { messages } = parseRequest(
      {
        systemInstruction: { parts: [{ text: "Be brief." }] },
        contents: [
          {
            parts: [
              { text: "What is this?" },
              {
                inlineData: { mimeType: "image/png", data: "AAAA" },
                mediaResolution: { level: "MEDIA_RESOLUTION_LOW" },
              },
              { inlineData: { mimeType: "audio/wav", data: "AAAA" } },
              { inlineData: { mimeType: "application/pdf", data: "AAAA", displayName: "a.pdf" } },
              { fileData: { mimeType: "video/mp4", fileUri: "gs://bucket/a.mp4" } },
              {
                fileData: {
                  mimeType: "image/png",
                  fileUri: "https://generativelanguage.googleapis.com/v1beta/files/x",
                },
              },
            ],
          },
          {
            role: "model",
            parts: [
              { text: "Hm.", thought: true, thoughtSignature: "c2ln" },
              { executableCode: { language: "PYTHON", code: "1" } },
              { functionCall: { name: "look", args: { a: 1 } }, thoughtSignature: "Y2FsbA==" },
            ],
          },
          { role: "user", parts: [{ functionResponse: { name: "look", response: { output: "dark" } } }] },
        ],
      },
      envelope,
    );
    expect(messages).toEqual([
      { role: "system", parts: [{ kind: "text", text: "Be brief." }] },
      {
        role: "user",
        parts: [
          { kind: "text", text: "What is this?" },
          { kind: "image", source: { kind: "base64", mime: "image/png", data: "AAAA" }, detail: "low" },
          { kind: "audio", source: { kind: "base64", mime: "audio/wav", data: "AAAA" } },
          { kind: "file", source: { kind: "base64", mime: "application/pdf", data: "AAAA" }, name: "a.pdf" },
          { kind: "file", source: { kind: "url", url: "gs://bucket/a.mp4", mime: "video/mp4" }, name: null },
          {
            kind: "image",
            source: {
              kind: "file-id",
              id: "https://generativelanguage.googleapis.com/v1beta/files/x",
              form: "gemini",
            },
            detail: null,
          },
        ],
      },
      {
        role: "assistant",
        parts: [
          { kind: "reasoning", text: "Hm.", state: signature("c2ln") },
          {
            kind: "other",
            type: "executableCode",
            form: "gemini",
            body: { executableCode: { language: "PYTHON", code: "1" } },
          },
          { kind: "tool-call", id: "call_gemini_0", name: "look", arguments: '{"a":1}', state: signature("Y2FsbA==") },
        ],
      },
      { role: "tool", callId: "call_gemini_0", name: "look", parts: [{ kind: "text", text: "dark" }] },
    ]);
  });

  test("B7 results without ids belong to the calls of their name, in their order", () => {
    const { messages } = parseRequest(
      {
        contents: [
          user,
          { role: "model", parts: [call("a"), call("b"), call("a"), call("c", "own")] },
          {
            role: "user",
            parts: [
              result("b", { x: 1 }),
              result("a", { output: { y: 2 } }),
              result("a", { error: "no" }),
              result("c", {}, "own"),
              result("d", {}),
            ],
          },
        ],
      },
      envelope,
    );
    const results = messages.filter((message) => message.role === "tool");
    expect(results.map(({ callId, parts, isError }) => [callId, parts, isError ?? false])).toEqual([
      ["call_gemini_1", [{ kind: "text", text: '{"x":1}' }], false],
      ["call_gemini_0", [{ kind: "text", text: '{"y":2}' }], false],
      ["call_gemini_2", [{ kind: "text", text: "no" }], true],
      ["own", [{ kind: "text", text: "{}" }], false],
      [null, [{ kind: "text", text: "{}" }], false],
    ]);
  });

  test("a streamed answer that comes back chunk by chunk is one message of whole texts", () => {
    const { messages } = parseRequest(
      {
        contents: [
          user,
          chunk({ text: "Let me ", thought: true }),
          chunk({ text: "see.", thought: true }),
          chunk({ text: "", thought: true, thoughtSignature: "c2ln" }),
          chunk({ text: "It is " }),
          chunk({ text: "dark." }),
        ],
      },
      envelope,
    );
    expect(messages[1]).toEqual({
      role: "assistant",
      parts: [
        { kind: "reasoning", text: "Let me see.", state: { wire: "gemini", kind: "signature", value: "c2ln" } },
        { kind: "text", text: "It is dark." },
      ],
    });
  });

  test("names in snake case are the same, but not those that the caller chose", () => {
    const camel = {
      systemInstruction: { parts: [{ text: "S" }] },
      contents: [{ parts: [{ inlineData: { mimeType: "image/png", data: "A" } }] }],
      tools: [
        {
          functionDeclarations: [
            {
              name: "f",
              parameters: { type: "OBJECT", properties: { mime_type: { type: "STRING", maxLength: "4" } } },
            },
          ],
        },
      ],
      generationConfig: { maxOutputTokens: 5, thinkingConfig: { thinkingBudget: 0 } },
    };
    const snake = JSON.parse(
      JSON.stringify(camel)
        .replace("systemInstruction", "system_instruction")
        .replace("inlineData", "inline_data")
        .replace("mimeType", "mime_type")
        .replace("functionDeclarations", "function_declarations")
        .replace("maxLength", "max_length")
        .replace("generationConfig", "generation_config")
        .replace("maxOutputTokens", "max_output_tokens")
        .replace("thinkingConfig", "thinking_config")
        .replace("thinkingBudget", "thinking_budget"),
    ) as object;
    expect(parseRequest(snake, envelope)).toEqual(parseRequest(camel, envelope));
    expect(parseRequest(snake, envelope).tools[0]?.parameters).toEqual({
      type: "object",
      properties: { mime_type: { type: "string", maxLength: 4 } },
    });
    expect(parseRequest(camel, envelope).source.body).toBe(camel);
  });

  test.each<[object, object]>([
    [
      { thinkingLevel: "HIGH", includeThoughts: true },
      { effort: "high", budgetTokens: null, summary: "auto" },
    ],
    [{ thinkingBudget: 0 }, { effort: "none", budgetTokens: 0, summary: null }],
    [{ thinkingBudget: -1 }, { effort: null, budgetTokens: null, adaptive: true, summary: null }],
    [
      { thinkingBudget: 3000, includeThoughts: false },
      { effort: null, budgetTokens: 3000, summary: "none" },
    ],
  ])("the thinking of %j", (thinkingConfig, expected) => {
    expect(parseRequest({ ...base, ...config({ thinkingConfig }) }, envelope).reasoning).toEqual(expected);
  });

  test.each<[object, object]>([
    [{ mode: "AUTO" }, { kind: "auto" }],
    [{ mode: "NONE" }, { kind: "none" }],
    [{ mode: "ANY" }, { kind: "required" }],
    [
      { mode: "ANY", allowedFunctionNames: ["f"] },
      { kind: "tool", name: "f" },
    ],
    [
      { mode: "ANY", allowedFunctionNames: ["f", "g"] },
      { kind: "allowed", mode: "required", names: ["f", "g"] },
    ],
    [
      { mode: "VALIDATED", allowedFunctionNames: ["f"] },
      { kind: "allowed", mode: "auto", names: ["f"] },
    ],
    [{ mode: "VALIDATED" }, { kind: "auto" }],
    [{}, { kind: "auto" }],
  ])("the choice of tools of %j", (functionCallingConfig, expected) => {
    expect(parseRequest({ ...base, toolConfig: { functionCallingConfig } }, envelope).toolChoice).toEqual(expected);
  });

  test("options become the neutral form", () => {
    const generationConfig = {
      temperature: 0,
      topP: 0.5,
      topK: 40,
      candidateCount: 2,
      maxOutputTokens: 100,
      stopSequences: ["END"],
      seed: -7,
      presencePenalty: 1,
      frequencyPenalty: -1,
      responseLogprobs: true,
      logprobs: 3,
      responseMimeType: "application/json",
      responseSchema: {
        type: "OBJECT",
        title: "My out",
        properties: {
          a: { type: "STRING", nullable: true, enum: ["x"], format: "enum" },
          b: { anyOf: [{ type: "NUMBER" }] },
        },
        propertyOrdering: ["a"],
      },
    };
    const body = { ...base, generationConfig, labels: { team: "a" }, serviceTier: "flex" };
    expect(parseRequest(body, { model: "models/gemini-3-pro", stream: true, sse: false })).toMatchObject({
      model: "gemini-3-pro",
      stream: true,
      includeUsage: true,
      choices: 2,
      maxOutputTokens: 100,
      temperature: 0,
      seed: -7,
      logprobs: true,
      topLogprobs: 3,
      sampling: { topP: 0.5, topK: 40, stop: ["END"], presencePenalty: 1, frequencyPenalty: -1 },
      service: { tier: "flex" },
      metadata: { team: "a" },
      responseFormat: {
        kind: "json-schema",
        name: "My_out",
        schema: {
          type: "object",
          properties: { a: { type: ["string", "null"], enum: ["x", null] }, b: { anyOf: [{ type: "number" }] } },
        },
      },
      source: { envelope: { sse: false } },
    });
  });

  test("a count of tokens is asked for with contents alone, or with a whole request", () => {
    expect(parseGeminiCount(base, envelope)).toEqual(parseRequest(base, envelope));
    const whole = { model: "models/m", ...base, systemInstruction: { parts: [{ text: "S" }] } };
    expect(parseGeminiCount({ generate_content_request: whole }, envelope)).toEqual(parseRequest(whole, envelope));
  });
});

test("B8 what the neutral form does not hold is named as lost on the way to another form", () => {
  const request = parseRequest(
    {
      contents: [{ role: "user", parts: [{ text: "a", partMetadata: { k: 1 }, mood: "gay" }], colour: "red" }],
      tools: [{ googleSearch: {} }],
      safetySettings: [{ category: "x" }],
      cachedContent: "cachedContents/1",
      generationConfig: { responseModalities: ["TEXT"], speechConfig: {}, thinking_config: { newKnob: 1 } },
    },
    envelope,
  );
  expect(unread(request)).toEqual([
    { path: "contents[0].parts[0].partMetadata", what: "partMetadata", why: "no-equivalent" },
    { path: "contents[0].parts[0].mood", what: "field", why: "unknown-field" },
    { path: "contents[0].colour", what: "field", why: "unknown-field" },
    { path: "safetySettings", what: "safetySettings", why: "no-equivalent" },
    { path: "cachedContent", what: "cachedContent", why: "no-equivalent" },
    { path: "generationConfig.speechConfig", what: "speechConfig", why: "no-equivalent" },
    { path: "generationConfig.thinkingConfig.newKnob", what: "field", why: "unknown-field" },
  ]);
});
