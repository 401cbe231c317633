import { SignalboxError } from "@signalbox/proto";
import { describe, expect, test } from "vitest";
import { parseRequest } from "./parse-request.ts";

const user = { role: "user", parts: [{ text: "Hello" }] };
const base = { contents: [user] };
const envelope = { model: "gemini-2.5-flash", stream: false };

function paramOf(change: Record<string, unknown>): string | undefined {
  try {
    parseRequest({ ...base, ...change }, envelope);
  } catch (error) {
    return error instanceof SignalboxError && error.code === "invalid-request" ? error.details.param : String(error);
  }
  return "accepted";
}

const part = (fields: unknown): Record<string, unknown> => ({ contents: [{ role: "user", parts: [fields] }] });
const config = (fields: unknown): Record<string, unknown> => ({ generationConfig: fields });

describe("what the format forbids is refused, naming the field", () => {
  test.each<[string, Record<string, unknown>]>([
    ["contents", { contents: undefined }],
    ["contents", { contents: [] }],
    ["contents", { contents: "Hello" }],
    ["contents[0]", { contents: ["Hello"] }],
    ["contents[0].role", { contents: [{ role: "assistant", parts: [] }] }],
    ["contents[0].parts", { contents: [{ role: "user" }] }],
    ["contents[0].parts[0]", part("x")],
    ["contents[0].parts[0]", part({})],
    ["contents[0].parts[0]", part({ text: "a", inlineData: { mimeType: "image/png", data: "AAAA" } })],
    ["contents[0].parts[0].text", part({ text: 4 })],
    ["contents[0].parts[0].thought", part({ text: "a", thought: "yes" })],
    ["contents[0].parts[0].thoughtSignature", part({ text: "a", thoughtSignature: 5 })],
    ["contents[0].parts[0].inlineData.data", part({ inlineData: { mimeType: "image/png" } })],
    ["contents[0].parts[0].inlineData.mimeType", part({ inline_data: { data: "AAAA" } })],
    ["contents[0].parts[0].fileData.fileUri", part({ fileData: {} })],
    ["contents[0].parts[0].functionResponse.name", part({ functionResponse: { response: {} } })],
    ["contents[0].parts[0].functionResponse.response", part({ functionResponse: { name: "f", response: "x" } })],
    ["contents[0].parts[0]", part({ functionCall: { name: "f" } })],
    ["systemInstruction.parts", { systemInstruction: {} }],
    ["generationConfig", config("x")],
    ["generationConfig.temperature", config({ temperature: 2.1 })],
    ["generationConfig.topP", config({ top_p: 2 })],
    ["generationConfig.candidateCount", config({ candidateCount: 0 })],
    ["generationConfig.maxOutputTokens", config({ maxOutputTokens: 1.5 })],
    ["generationConfig.stopSequences", config({ stopSequences: ["a", "b", "c", "d", "e", "f"] })],
    ["generationConfig.stopSequences[0]", config({ stopSequences: [1] })],
    ["generationConfig.seed", config({ seed: 2 ** 31 })],
    ["generationConfig.responseMimeType", config({ responseMimeType: "text/html" })],
    ["generationConfig.responseSchema", config({ responseSchema: "x" })],
    ["generationConfig.thinkingConfig.thinkingBudget", config({ thinkingConfig: { thinkingBudget: -2 } })],
    ["generationConfig.thinkingConfig.thinkingLevel", config({ thinkingConfig: { thinkingLevel: "enormous" } })],
    ["tools", { tools: "x" }],
    ["tools[0].functionDeclarations[0].name", { tools: [{ functionDeclarations: [{ name: "has space" }] }] }],
    [
      "tools[0].functionDeclarations[0].parameters",
      { tools: [{ functionDeclarations: [{ name: "f", parameters: 1 }] }] },
    ],
    ["toolConfig.functionCallingConfig.mode", { toolConfig: { functionCallingConfig: { mode: "SOME" } } }],
    [
      "toolConfig.functionCallingConfig.allowedFunctionNames[0]",
      { toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: [1] } } },
    ],
    ["labels.k", { labels: { k: 1 } }],
  ])("%s in %j", (param, change) => {
    expect(paramOf(change)).toBe(param);
  });

  test.each([null, "text", [base], 5])("a body that is no object: %j", (body) => {
    expect(() => parseRequest(body, envelope)).toThrow("expected a JSON object");
  });

  test("a request whose path names no model", () => {
    expect(() => parseRequest(base)).toThrow("'model'");
  });

  test("an error never repeats what the caller wrote", () => {
    expect(() => parseRequest({ contents: [{ role: "SECRET", parts: [] }] }, envelope)).toThrow(/^(?!.*SECRET)/);
  });
});

test("one item in the place of its list is read as the list, as Google's own examples write it", () => {
  const read = parseRequest(
    {
      contents: { role: "user", parts: { text: "Hello" } },
      system_instruction: { parts: { text: "Be brief." } },
      tools: {
        function_declarations: { name: "f", parameters: { type: "OBJECT", properties: { parts: { type: "STRING" } } } },
      },
    },
    envelope,
  );
  expect(read.messages).toEqual([
    { role: "system", parts: [{ kind: "text", text: "Be brief." }] },
    { role: "user", parts: [{ kind: "text", text: "Hello" }] },
  ]);
  expect(read.tools).toMatchObject([{ name: "f", parameters: { properties: { parts: { type: "string" } } } }]);
  expect(read.source.body).toMatchObject({ contents: [{ parts: [{ text: "Hello" }] }] });
});
