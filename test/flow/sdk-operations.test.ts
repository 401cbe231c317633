import { GoogleGenAI } from "@google/genai";
import OpenAI, { NotFoundError, toFile } from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startLine, type TestLine } from "../kit/start-line.ts";
import { failure, json, type Script, startUpstream, type Upstream } from "../kit/upstream.ts";

let upstream: Upstream;
let line: TestLine;
let client: OpenAI;
/** Of the newest request. */
let decisionId = "";
beforeAll(async () => {
  upstream = await startUpstream();
  const models = [
    { id: "talker", price: { inputUsdPerMillion: 1, outputUsdPerMillion: 4 } },
    { id: "embedder", operations: ["embeddings"], price: { inputUsdPerMillion: 0.02, outputUsdPerMillion: 0 } },
    { id: "painter", operations: ["images"], price: { inputUsdPerMillion: 5, outputUsdPerMillion: 30 } },
    { id: "reader", operations: ["speech"], price: { inputUsdPerMillion: 1, outputUsdPerMillion: 12 } },
    { id: "listener", operations: ["transcriptions"], price: { inputUsdPerMillion: 2, outputUsdPerMillion: 10 } },
    { id: "warden", operations: ["moderations"], price: { inputUsdPerMillion: 0, outputUsdPerMillion: 0 } },
    { id: "sorter", operations: ["rerank"] },
  ];
  const at = { baseUrl: upstream.baseUrl, apiKey: "upstream-key" };
  const cohere = { ...at, dialect: "cohere-v2", models: [{ id: "co-embed" }, { id: "co-rerank" }] };
  const google = { ...at, dialect: "gemini", models: [{ id: "gem-embed" }] };
  line = await startLine({
    config: { providers: { upstream: { ...at, models }, cohere, google }, policy: { strategy: "cost" } },
  });
  client = new OpenAI({
    baseURL: `${line.baseUrl}/v1`,
    apiKey: line.apiKey,
    maxRetries: 0,
    async fetch(...request) {
      const response = await fetch(...request);
      decisionId = response.headers.get("x-signalbox-decision-id") ?? "";
      return response;
    },
  });
});
afterAll(async () => {
  await line?.[Symbol.asyncDispose]();
  await upstream?.[Symbol.asyncDispose]();
});

type Entry = { decision: Record<string, unknown> | null; outcome: Record<string, unknown> | null };

/** The register's entry of the newest request, once its outcome is there. */
async function recorded(): Promise<Entry> {
  const read = async (): Promise<Entry> => (await (await line.api(`/v1/decisions/${decisionId}`)).json()) as Entry;
  await expect.poll(async () => (await read()).outcome ?? null, { timeout: 5_000 }).not.toBeNull();
  return read();
}

const VECTORS = [
  [0.5, -0.25, 1],
  [0, 0.125, -2],
];

/** What OpenAI answers, in the encoding that is asked for. */
function embedded(body: Record<string, unknown>): object {
  const encode = (vector: number[]): number[] | string =>
    body["encoding_format"] === "base64" ? Buffer.from(new Float32Array(vector).buffer).toString("base64") : vector;
  const inputs = Array.isArray(body["input"]) ? body["input"].length : 1;
  return {
    object: "list",
    model: "embedder-2026",
    data: VECTORS.slice(0, inputs).map((vector, index) => ({ object: "embedding", index, embedding: encode(vector) })),
    usage: { prompt_tokens: 7, total_tokens: 7 },
  };
}

test("embeddings come in base64, which the SDK asks for by itself, and are recorded with their cost", async () => {
  upstream.always(({ body }) => json(200, embedded(body)));
  const answer = await client.embeddings.create({ model: "embedder", input: ["one text", "another"], dimensions: 3 });
  expect(answer.data.map(({ embedding }) => embedding)).toEqual(VECTORS);
  expect(upstream.received.at(-1)).toMatchObject({
    path: "/v1/embeddings",
    body: { model: "embedder", input: ["one text", "another"], dimensions: 3, encoding_format: "base64" },
  });
  const { decision, outcome } = await recorded();
  expect(decision).toMatchObject({
    input: { facts: { operation: "embeddings", model: "embedder", textChars: 15 } },
    decision: { action: { kind: "route", plan: ["upstream/embedder"] } },
  });
  // 7 tokens at 20,000 micro-USD per million.
  expect(outcome).toMatchObject({
    result: "completed",
    endpoint: "upstream/embedder",
    costPicoUsd: "140000",
    usage: { inputTokens: 7, outputTokens: 0, source: "reported" },
  });
});

test("embeddings come as numbers where they are asked for so, and auto finds the model that embeds", async () => {
  upstream.always(({ body }) => json(200, embedded(body)));
  const { data: answer, response } = await client.embeddings
    .create({ model: "auto", input: "a text", encoding_format: "float" })
    .withResponse();
  expect(answer.data[0]?.embedding).toEqual(VECTORS[0]);
  expect(answer.usage).toMatchObject({ prompt_tokens: 7, signalbox: { endpoint: "upstream/embedder" } });
  expect(response.headers.get("x-signalbox-model")).toBe("embedder");
});

const ask = () => client.embeddings.create({ model: "embedder", input: "kept" }).withResponse();

test("the same text is embedded once and kept", async () => {
  upstream.always(({ body }) => json(200, embedded(body)));
  const first = await ask();
  await expect.poll(async () => (await ask()).response.headers.get("x-signalbox-cache")).toBe("hit");
  const again = await ask();
  expect(again.data.data).toEqual(first.data.data);
  expect(again.data.usage).toMatchObject({ signalbox: { cost_pico_usd: "0" } });
});

test("a model that does not embed is a NotFoundError that names those that do", async () => {
  const error = await client.embeddings.create({ model: "talker", input: "x" }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(NotFoundError);
  expect(error).toMatchObject({ code: "model_not_found", message: expect.stringContaining("upstream/embedder") });
  expect((await recorded()).outcome).toMatchObject({ result: "refused", error: "model-not-found" });
});

test("a chat never goes to a model that only embeds", async () => {
  const error = await client.chat.completions
    .create({ model: "embedder", messages: [{ role: "user", content: "Hello" }] })
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(NotFoundError);
});

test("a mistake in the request is named by its field, in OpenAI's form", async () => {
  const error = await client.embeddings.create({ model: "embedder", input: [] }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ status: 400, param: "input", type: "invalid_request_error" });
});

test("a provider that speaks Cohere's form embeds for the SDK, and the header says that nothing was lost", async () => {
  upstream.next(json(200, { embeddings: { float: VECTORS }, meta: { billed_units: { input_tokens: 4 } } }));
  const { data: answer, response } = await client.embeddings
    .create({ model: "co-embed", input: ["a", "b"] })
    .withResponse();
  expect(answer.data.map(({ embedding }) => embedding)).toEqual(VECTORS);
  expect(answer).toMatchObject({ model: "co-embed", usage: { prompt_tokens: 4, total_tokens: 4 } });
  expect(response.headers.get("x-signalbox-translation")).toBe("lossless");
  expect(upstream.received.at(-1)).toMatchObject({
    path: "/v1/embed",
    headers: { authorization: "Bearer upstream-key" },
    body: { model: "co-embed", texts: ["a", "b"], input_type: "search_document" },
  });
});

test("a provider that speaks Gemini's form embeds for the SDK, and what it does not report is estimated", async () => {
  upstream.next(json(200, { embeddings: [{ values: VECTORS[0] }] }));
  const answer = await client.embeddings.create({ model: "google/gem-embed", input: "a text", user: "jane" });
  expect(answer.data[0]?.embedding).toEqual(VECTORS[0]);
  expect(upstream.received.at(-1)).toMatchObject({
    path: "/v1/models/gem-embed:batchEmbedContents",
    headers: { "x-goog-api-key": "upstream-key" },
  });
  const { outcome } = await recorded();
  expect(outcome).toMatchObject({ costPicoUsd: null, usage: { source: "estimated" } });
  const losses = [{ path: "user", what: "field", why: "no-equivalent" }];
  expect(outcome).toMatchObject({ attempts: [{ translation: { losses, total: 1 } }] });
});

test("Gemini's list of models says which of them embed", async () => {
  const [embedder, talker] = await Promise.all(
    ["embedder", "talker"].map(async (id) => (await line.api(`/v1beta/models/upstream/${id}`)).json()),
  );
  expect(embedder).toMatchObject({ supportedGenerationMethods: ["embedContent", "batchEmbedContents"] });
  expect(talker).toMatchObject({
    supportedGenerationMethods: ["generateContent", "streamGenerateContent", "countTokens"],
  });
});

test("Google's SDK embeds before a provider of OpenAI's form and before one of its own", async () => {
  const google = new GoogleGenAI({ apiKey: line.apiKey, httpOptions: { baseUrl: line.baseUrl } });
  const config = { taskType: "RETRIEVAL_QUERY" };
  upstream.next(json(200, { data: VECTORS.map((embedding) => ({ embedding })), usage: { prompt_tokens: 4 } }));
  const two = await google.models.embedContent({ model: "embedder", contents: ["a", "b"], config });
  expect(two.embeddings?.map(({ values }) => values)).toEqual(VECTORS);
  expect(upstream.received.at(-1)).toMatchObject({ path: "/v1/embeddings", body: { input: ["a", "b"] } });
  decisionId = two.sdkHttpResponse?.headers?.["x-signalbox-decision-id"] ?? "";
  const { decision, outcome } = await recorded();
  expect(decision).toMatchObject({ input: { facts: { operation: "embeddings", dialect: "gemini" } } });
  const losses = [{ path: "requests[0].taskType", what: "field", why: "no-equivalent" }];
  expect(outcome).toMatchObject({ attempts: [{ translation: { losses } }] });

  upstream.next(json(200, { embeddings: [{ values: VECTORS[1] }] }));
  const one = await google.models.embedContent({ model: "google/gem-embed", contents: "c", config });
  expect(one.embeddings?.[0]?.values).toEqual(VECTORS[1]);
  expect(upstream.received.at(-1)?.body).toMatchObject({ requests: [{ taskType: "RETRIEVAL_QUERY" }] });
  const error = await google.models.embedContent({ model: "talker", contents: "c" }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ status: 404, message: expect.stringContaining("upstream/embedder") as string });
});

const PIXELS = Buffer.from("not really a picture").toString("base64");

test("an image is made, with the tokens that the provider reports", async () => {
  const usage = { input_tokens: 10, output_tokens: 1_000, total_tokens: 1_010, input_tokens_details: {} };
  upstream.next(json(200, { created: 1_700_000_000, data: [{ b64_json: PIXELS }], usage }));
  const answer = await client.images.generate({ model: "auto", prompt: "a signal box", size: "1024x1024" });
  expect(answer.data?.[0]?.b64_json).toBe(PIXELS);
  expect(upstream.received.at(-1)).toMatchObject({
    path: "/v1/images/generations",
    body: { model: "painter", prompt: "a signal box", size: "1024x1024" },
  });
  // 10 × 5 and 1,000 × 30 USD per million.
  expect((await recorded()).outcome).toMatchObject({ result: "completed", costPicoUsd: "30050000000" });
});

test("an image whose tokens nobody reports is unpriced and not cheap", async () => {
  upstream.next(json(200, { created: 1_700_000_000, data: [{ b64_json: PIXELS }] }));
  await client.images.generate({ model: "painter", prompt: "a signal box" });
  expect((await recorded()).outcome).toMatchObject({ costPicoUsd: null, usage: { source: "estimated" } });
});

test("an image that comes in pieces is passed on as the events that it comes in", async () => {
  const usage = { input_tokens: 10, output_tokens: 100, total_tokens: 110 };
  const events = [
    { type: "image_generation.partial_image", b64_json: PIXELS, partial_image_index: 0 },
    { type: "image_generation.completed", b64_json: PIXELS, usage },
  ];
  upstream.next({ steps: events.map((event) => ({ send: event })) });
  const stream = await client.images.generate({ model: "painter", prompt: "a box", stream: true, partial_images: 1 });
  const seen = [];
  for await (const event of stream) seen.push(event.type);
  expect(seen).toEqual(["image_generation.partial_image", "image_generation.completed"]);
  expect((await recorded()).outcome).toMatchObject({ stream: true, usage: { outputTokens: 100, source: "reported" } });
});

const SOUND = Buffer.from([0xff, 0xfb, 0x90, 0x00, 0x0d, 0x0a, 0x80, 0xc3, 0x28]);
const sound = (steps: Script["steps"]): Script => ({ headers: { "content-type": "audio/mpeg" }, steps });

test("speech is passed on byte for byte while it is made", async () => {
  const { promise: rest, resolve: release } = Promise.withResolvers<void>();
  upstream.next(sound([{ send: SOUND }, { until: rest }, { send: SOUND }]));
  const response = await client.audio.speech.create({ model: "auto", voice: "alloy", input: "All aboard." });
  expect(response.headers.get("content-type")).toBe("audio/mpeg");
  const reader = response.body!.getReader();
  const first = await reader.read();
  expect(Buffer.from(first.value ?? [])).toEqual(SOUND);
  release();
  const pieces: Uint8Array[] = [];
  for (let next = await reader.read(); !next.done; next = await reader.read()) pieces.push(next.value);
  expect(Buffer.concat(pieces)).toEqual(SOUND);
  expect(upstream.received.at(-1)).toMatchObject({
    path: "/v1/audio/speech",
    body: { model: "reader", voice: "alloy" },
  });
  const { decision, outcome } = await recorded();
  expect(decision).toMatchObject({ input: { facts: { operation: "speech", textChars: 11, stream: true } } });
  expect(outcome).toMatchObject({ result: "completed", answerBytes: 2 * SOUND.length, costPicoUsd: null });
});

test("speech that breaks off breaks the connection, and no words are mixed into it", async () => {
  upstream.next(sound([{ send: SOUND }, { waitMs: 50 }, { drop: "reset" }]));
  const response = await client.audio.speech.create({ model: "reader", voice: "alloy", input: "All aboard." });
  await expect(response.arrayBuffer()).rejects.toThrow("terminated");
  expect((await recorded()).outcome).toMatchObject({ result: "failed", error: "upstream-unreachable" });
});

test("B3 a client that leaves while it is read to ends the provider's work, and is recorded", async () => {
  upstream.next(sound([{ send: SOUND }, { until: new Promise(() => {}) }]));
  const response = await client.audio.speech.create({ model: "reader", voice: "alloy", input: "All aboard." });
  await response.body!.cancel();
  const request = upstream.received.at(-1)!;
  await request.closed;
  expect(request.abortedAtMs).not.toBeNull();
  expect((await recorded()).outcome).toMatchObject({ result: "client-aborted", costPicoUsd: null });
});

test("a recording is sent on as it is, and its text comes back", async () => {
  const usage = { type: "tokens", input_tokens: 14, output_tokens: 45, total_tokens: 59 };
  upstream.next(json(200, { text: "All aboard.", usage }));
  const file = await toFile(SOUND, "platform.mp3", { type: "audio/mpeg" });
  const answer = await client.audio.transcriptions.create({ model: "auto", file, language: "en" });
  expect(answer.text).toBe("All aboard.");
  const request = upstream.received.at(-1)!;
  expect(request.path).toBe("/v1/audio/transcriptions");
  expect(request.bytes.includes(SOUND)).toBe(true);
  expect(request.text).toMatch(/name="model"\r\n\r\nlistener\r\n/);
  expect(request.text).toMatch(/name="language"\r\n\r\nen\r\n/);
  const { decision, outcome } = await recorded();
  expect(decision).toMatchObject({ input: { facts: { operation: "transcriptions", audios: 1 } } });
  expect(outcome).toMatchObject({ costPicoUsd: "478000000", usage: { inputTokens: 14, outputTokens: 45 } });
});

test("subtitles come as the text that they are", async () => {
  const subtitles = "1\n00:00:00,000 --> 00:00:01,000\nAll aboard.\n";
  upstream.next({ headers: { "content-type": "text/plain; charset=utf-8" }, steps: [{ send: subtitles }] });
  const file = await toFile(SOUND, "platform.mp3", { type: "audio/mpeg" });
  const answer = await client.audio.transcriptions.create({ model: "listener", file, response_format: "srt" });
  expect(answer).toBe(subtitles);
});

test("a text is moderated without naming a model", async () => {
  const results = [{ flagged: true, categories: { violence: true }, category_scores: { violence: 0.9 } }];
  upstream.next(json(200, { id: "modr-1", model: "omni", results }));
  const answer = await client.moderations.create({ input: "a threat" });
  expect(answer.results).toEqual(results);
  expect(upstream.received.at(-1)).toMatchObject({ path: "/v1/moderations", body: { model: "warden" } });
  expect((await recorded()).outcome).toMatchObject({ costPicoUsd: "0", usage: { source: "estimated" } });
});

test("documents are ranked, and given back where they are asked for", async () => {
  upstream.next(json(200, { results: [{ index: 1, relevance_score: 0.9 }], usage: { total_tokens: 12 } }));
  const documents = ["a signal", "a box"];
  const body = { model: "sorter", query: "box", documents, top_n: 1, return_documents: true };
  const answer = await client.post("/rerank", { body });
  expect(answer).toMatchObject({ results: [{ index: 1, relevance_score: 0.9, document: { text: "a box" } }] });
  expect((await recorded()).outcome).toMatchObject({
    costPicoUsd: null,
    usage: { inputTokens: 12, source: "reported" },
  });
});

// It opens the endpoint's circuit, so it stands last.
test("a provider's error comes in OpenAI's form", async () => {
  upstream.next(failure(500), failure(500));
  const error = await client.moderations.create({ input: "x" }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ status: 502, type: "scripted" });
  expect((await recorded()).outcome).toMatchObject({ result: "failed", error: "upstream-error" });
});
