import { describe, expect, test } from "vitest";
import { readStreamed } from "../neutral/read-both.test-kit.ts";
import { geminiEgress } from "./egress.ts";
import { readUsage, renderUsage, usageOfBody } from "./usage.ts";

/** Input, of which cached; output, of which thoughts. */
function tokens(input: [number, number], output: [number, number]): object {
  const [inputTokens, cachedInputTokens] = input;
  const [outputTokens, reasoningTokens] = output;
  return { inputTokens, cachedInputTokens, outputTokens, reasoningTokens, cacheWriteTokens: 0 };
}

describe("B5 usage is read as the API means it", () => {
  test.each<[string, object, object]>([
    [
      "thoughts stand beside the candidates",
      { promptTokenCount: 9, candidatesTokenCount: 29, totalTokenCount: 294, thoughtsTokenCount: 256 },
      tokens([9, 0], [285, 256]),
    ],
    [
      "cached tokens stand inside the prompt",
      { promptTokenCount: 2152, candidatesTokenCount: 24, cachedContentTokenCount: 2027, totalTokenCount: 2176 },
      tokens([2152, 2027], [24, 0]),
    ],
    [
      "what the provider's own tools brought is input beside the prompt",
      { promptTokenCount: 10, toolUsePromptTokenCount: 90, candidatesTokenCount: 5, totalTokenCount: 105 },
      tokens([100, 0], [5, 0]),
    ],
    [
      "a host that counts thoughts among the candidates shows it in the total",
      { promptTokenCount: 10, candidatesTokenCount: 50, thoughtsTokenCount: 30, totalTokenCount: 60 },
      tokens([10, 0], [50, 30]),
    ],
    ["a prompt that was blocked has no output", { promptTokenCount: 10, totalTokenCount: 10 }, tokens([10, 0], [0, 0])],
    [
      "modalities are counted apart",
      {
        promptTokenCount: 300,
        candidatesTokenCount: 1290,
        promptTokensDetails: [
          { modality: "TEXT", tokenCount: 10 },
          { modality: "AUDIO", tokenCount: 32 },
          { modality: "IMAGE", tokenCount: 258 },
        ],
        candidatesTokensDetails: [{ modality: "IMAGE", tokenCount: 1290 }],
      },
      { ...tokens([300, 0], [1290, 0]), audioInputTokens: 32, imageInputTokens: 258, imageOutputTokens: 1290 },
    ],
  ])("%s", (_, source, expected) => {
    expect(readUsage(source)).toEqual({ ...expected, source: "reported" });
  });

  test.each([
    [null],
    [undefined],
    ["12"],
    [{}],
    [{ promptTokenCount: 0 }],
    [{ promptTokenCount: -4 }],
    [{ promptTokenCount: "9" }],
  ])("B2 %j is no usage, never a zero", (usage) => {
    expect(readUsage(usage)).toBeNull();
  });
});

test("what is rendered of another wire's usage reads as the same", () => {
  const usage = {
    inputTokens: 100,
    cachedInputTokens: 40,
    cacheWriteTokens: 0,
    outputTokens: 50,
    reasoningTokens: 30,
    audioInputTokens: 5,
    source: "reported",
  } as const;
  const rendered = renderUsage(usage, null);
  expect(rendered).toEqual({
    promptTokenCount: 100,
    candidatesTokenCount: 20,
    totalTokenCount: 150,
    cachedContentTokenCount: 40,
    thoughtsTokenCount: 30,
    promptTokensDetails: [{ modality: "AUDIO", tokenCount: 5 }],
  });
  expect(readUsage(rendered)).toEqual(usage);
});

test("a provider's own usage keeps its fields, tools' tokens beside the prompt", () => {
  const source = {
    promptTokenCount: 10,
    toolUsePromptTokenCount: 90,
    candidatesTokenCount: 5,
    trafficType: "ON_DEMAND",
  };
  expect(renderUsage(readUsage(source)!, source)).toEqual({ ...source, totalTokenCount: 105 });
});

const said = (text: string, more: object = {}): Record<string, unknown> => ({
  candidates: [{ content: { parts: [{ text }] }, ...more }],
});

describe("B5 searches that are billed apart show in the usage", () => {
  const found = { groundingMetadata: { webSearchQueries: ["q", "", "r"] } };
  const usageMetadata = { promptTokenCount: 3, candidatesTokenCount: 1, totalTokenCount: 4 };

  test.each<[string, object[]]>([
    ["with the usage", [said("A"), { ...said("B", { finishReason: "STOP", ...found }), usageMetadata }]],
    ["before it", [said("A", found), { ...said("B", { finishReason: "STOP" }), usageMetadata }]],
    ["behind it", [{ ...said("A"), usageMetadata }, said("B", { finishReason: "STOP", ...found })]],
    ["said twice", [said("A", found), { ...said("B", { finishReason: "STOP", ...found }), usageMetadata }]],
    [
      "in parts",
      [
        said("A", { groundingMetadata: { webSearchQueries: ["q"] } }),
        { ...said("B", { finishReason: "STOP", groundingMetadata: { webSearchQueries: ["r"] } }), usageMetadata },
      ],
    ],
  ])("of a stream, %s", (_, events) => {
    expect(readStreamed(geminiEgress, events).progress.usage).toMatchObject({ outputTokens: 1, webSearches: 2 });
  });

  test("of a whole answer, and of none that searched nothing", () => {
    expect(usageOfBody({ ...said("A", found), usageMetadata })).toMatchObject({ webSearches: 2 });
    expect(usageOfBody({ ...said("A"), usageMetadata })).not.toHaveProperty("webSearches");
    const events = [{ ...said("A", { finishReason: "STOP" }), usageMetadata }];
    expect(readStreamed(geminiEgress, events).progress.usage).not.toHaveProperty("webSearches");
  });

  test("places on a map are no searches, and are billed all the same", () => {
    const places = { groundingMetadata: { groundingChunks: [{ maps: { uri: "u", title: "A cafe" } }] } };
    const usage = usageOfBody({ ...said("A", places), usageMetadata });
    expect(usage).toMatchObject({ serverTools: true });
    expect(usage).not.toHaveProperty("webSearches");
  });
});
