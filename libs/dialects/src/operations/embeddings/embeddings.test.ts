import { SignalboxError } from "@signalbox/proto";
import { expect, test } from "vitest";
import { openEmbeddings } from "./open-embeddings.ts";
import { encodeVector } from "./vector.ts";

const OPTIONS = { provider: "host", secrets: [], model: "upstream-model" };
const VECTORS = [
  [0.5, -0.25],
  [1, 0],
];
const TWO = { model: "m", input: ["a", "bc"], dimensions: 2, user: "jane", future_field: 1 };
const content = (text: string) => ({ parts: [{ text }] });
const base64 = (vector: number[]): string => Buffer.from(new Float32Array(vector).buffer).toString("base64");

function refusal(body: unknown): unknown {
  try {
    openEmbeddings(body);
  } catch (error) {
    return error instanceof SignalboxError ? [error.code, error.details.param] : error;
  }
  return null;
}

test.each([
  [{ input: "a" }, "model"],
  [{ model: "m" }, "input"],
  [{ model: "m", input: "" }, "input"],
  [{ model: "m", input: [] }, "input"],
  [{ model: "m", input: ["a", 1] }, "input[1]"],
  [{ model: "m", input: [1, "a"] }, "input[1]"],
  [{ model: "m", input: [[1], []] }, "input[1]"],
  [{ model: "m", input: [-1] }, "input[0]"],
  [{ model: "m", input: "a", encoding_format: "hex" }, "encoding_format"],
  [{ model: "m", input: "a", dimensions: 0 }, "dimensions"],
])("%j is refused at %s", (body, param) => {
  expect(refusal(body)).toEqual(["invalid-request", param]);
});

test("a host of OpenAI's form gets the caller's own body, unknown fields included", () => {
  const { path, body, losses } = openEmbeddings(TWO).renderFor("openai-chat", "up");
  expect({ path, body, losses }).toEqual({ path: "/embeddings", body: { ...TWO, model: "up" }, losses: [] });
});

test("each other wire gets its own words, and what it has none for is a loss", () => {
  const call = openEmbeddings(TWO);
  expect(call.renderFor("mistral", "up")).toMatchObject({
    path: "/embeddings",
    body: { model: "up", input: ["a", "bc"], output_dimension: 2, future_field: 1 },
    losses: [{ path: "user", what: "user", why: "no-equivalent" }],
  });
  expect(call.renderFor("cohere-v2", "up")).toMatchObject({
    path: "/embed",
    body: {
      model: "up",
      texts: ["a", "bc"],
      input_type: "search_document",
      embedding_types: ["float"],
      output_dimension: 2,
    },
    losses: [{ path: "user" }, { path: "future_field" }],
  });
  expect(call.renderFor("gemini", "up").path).toBe("/models/up:batchEmbedContents");
  expect(call.renderFor("gemini", "up").body).toEqual({
    requests: [
      { model: "models/up", content: content("a"), outputDimensionality: 2 },
      { model: "models/up", content: content("bc"), outputDimensionality: 2 },
    ],
  });
});

test("vectors stand in the order of their inputs, whichever they came in, for callers of every form", () => {
  const data = [
    { index: 1, embedding: [2] },
    { index: 0, embedding: [1] },
  ];
  const call = openEmbeddings(TWO);
  const { body } = call.readAnswer("openai-chat", { data }, OPTIONS);
  expect(body).toMatchObject({ data: [data[1], data[0]] });
  // Indexes that are no places say nothing.
  const odd = data.map((item) => ({ ...item, index: 0 }));
  expect(call.readAnswer("openai-chat", { data: odd }, OPTIONS).body).toMatchObject({ data: odd });
});

test("Bedrock takes the form of the model's maker, and Titan one text", () => {
  const call = openEmbeddings(TWO);
  expect(call.renderFor("bedrock-converse", "us.cohere.embed-v4:0")).toMatchObject({
    path: "/model/us.cohere.embed-v4%3A0/invoke",
    body: { texts: ["a", "bc"], input_type: "search_document", embedding_types: ["float"], output_dimension: 2 },
  });
  const titan = "amazon.titan-embed-text-v2:0";
  const one = openEmbeddings({ model: "m", input: "a", dimensions: 256 });
  expect(one.renderFor("bedrock-converse", titan).body).toEqual({ inputText: "a", dimensions: 256 });
  for (const model of [titan, "meta.unheard-of"]) {
    expect(() => call.renderFor("bedrock-converse", model)).toThrow(expect.objectContaining({ code: "unprocessable" }));
  }
  const read = one.readAnswer("bedrock-converse", { embedding: [1, 0], inputTextTokenCount: 5 }, OPTIONS);
  expect(read).toMatchObject({ body: { data: [{ embedding: [1, 0] }] }, usage: { inputTokens: 5 } });
});

test("what the inputs are for is said to the wires that ask", () => {
  const call = openEmbeddings({ model: "m", input: "a", input_type: "query" });
  expect(call.renderFor("cohere-v2", "up").body).toMatchObject({ input_type: "search_query" });
  expect(call.renderFor("gemini", "up").body).toMatchObject({ requests: [{ taskType: "RETRIEVAL_QUERY" }] });
});

test("tokens go to hosts of OpenAI's form alone, and a wire without embeddings gets nothing", () => {
  const call = openEmbeddings({ model: "m", input: [[1, 2], [3]] });
  expect(call.shape.textChars).toBe(12);
  expect(call.renderFor("openai-chat", "up").body).toMatchObject({ input: [[1, 2], [3]] });
  for (const wire of ["cohere-v2", "gemini", "anthropic-messages"] as const) {
    expect(() => call.renderFor(wire, "up")).toThrow(expect.objectContaining({ code: "unprocessable" }));
  }
});

test.each([
  ["openai-chat", { data: VECTORS.map((embedding) => ({ embedding })), usage: { prompt_tokens: 3 } }],
  [
    "openai-chat",
    { data: VECTORS.map((embedding) => ({ embedding: base64(embedding) })), usage: { prompt_tokens: 3 } },
  ],
  ["cohere-v2", { embeddings: { float: VECTORS }, meta: { billed_units: { input_tokens: 3 } } }],
  ["gemini", { embeddings: VECTORS.map((values) => ({ values })), usageMetadata: { promptTokenCount: 3 } }],
  ["bedrock-converse", { embeddings: { float: VECTORS }, inputTextTokenCount: 3 }],
] as const)("an answer of %s comes in the encoding that was asked for", (wire, answer) => {
  for (const encoding_format of ["float", "base64"] as const) {
    const read = openEmbeddings({ ...TWO, encoding_format }).readAnswer(wire, answer, OPTIONS);
    const wanted = VECTORS.map((vector) => (encoding_format === "float" ? vector : base64(vector)));
    expect(read.body).toMatchObject({
      object: "list",
      model: "upstream-model",
      data: wanted.map((embedding, index) => ({ object: "embedding", index, embedding })),
    });
    expect(read.usage).toMatchObject({ inputTokens: 3, outputTokens: 0, source: "reported" });
  }
});

test.each([
  ["openai-chat", { data: [{ embedding: [1] }] }],
  ["openai-chat", { data: [{ embedding: [1] }, { embedding: [] }] }],
  ["openai-chat", { data: [{ embedding: [1] }, { embedding: ["1"] }] }],
  ["openai-chat", { error: { message: "over quota" } }],
  ["cohere-v2", { embeddings: { float: [[1]] } }],
  ["cohere-v2", { message: "no" }],
  ["gemini", { embeddings: [{ values: [1] }, {}] }],
  ["gemini", [1]],
] as const)("an answer of %s that does not hold every vector is an error: %j", (wire, answer) => {
  expect(() => openEmbeddings(TWO).readAnswer(wire, answer, OPTIONS)).toThrow(
    expect.objectContaining({ code: expect.stringMatching(/^upstream-/) }),
  );
});

test("base64 that is no row of floats is no vector", () => {
  expect(encodeVector("AAA=", "float")).toBeNull();
  expect(encodeVector({}, "float")).toBeNull();
});
