import { SignalboxError } from "@signalbox/proto";
import { describe, expect, test } from "vitest";
import { openOperation } from "../open-operation.ts";
import type { OperationCall } from "../operation-call.ts";
import { renderOperationAnswer } from "../render-answer.ts";

const OPTIONS = { provider: "host", secrets: [], model: "upstream-model" };
const content = (text: string) => ({ role: "user", parts: [{ text }] });
const ONE = { content: content("a") };
const TWO = {
  requests: [
    { model: "models/m", content: content("a"), taskType: "RETRIEVAL_QUERY", outputDimensionality: 2, title: "T" },
    { model: "models/m", content: content("bc"), taskType: "RETRIEVAL_QUERY", outputDimensionality: 2 },
  ],
};

function open(body: unknown): OperationCall {
  return openOperation("embeddings", Buffer.from(JSON.stringify(body)), { model: "asked" });
}

function refusal(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error instanceof SignalboxError ? [error.code, error.details.param] : error;
  }
  return null;
}

test.each([
  [{}, "content"],
  [{ content: {} }, "content.parts"],
  [{ content: { parts: [] } }, "content.parts"],
  [{ content: content("") }, "content.parts"],
  [{ content: { parts: [{ text: 1 }] } }, "content.parts[0].text"],
  [{ requests: [] }, "requests"],
  [{ requests: [ONE, {}] }, "requests[1].content"],
  [{ requests: [{ ...ONE, outputDimensionality: 0 }] }, "requests[0].outputDimensionality"],
])("%j is refused at %s", (body, param) => {
  expect(refusal(() => open(body))).toEqual(["invalid-request", param]);
});

test("the model stands in the URL, and the texts are what is classified and measured", () => {
  const call = open(TWO);
  expect(call.shape).toEqual({ model: "asked", textChars: 3 });
  expect(call.text).toBe("a\nbc");
  expect(call.cacheFields).not.toEqual(open(ONE).cacheFields);
});

describe("a request", () => {
  test("reaches a provider of Gemini's form with all its fields", () => {
    const { path, body, losses } = open({ requests: [{ ...TWO.requests[0], future: 1 }] }).renderFor("gemini", "up");
    expect(path).toBe("/models/up:batchEmbedContents");
    expect(body).toEqual({ requests: [{ ...TWO.requests[0], future: 1, model: "models/up" }] });
    expect(losses).toEqual([]);
  });

  test("reaches a host of OpenAI's form as its texts, and what that has no place for is a loss", () => {
    expect(open(TWO).renderFor("openai-chat", "up")).toMatchObject({
      path: "/embeddings",
      body: { model: "up", input: ["a", "bc"], dimensions: 2 },
      losses: [{ path: "requests[0].taskType" }, { path: "requests[0].title" }],
    });
    expect(open(ONE).renderFor("openai-chat", "up").body).toEqual({ model: "up", input: ["a"] });
  });

  test("says what its texts are for to the wires that ask", () => {
    const { body, losses } = open(TWO).renderFor("cohere-v2", "up");
    expect(body).toMatchObject({ texts: ["a", "bc"], input_type: "search_query", output_dimension: 2 });
    expect(losses).toEqual([{ path: "requests[0].title", what: "field", why: "no-equivalent" }]);
  });

  test("with an image, or with vectors of several lengths, is for Gemini alone", () => {
    const image = { content: { parts: [{ inlineData: { mimeType: "image/png", data: "AA==" } }] } };
    expect(open(image).renderFor("gemini", "up").body).toEqual({ requests: [{ ...image, model: "models/up" }] });
    expect(refusal(() => open(image).renderFor("openai-chat", "up"))).toEqual(["unprocessable", "content.parts[0]"]);
    const lengths = { requests: [ONE, { ...ONE, outputDimensionality: 2 }] };
    expect(open(lengths).renderFor("gemini", "up").losses).toEqual([]);
    expect(refusal(() => open(lengths).renderFor("mistral", "up"))).toEqual([
      "unprocessable",
      "requests[1].outputDimensionality",
    ]);
  });
});

describe("an answer", () => {
  const vectors = [
    [0.5, -0.25],
    [1, 0],
  ];

  test("of another wire comes in Gemini's form", () => {
    const answer = { data: vectors.map((embedding) => ({ embedding })), usage: { prompt_tokens: 3 } };
    const { body, usage } = open(TWO).readAnswer("openai-chat", answer, OPTIONS);
    expect(body).toEqual({ embeddings: vectors.map((values) => ({ values })), usageMetadata: {} });
    const note = { decisionId: "d", endpoint: "host/m", costPicoUsd: null };
    expect(renderOperationAnswer(body as object & Record<string, unknown>, { usage: usage!, note })).toMatchObject({
      usageMetadata: { promptTokenCount: 3, signalbox: { decision_id: "d" } },
    });
    const one = open(ONE).readAnswer("openai-chat", { data: [{ embedding: [1] }], usage: {} }, OPTIONS);
    expect(one.body).toEqual({ embedding: { values: [1] }, usageMetadata: {} });
  });

  test("of a provider of Gemini's form keeps what nobody here knows", () => {
    const answer = { embeddings: [{ values: [1], shape: [1] }], usageMetadata: { promptTokenCount: 2 }, future: 1 };
    expect(open(ONE).readAnswer("gemini", answer, OPTIONS)).toMatchObject({
      body: { embedding: { values: [1], shape: [1] }, usageMetadata: { promptTokenCount: 2 }, future: 1 },
      usage: { inputTokens: 2 },
    });
  });
});
