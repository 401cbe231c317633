import { describe, expect, test } from "vitest";
import { ingressOf, renderFor } from "../codecs.ts";
import type { NeutralChunk } from "../neutral/stream-event.ts";
import type { StreamProgress } from "../neutral/stream-progress.ts";
import { openaiChatIngress } from "../openai-chat/ingress.ts";
import { chunk, chunksOf, sse } from "../openai-chat/stream.test-kit.ts";
import { parseRequest } from "../openai-responses/parse-request.ts";
import { SseParser } from "../sse/parser.ts";
import { azureOpenaiEgress as azure } from "./egress.ts";

const base = { model: "auto", messages: [{ role: "user", content: "Hello" }] };
const options = { provider: "azure", secrets: [], choices: 1, defaults: { id: "f", createdAtS: 7, model: "f" } };
const SAFE = { hate: { filtered: false, severity: "safe" } };
const head = { id: "c1", object: "chat.completion.chunk", created: 1, model: "m" };
const findings = {
  id: "",
  object: "",
  created: 0,
  model: "",
  choices: [],
  prompt_filter_results: [{ prompt_index: 0, content_filter_results: SAFE }],
};

function read(pieces: Uint8Array[]): { chunks: NeutralChunk[]; progress: StreamProgress; frames: string } {
  const parser = new SseParser();
  let state = azure.startReading(options);
  let writing = openaiChatIngress.startWriting({ includeUsage: false });
  const chunks: NeutralChunk[] = [];
  let frames = "";
  for (const event of [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()]) {
    const [next, given] = azure.readEvent(state, event);
    state = next;
    chunks.push(...given);
    for (const each of given) {
      const [after, frame] = openaiChatIngress.writeChunk(writing, each);
      writing = after;
      frames += frame;
    }
  }
  return { chunks, progress: azure.readEnd(state).progress, frames };
}

function fail(status: number, body: unknown, headers: Record<string, string> = {}): unknown {
  const header = (name: string): string | undefined => headers[name];
  return azure.parseError({ status, header, bodyText: JSON.stringify(body), provider: "azure", nowMs: 0, secrets: [] });
}

describe("a request", () => {
  test.each([
    [undefined, "/chat/completions"],
    ["2024-10-21", "/openai/deployments/my%20gpt%2F4o/chat/completions?api-version=2024-10-21"],
  ])("of version %s goes to %s, with the caller's body", (apiVersion, path) => {
    const rendering = {
      model: "my gpt/4o",
      maxOutputTokens: null,
      ...(apiVersion === undefined ? {} : { apiVersion }),
    };
    const rendered = renderFor("azure-openai", openaiChatIngress.parseRequest({ ...base, mood: 1 }), rendering);
    expect(rendered).toEqual({ path, headers: {}, losses: [], body: { ...base, model: "my gpt/4o", mood: 1 } });
  });

  test("B8 of another dialect becomes one of Chat Completions", () => {
    const request = parseRequest({ model: "auto", input: "Hello", max_output_tokens: 20 });
    const { body } = renderFor("azure-openai", request, { model: "d", maxOutputTokens: null });
    expect(body).toMatchObject({ model: "d", messages: base.messages, max_tokens: 20 });
  });

  test.each([
    ["0123456789abcdef0123456789abcdef", { "api-key": "0123456789abcdef0123456789abcdef" }],
    ["eyJ0eXAi.eyJhdWQi.c2ln", { authorization: "Bearer eyJ0eXAi.eyJhdWQi.c2ln" }],
  ])("with the key %s is sent with %j", (key, headers) => {
    expect(azure.credentials(key)).toEqual(headers);
  });
});

describe("a stream", () => {
  test("that begins with what the filter found has its head from the first chunk of the answer, and the findings on it", () => {
    const { progress, frames } = read([
      sse(findings, chunk({ role: "assistant", content: "Hi" }), chunk({}, "stop"), "[DONE]"),
    ]);
    const [first, ...rest] = chunksOf(frames);
    expect(first).toMatchObject({ ...head, prompt_filter_results: findings.prompt_filter_results });
    expect(rest.every(({ id, model }) => id === "c1" && model === "m")).toBe(true);
    expect(rest.some((each) => "prompt_filter_results" in each)).toBe(false);
    expect(progress).toMatchObject({ end: { kind: "done" }, finish: "stop" });
  });

  test("of the asynchronous filter keeps the filter's chunks, and ends when it finds something", () => {
    const filtered = { hate: { filtered: true, severity: "high" } };
    const offsets = { check_offset: 0, start_offset: 0, end_offset: 2 };
    const note = { index: 0, finish_reason: null, content_filter_results: SAFE, content_filter_offsets: offsets };
    const stop = { ...note, finish_reason: "content_filter", content_filter_results: filtered };
    const { frames, progress } = read([
      sse(
        chunk({ role: "assistant", content: "Hi" }),
        { ...findings, prompt_filter_results: undefined, choices: [note] },
        { ...head, choices: [stop] },
        "[DONE]",
      ),
    ]);
    expect(chunksOf(frames).map(({ id }) => id)).toEqual(["c1", "c1", "c1"]);
    expect(chunksOf(frames)[1]?.choices[0]).toMatchObject({ content_filter_offsets: offsets });
    expect(chunksOf(frames)[2]?.choices[0]).toMatchObject({ content_filter_results: filtered });
    expect(progress).toMatchObject({ finish: "content_filter", end: { kind: "done" } });
  });

  test("of the asynchronous filter keeps what is found after the answer's end, for callers of this form alone", () => {
    const offsets = { check_offset: 506, start_offset: 44, end_offset: 571 };
    const note = { index: 0, finish_reason: null, content_filter_results: SAFE, content_filter_offsets: offsets };
    const answer = [chunk({ role: "assistant", content: "Hi" }), chunk({}, "stop")];
    const late = { ...findings, prompt_filter_results: undefined, choices: [note] };
    const { frames, chunks, progress } = read([sse(...answer, late, "[DONE]")]);
    expect(chunksOf(frames).at(-1)).toMatchObject({ id: "c1", choices: [{ ...note, delta: {} }] });
    expect(chunksOf(frames)).toHaveLength(3);
    expect(progress).toMatchObject({ finish: "stop", end: { kind: "done" } });
    for (const dialect of ["openai-responses", "openai-completions", "anthropic-messages", "gemini"] as const) {
      const writer = ingressOf(dialect);
      const [state] = writer.writeChunk(writer.startWriting({ includeUsage: false }), chunks[0]!);
      const [ended] = writer.writeChunk(state, chunks[1]!);
      expect(writer.writeChunk(ended, chunks[2]!)[1]).toBe("");
    }
  });

  test("B6 that fails after the findings is an error", () => {
    const { progress } = read([sse(findings, { error: { code: "content_filter", message: "No.", status: 400 } })]);
    expect(progress).toMatchObject({
      begun: false,
      end: { kind: "error", error: { code: "upstream-invalid-request", details: { upstreamCode: "content_filter" } } },
    });
  });

  test("B12 reads the same wherever its bytes are cut", () => {
    const bytes = sse(findings, chunk({ role: "assistant", content: "🚦" }), chunk({}, "stop"), "[DONE]");
    const { frames } = read([bytes]);
    for (let cut = 1; cut < bytes.length; cut += 5) {
      expect(read([bytes.slice(0, cut), bytes.slice(cut)]).frames).toBe(frames);
    }
  });
});

test("a whole answer keeps what the filter found", () => {
  const choice = { index: 0, finish_reason: "stop", message: { role: "assistant", content: "Hi" } };
  const body = {
    ...head,
    choices: [{ ...choice, content_filter_results: SAFE }],
    prompt_filter_results: findings.prompt_filter_results,
    usage: { prompt_tokens: 1, completion_tokens: 1 },
  };
  const response = azure.parseResponse(body, options);
  const note = { decisionId: "d", costPicoUsd: null, endpoint: "azure/m" };
  expect(openaiChatIngress.renderResponse(response, { usage: response.usage!, note }).body).toMatchObject({
    prompt_filter_results: findings.prompt_filter_results,
    choices: [{ content_filter_results: SAFE }],
  });
});

describe("an error", () => {
  const filter = {
    message: "The response was filtered.",
    type: null,
    param: "prompt",
    code: "content_filter",
    status: 400,
    innererror: {
      code: "ResponsibleAIPolicyViolation",
      content_filter_result: { hate: { filtered: true, severity: "high" }, violence: { filtered: false } },
    },
  };
  test.each<[string, number, unknown, object]>([
    [
      "of the filter names what it found",
      400,
      { error: filter },
      {
        code: "upstream-invalid-request",
        message: "The response was filtered. Filtered: hate.",
        details: { upstreamCode: "content_filter", upstreamStatus: 400 },
      },
    ],
    [
      "of a deployment that is not there",
      404,
      { error: { code: "DeploymentNotFound", message: "The API deployment does not exist." } },
      { code: "upstream-not-found", details: { upstreamCode: "DeploymentNotFound" } },
    ],
    [
      "of the gateway",
      401,
      { statusCode: 401, message: "Unauthorized. Access token is missing." },
      { code: "upstream-auth", message: "Unauthorized. Access token is missing." },
    ],
    [
      "B11 of the gateway that says in words when to come again",
      429,
      { statusCode: 429, message: "Rate limit is exceeded. Try again in 6 seconds." },
      { code: "upstream-rate-limited", details: { retryAfterMs: 6000 } },
    ],
    [
      "B11 of too many tokens",
      429,
      { error: { code: "429", message: "Requests have exceeded the limit. Please retry after 12 seconds." } },
      { code: "upstream-rate-limited", details: { retryAfterMs: 12_000, upstreamCode: "429" } },
    ],
  ])("%s", (...[, status, body, expected]) => {
    expect(fail(status, body)).toMatchObject(expected);
  });

  test("B11 is to be tried again when its header says so, whatever its words", () => {
    const body = { statusCode: 429, message: "Try again in 6 seconds." };
    expect(fail(429, body, { "retry-after-ms": "250" })).toMatchObject({ details: { retryAfterMs: 250 } });
  });
});
