import { describe, expect, test } from "vitest";
import { renderFor } from "../codecs.ts";
import type { NeutralMessage } from "../neutral/message.ts";
import type { NeutralPart } from "../neutral/part.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import { parseRequest as parseChat } from "../openai-chat/parse-request.ts";
import { geminiEgress } from "./egress.ts";
import { parseRequest } from "./parse-request.ts";

const base = parseChat({ model: "auto", messages: [{ role: "user", content: "Hello" }] });
const foreign = (change: Partial<NeutralRequest>): NeutralRequest => {
  return { ...base, source: { dialect: "anthropic-messages", body: {} }, ...change };
};
const render = (change: Partial<NeutralRequest>, model = "gemini-3-pro"): ReturnType<typeof renderFor> => {
  return renderFor("gemini", foreign(change), { model, maxOutputTokens: null });
};
const lost = (change: Partial<NeutralRequest>, model?: string): string[] => {
  return render(change, model).losses.map(({ path, what, why }) => `${path} ${what} ${why}`);
};
const text = (words: string): NeutralPart => ({ kind: "text", text: words });

const call = (id: string): object => ({ functionCall: { id, name: "f", args: {} } });

describe("where a request goes", () => {
  test.each<[string, boolean, string]>([
    ["gemini-3-pro", false, "/models/gemini-3-pro:generateContent"],
    ["gemini-3-pro", true, "/models/gemini-3-pro:streamGenerateContent?alt=sse"],
    ["tunedModels/my tune", false, "/tunedModels/my%20tune:generateContent"],
    ["a?b", false, "/models/a%3Fb:generateContent"],
  ])("%s, as a stream: %s", (model, stream, path) => {
    expect(render({ stream }, model).path).toBe(path);
  });

  test("Vertex takes an access token in place of a key", () => {
    expect(geminiEgress.credentials("AIzaKey")).toEqual({ "x-goog-api-key": "AIzaKey" });
    expect(geminiEgress.credentials("ya29.token")).toEqual({ authorization: "Bearer ya29.token" });
  });
});

describe("B8 a request of this form", () => {
  const body = {
    contents: [{ role: "user", parts: [{ text: "a", novel: { k: [1] } }] }],
    generationConfig: { maxOutputTokens: 50, novel: 2 },
    safetySettings: [{ category: "X" }],
    novel: "x",
  };
  const request = parseRequest({ ...body, model: "models/auto" }, { model: "auto", stream: true, sse: false });

  test("travels on byte for byte but for the bound on its output, and loses nothing", () => {
    const rendered = renderFor("gemini", request, { model: "gemini-3-pro", maxOutputTokens: null });
    expect(rendered).toEqual({
      path: "/models/gemini-3-pro:streamGenerateContent?alt=sse",
      headers: {},
      body,
      losses: [],
    });
  });

  test.each([
    [20, 20],
    [90, 50],
  ])("a cap of %i bounds its output to %i", (maxOutputTokens, bound) => {
    const rendered = renderFor("gemini", request, { model: "m", maxOutputTokens });
    expect(rendered.body["generationConfig"]).toEqual({ maxOutputTokens: bound, novel: 2 });
  });
});

describe("B8 a request of another dialect becomes one of this", () => {
  test("with everything that this one can say", () => {
    const { body, losses } = render({
      messages: [
        { role: "system", parts: [text("Be brief.")] },
        { role: "developer", parts: [text("Be kind.")] },
        {
          role: "user",
          parts: [
            text("What is this?"),
            { kind: "image", source: { kind: "base64", mime: "image/png", data: "AAAA" }, detail: "high" },
            { kind: "audio", source: { kind: "base64", mime: "audio/mpeg", data: "BBBB" } },
            { kind: "file", source: { kind: "text", text: "ü" }, name: null },
            { kind: "image", source: { kind: "url", url: "https://example.org/a.jpg?x=1" }, detail: null },
          ],
        },
        {
          role: "assistant",
          parts: [
            { kind: "reasoning", text: "Hm", state: { wire: "gemini", kind: "signature", value: "c2ln" } },
            text("I look."),
            {
              kind: "tool-call",
              id: "c1",
              name: "look",
              arguments: '{"a":1}',
              state: { wire: "gemini", kind: "signature", value: "Y2FsbA==" },
            },
            { kind: "tool-call", id: "c2", name: "look", arguments: "" },
          ],
        },
        {
          role: "tool",
          callId: "c1",
          parts: [
            text("dark"),
            { kind: "image", source: { kind: "base64", mime: "image/png", data: "CCCC" }, detail: null },
          ],
        },
        { role: "tool", callId: "c2", parts: [text("gone")], isError: true },
        { role: "user", parts: [text("And?")] },
      ],
      tools: [
        {
          kind: "function",
          name: "look",
          description: "Looks.",
          parameters: { type: "object", properties: { a: { type: "number" } } },
          strict: true,
        },
        {
          kind: "function",
          name: "stop",
          description: null,
          parameters: { type: "object", properties: {}, required: [] },
          strict: null,
        },
        {
          kind: "other",
          name: null,
          description: null,
          parameters: null,
          type: "googleSearch",
          form: "gemini",
          body: { googleSearch: {} },
        },
      ],
      toolChoice: { kind: "allowed", mode: "auto", names: ["look"] },
      parallelTools: true,
      choices: 2,
      maxOutputTokens: 9,
      temperature: 0,
      seed: 5,
      sampling: { ...base.sampling, topP: 0.5, topK: 3, stop: ["END"], presencePenalty: 1, frequencyPenalty: 2 },
      logprobs: true,
      topLogprobs: 2,
      responseFormat: {
        kind: "json-schema",
        name: "out",
        schema: { type: "object" },
        description: "The answer.",
        strict: true,
      },
      reasoning: { effort: "medium", budgetTokens: null, summary: "auto" },
    });
    expect(losses).toEqual([]);
    expect(body).toEqual({
      systemInstruction: { parts: [{ text: "Be brief." }, { text: "Be kind." }] },
      contents: [
        {
          role: "user",
          parts: [
            { text: "What is this?" },
            {
              inlineData: { mimeType: "image/png", data: "AAAA" },
              mediaResolution: { level: "MEDIA_RESOLUTION_HIGH" },
            },
            { inlineData: { mimeType: "audio/mpeg", data: "BBBB" } },
            { inlineData: { mimeType: "text/plain", data: "w7w=" } },
            { fileData: { fileUri: "https://example.org/a.jpg?x=1", mimeType: "image/jpeg" } },
          ],
        },
        {
          role: "model",
          parts: [
            { text: "Hm", thought: true, thoughtSignature: "c2ln" },
            { text: "I look." },
            { functionCall: { id: "c1", name: "look", args: { a: 1 } }, thoughtSignature: "Y2FsbA==" },
            { functionCall: { id: "c2", name: "look", args: {} } },
          ],
        },
        {
          role: "user",
          parts: [
            {
              functionResponse: {
                id: "c1",
                name: "look",
                response: { output: "dark" },
                parts: [{ inlineData: { mimeType: "image/png", data: "CCCC" } }],
              },
            },
            { functionResponse: { id: "c2", name: "look", response: { error: "gone" } } },
            { text: "And?" },
          ],
        },
      ],
      tools: [
        {
          functionDeclarations: [
            {
              name: "look",
              description: "Looks.",
              parametersJsonSchema: { type: "object", properties: { a: { type: "number" } } },
            },
            { name: "stop" },
          ],
        },
        { googleSearch: {} },
      ],
      toolConfig: { functionCallingConfig: { mode: "VALIDATED", allowedFunctionNames: ["look"] } },
      generationConfig: {
        candidateCount: 2,
        maxOutputTokens: 9,
        temperature: 0,
        seed: 5,
        topP: 0.5,
        topK: 3,
        frequencyPenalty: 2,
        presencePenalty: 1,
        stopSequences: ["END"],
        responseLogprobs: true,
        logprobs: 2,
        responseMimeType: "application/json",
        responseJsonSchema: { type: "object", description: "The answer." },
        thinkingConfig: { thinkingLevel: "medium", includeThoughts: true },
      },
    });
  });

  test("B9 a turn's first call that another model made is marked as unsigned, where the model asks for signatures", () => {
    const state = { wire: "anthropic-messages", kind: "signature", value: "SIGNED" } as const;
    const messages: NeutralMessage[] = [
      { role: "user", parts: [text("Hi")] },
      {
        role: "assistant",
        parts: [
          { kind: "reasoning", text: "Hm", state },
          { kind: "tool-call", id: "a", name: "f", arguments: "{}" },
          { kind: "tool-call", id: "b", name: "f", arguments: "{}" },
        ],
      },
      { role: "tool", callId: "a", parts: [] },
      { role: "tool", callId: "b", parts: [] },
    ];
    const calls = (model: string): unknown =>
      (render({ messages }, model).body["contents"] as { parts: unknown }[])[1]?.parts;
    expect(calls("gemini-3-flash")).toEqual([
      { ...call("a"), thoughtSignature: "skip_thought_signature_validator" },
      call("b"),
    ]);
    expect(calls("gemini-2.5-flash")).toEqual([call("a"), call("b")]);
    expect(lost({ messages })).toEqual([
      "messages[1].parts[0].state reasoning-signature foreign",
      "messages[1].parts[0] reasoning no-equivalent",
    ]);
    expect(JSON.stringify(render({ messages }))).not.toContain("SIGNED");
  });

  test("before version 3 a tool's picture stands beside its result", () => {
    const image = { kind: "image", source: { kind: "base64", mime: "image/png", data: "AAAA" }, detail: null } as const;
    const messages: NeutralMessage[] = [{ role: "tool", callId: "c1", name: "look", parts: [text("see"), image] }];
    expect(render({ messages }, "gemini-2.5-pro").body["contents"]).toEqual([
      {
        role: "user",
        parts: [
          { functionResponse: { id: "c1", name: "look", response: { output: "see" } } },
          { inlineData: { mimeType: "image/png", data: "AAAA" } },
        ],
      },
    ]);
    expect(lost({ messages }, "gemini-2.5-pro")).toEqual(["messages[0] tool-result-media approximated"]);
  });

  test("arguments that are no object stand in one", () => {
    const messages: NeutralMessage[] = [
      { role: "assistant", parts: [{ kind: "tool-call", id: "a", name: "f", arguments: "{broken" }] },
    ];
    expect(render({ messages }, "gemini-2.5-pro").body["contents"]).toEqual([
      { role: "model", parts: [{ functionCall: { id: "a", name: "f", args: { input: "{broken" } } }] },
    ]);
    expect(lost({ messages })).toEqual(["messages[0].parts[0].arguments tool-arguments approximated"]);
  });
});

test.each([
  ["flex", { serviceTier: "flex" }],
  ["fast", { serviceTier: "priority" }],
  ["default", { serviceTier: "standard" }],
  ["auto", {}],
])("the service tier %s goes by the API's own word", (tier, expected) => {
  const { body, losses } = render({ service: { ...base.service, tier } });
  const { serviceTier } = body;
  expect(serviceTier === undefined ? {} : { serviceTier }).toEqual(expected);
  expect(losses).toEqual([]);
});
