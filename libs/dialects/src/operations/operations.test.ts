import { OPERATIONS, type PlainOperation, SignalboxError } from "@signalbox/proto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { atDeployment } from "./azure-deployment.ts";
import { renderMultipart } from "./multipart/render-multipart.ts";
import { openOperation } from "./open-operation.ts";
import { readOperationUsage } from "./operation-usage.ts";
import { renderOperationAnswer } from "./render-answer.ts";

const OPTIONS = { provider: "host", secrets: ["hidden-key"], model: "up" };
const open = (operation: PlainOperation, body: object) => openOperation(operation, Buffer.from(JSON.stringify(body)));

function failureOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return null;
}

const isKnown = (error: unknown): boolean => error === null || error instanceof SignalboxError;

test("Mistral's moderation is asked for texts, and its word on the whole is made from the categories", () => {
  const call = open("moderations", { input: [{ type: "text", text: "a" }], model: "m" });
  expect(call.renderFor("mistral", "up")).toMatchObject({ path: "/moderations", body: { input: ["a"], model: "up" } });
  const answer = { results: [{ categories: { pii: true } }, { categories: { pii: false } }] };
  expect(call.readAnswer("mistral", answer, OPTIONS).body).toMatchObject({
    results: [{ flagged: true, categories: { pii: true } }, { flagged: false }],
  });
});

test("images to be moderated are counted, and not sent to who looks at texts alone", () => {
  const call = open("moderations", { input: [{ type: "image_url", image_url: { url: "data:," } }] });
  expect(call.shape).toMatchObject({ model: "auto", images: 1, textChars: 0 });
  expect(() => call.renderFor("mistral", "up")).toThrow(expect.objectContaining({ code: "unprocessable" }));
});

test("Cohere ranks texts, and the documents are put beside its results where they are asked for", () => {
  const call = open("rerank", {
    model: "m",
    query: "q",
    documents: ["a", { text: "b", title: "t" }],
    top_n: 1,
    return_documents: true,
    rank_fields: ["text"],
  });
  expect(call.renderFor("cohere-v2", "up")).toMatchObject({
    path: "/rerank",
    body: { model: "up", query: "q", documents: ["a", "b"], top_n: 1 },
    losses: [{ path: "rank_fields" }],
  });
  const results = [{ index: 1, relevance_score: 0.5 }];
  const read = call.readAnswer("cohere-v2", { results, meta: { billed_units: { search_units: 1 } } }, OPTIONS);
  expect(read.body).toMatchObject({ results: [{ index: 1, document: { text: "b" } }] });
  // A search is no token: what it costs cannot be told from them.
  expect(read.usage).toBeNull();
  expect(() => call.readAnswer("cohere-v2", { results: [{ index: 2 }] }, OPTIONS)).toThrow(SignalboxError);
});

test("a deployment of Azure's dated API is named in the path", () => {
  const rendered = open("speech", { model: "m", input: "Hi", voice: "alloy" }).renderFor("azure-openai", "my tts");
  expect(atDeployment(rendered, { model: "my tts", apiVersion: "2025-04-01" }).path).toBe(
    "/openai/deployments/my%20tts/audio/speech?api-version=2025-04-01",
  );
});

test("JSON in the place of speech is an error, and shows no key", () => {
  const call = open("speech", { model: "m", input: "Hi", voice: "alloy" });
  const answer = { error: { message: "wrong hidden-key", code: "bad" } };
  expect(() => call.readAnswer("openai-chat", answer, OPTIONS)).toThrow("wrong [redacted]");
  expect(() => call.readAnswer("openai-chat", {}, OPTIONS)).toThrow(
    expect.objectContaining({ code: "upstream-error" }),
  );
});

test("an image is bounded by the tokens of the largest, and is never kept", () => {
  const { shape, cacheFields } = open("images", { prompt: "p", n: 2 });
  expect(shape).toMatchObject({ model: "auto", choices: 2, maxOutputTokens: 6_240 });
  expect(cacheFields).toBeNull();
});

const RECORDING = [
  { name: "model", filename: null, contentType: null, body: Buffer.from("auto") },
  { name: "file", filename: "a.mp3", contentType: "audio/mpeg", body: Buffer.from([1, 2, 3]) },
];

test("a recording's digest does not change with the boundary, and the model's name is the provider's", () => {
  const { body, contentType } = renderMultipart(RECORDING);
  const first = openOperation("transcriptions", body, { contentType });
  const other = Buffer.from(body.toString("latin1").replaceAll(/signalbox-\w+-0/g, "zzz"), "latin1");
  const second = openOperation("transcriptions", other, { contentType: "multipart/form-data; boundary=zzz" });
  expect(second.canonical).toEqual(first.canonical);
  const rendered = first.renderFor("mistral", "voxtral");
  expect(rendered.contentType).toMatch(/^multipart\/form-data; boundary=/);
  expect((rendered.body as Buffer).toString("latin1")).toContain('name="model"\r\n\r\nvoxtral\r\n');
});

test.each([
  ["model", RECORDING.slice(1)],
  ["file", RECORDING.slice(0, 1)],
  [
    "response_format",
    [...RECORDING, { name: "response_format", filename: null, contentType: null, body: Buffer.from("x") }],
  ],
])("a recording without a right %s is refused", (param, parts) => {
  const { body, contentType } = renderMultipart(parts);
  expect(() => openOperation("transcriptions", body, { contentType })).toThrow(
    expect.objectContaining({ code: "invalid-request", details: { param } }),
  );
});

test.each([
  [
    { prompt_tokens: 3, total_tokens: 3 },
    { inputTokens: 3, outputTokens: 0 },
  ],
  [{ total_tokens: 5 }, { inputTokens: 5, outputTokens: 0 }],
  [
    { type: "tokens", input_tokens: 9, output_tokens: 4, input_token_details: { audio_tokens: 8 } },
    { inputTokens: 9, outputTokens: 4, audioInputTokens: 8 },
  ],
  [
    { input_tokens: 9, output_tokens: 4, input_tokens_details: { image_tokens: 6, cached_tokens: 2 } },
    { inputTokens: 9, outputTokens: 4, imageInputTokens: 6, cachedInputTokens: 2 },
  ],
])("the usage %j is read", (usage, read) => {
  expect(readOperationUsage(usage)).toMatchObject({ ...read, source: "reported" });
});

test.each([[null], [{}], [{ type: "duration", seconds: 9 }], [{ total_tokens: 0 }], [{ prompt_tokens: "3" }]])(
  "the usage %j says nothing in tokens",
  (usage) => {
    expect(readOperationUsage(usage)).toBeNull();
  },
);

test("the decision's note stands in a usage, and makes none where the format has none", () => {
  const usage = { inputTokens: 2, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0 };
  const note = { decisionId: "d", endpoint: "a/b", costPicoUsd: "1" };
  const render = (body: object) =>
    renderOperationAnswer({ ...body }, { usage: { ...usage, source: "estimated" }, note });
  expect(render({ usage: {} })).toMatchObject({
    usage: { prompt_tokens: 2, signalbox: { usage_source: "estimated" } },
  });
  expect(render({ results: [] })).toEqual({ results: [] });
});

test("a list of embeddings has an id, which some clients read none without", () => {
  const usage = { inputTokens: 2, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0 };
  const note = { decisionId: "d", endpoint: "a/b", costPicoUsd: "1" };
  const idOf = (body: object): unknown =>
    renderOperationAnswer({ object: "list", usage: {}, ...body }, { usage: { ...usage, source: "reported" }, note })[
      "id"
    ];
  expect(idOf({})).toBe("embd-d");
  expect(idOf({ id: "own" })).toBe("own");
});

test("no body brings an operation out of step", () => {
  const operation = fc.constantFrom(...OPERATIONS.filter((name) => name !== "chat"));
  const field = fc.constantFrom("model", "input", "prompt", "voice", "query", "documents", "n", "dimensions", "user");
  const body = fc.oneof(
    fc.json(),
    fc.dictionary(field, fc.jsonValue()).map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(operation, body, (name, text) => {
      const envelope = { contentType: "multipart/form-data; boundary=b" };
      const ask = () => openOperation(name, Buffer.from(text), envelope).renderFor("openai-chat", "up");
      expect(failureOf(ask)).toSatisfy(isKnown);
    }),
  );
});
