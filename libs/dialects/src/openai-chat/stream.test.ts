import { describe, expect, test } from "vitest";
import { expectConforms } from "./conforms.test-kit.ts";
import { chunk, runStream, sse, textOf } from "./stream.test-kit.ts";

const USAGE = { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 };
const usageChunk = { id: "c1", object: "chat.completion.chunk", created: 1, model: "m", choices: [], usage: USAGE };
const hello = [chunk({ role: "assistant", content: "" }), chunk({ content: "Hel" }), chunk({ content: "lo" })];

function piece(index: number, delta: unknown, finish: string | null = null): object {
  return { id: "c1", created: 1, model: "m", choices: [{ index, delta, finish_reason: finish }] };
}

describe("B2 usage on a stream", () => {
  test.each<[string, unknown[]]>([
    ["in a chunk of its own", [...hello, chunk({}, "stop"), usageChunk, "[DONE]"]],
    ["on the last chunk", [...hello, chunk({}, "stop", { usage: USAGE }), "[DONE]"]],
    [
      "as a running total on every chunk, of which the last holds",
      [
        chunk({ role: "assistant", content: "Hel" }, null, { usage: { ...USAGE, completion_tokens: 3 } }),
        chunk({ content: "lo" }, null, { usage: { ...USAGE, completion_tokens: 7 } }),
        chunk({}, "stop", { usage: USAGE }),
      ],
    ],
    ["after the finish reason and without [DONE]", [...hello, chunk({}, "stop"), usageChunk]],
    ["under x_groq", [...hello, chunk({}, "stop", { x_groq: { usage: USAGE } }), "[DONE]"]],
    [
      "under the choice",
      [...hello, { id: "c1", choices: [{ index: 0, delta: {}, finish_reason: "stop", usage: USAGE }] }, "[DONE]"],
    ],
    [
      "before zeros that mean nothing",
      [
        ...hello,
        chunk({}, "stop", { usage: USAGE }),
        { ...usageChunk, usage: { prompt_tokens: 0, completion_tokens: 0 } },
      ],
    ],
  ])("%s", (_, events) => {
    for (const includeUsage of [true, false]) {
      const run = runStream([sse(...events)], { includeUsage });
      expectConforms(run, { includeUsage });
      expect(run.progress.usage).toMatchObject({ inputTokens: 9, outputTokens: 12, source: "reported" });
      expect(textOf(run)).toBe("Hello");
      const shown = run.chunks.filter((each) => each.usage).map(({ usage }) => usage);
      expect(shown).toMatchObject(includeUsage ? [USAGE] : []);
    }
  });

  test("that never comes is null, for the dispatcher to estimate from what was generated", () => {
    const run = runStream([sse(...hello, chunk({}, "stop"), "[DONE]")], { includeUsage: true });
    expect(run.progress).toMatchObject({ usage: null, outputChars: 5 });
    expect(run.chunks.at(-1)?.usage?.signalbox).toEqual({
      decision_id: "d",
      endpoint: "acme/m",
      cost_usd: 0.0000015,
      cost_pico_usd: "1500000",
      usage_source: "estimated",
    });
  });
});

describe("B6 how a stream ends", () => {
  const ends: [string, unknown[], string][] = [
    ["[DONE] without a finish reason ends the choice", [...hello, "[DONE]"], "done"],
    ["the last chunk twice", [...hello, chunk({}, "stop"), chunk({}, "stop"), "[DONE]"], "done"],
    ["an empty finish reason is none", [chunk({ content: "Hello" }, ""), chunk({}, "stop")], "done"],
    ["and so is one that is called null", [chunk({ content: "Hello" }, "null"), chunk({}, "stop")], "done"],
    ["content with the finish reason", [chunk({ content: "Hello" }, "stop")], "done"],
    ["an unknown finish reason", [...hello, chunk({}, "eos")], "done"],
  ];
  test.each(ends)("%s", (_, events, kind) => {
    const run = runStream([sse(...events)]);
    expect(run.progress.end.kind).toBe(kind);
    expect(run.progress.finish).toBe("stop");
    expectConforms(run, { includeUsage: false });
    expect(textOf(run)).toBe("Hello");
  });

  test.each<[string, unknown[]]>([
    ["the end of the body before a finish reason", hello],
    ["nothing at all", []],
    ["[DONE] alone", ["[DONE]"]],
  ])("%s is a truncated answer", (_, events) => {
    expect(runStream([sse(...events)]).progress.end.kind).toBe("truncated");
  });

  test("one of two choices that did not end is a truncated answer", () => {
    const run = runStream([sse(...hello, chunk({}, "stop"))], { choices: 2 });
    expect(run.progress.end.kind).toBe("truncated");
  });

  test.each<[string, unknown, string]>([
    ["an error object", { error: { message: "Overloaded", code: 503 } }, "upstream-error"],
    ["an error text", { error: "Too many requests" }, "upstream-error"],
    ["a rate limit", { error: { message: "Slow", code: "rate_limit_exceeded" } }, "upstream-rate-limited"],
    ["a finish reason that is a failure", chunk({}, "insufficient_system_resource"), "upstream-error"],
    [
      "an error beside a choice",
      { ...chunk({ content: "" }, "error"), error: { message: "x", code: 429 } },
      "upstream-rate-limited",
    ],
    ["no JSON", "<html>", "upstream-error"],
  ])("%s is an error, before content and after it", (_, event, code) => {
    const before = runStream([sse(event)]);
    expect(before.progress).toMatchObject({ begun: false, end: { kind: "error", error: { code } } });
    const after = runStream([sse(...hello, event, chunk({ content: "more" }))]);
    expect(after.progress).toMatchObject({ begun: true, outputChars: 5, end: { kind: "error", error: { code } } });
    expect(textOf(after)).toBe("Hello");
  });

  test("a named error event without an error field is an error", () => {
    const bytes = new TextEncoder().encode('event: error\ndata: {"message":"Boom"}\n\n');
    expect(runStream([bytes]).progress.end).toMatchObject({ kind: "error", error: { message: "Boom" } });
  });
});

test.each<[string, object]>([
  ["no text", { error: "" }],
  ["false", { error: false }],
  ["null", { error: null }],
])("an error field that says nothing is no error: %s", (_, field) => {
  const run = runStream([sse(...hello, chunk({}, "stop", { ...field }), "[DONE]")]);
  expect(run.progress).toMatchObject({ finish: "stop", end: { kind: "done" } });
});

test("what stands beside the usage in a chunk of its own is given on, and the usage once", () => {
  const timings = { predicted_n: 12, predicted_ms: 40 };
  const late = { ...usageChunk, system_fingerprint: "b1", stats: [], timings, citations: ["https://a.example"] };
  for (const includeUsage of [true, false]) {
    const run = runStream([sse(...hello, chunk({}, "stop"), late, "[DONE]")], { includeUsage });
    expectConforms(run, { includeUsage });
    expect(run.chunks.filter((each) => each["timings"] !== undefined)).toMatchObject([
      { choices: [], timings, citations: late.citations },
    ]);
    expect(run.chunks.filter((each) => each.usage)).toHaveLength(includeUsage ? 1 : 0);
    expect(run.progress.usage).toMatchObject({ outputTokens: 12 });
  }
});

test.each<[number, string]>([
  [1002, "upstream-rate-limited"],
  [1004, "upstream-auth"],
  [1008, "upstream-auth"],
  [1013, "upstream-error"],
  [2013, "upstream-invalid-request"],
])("B6 MiniMax's code %i inside a 200 is %s", (status_code, code) => {
  const run = runStream([sse({ choices: null, base_resp: { status_code, status_msg: "No." } })]);
  expect(run.progress.end).toMatchObject({ kind: "error", error: { code, message: "No." } });
});

test("B7 the whole answer at the end of its own stream is not read twice", () => {
  const choices = [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }];
  const summary = { id: "c1", object: "chat.completion", choices, usage: USAGE, base_resp: { status_code: 0 } };
  const run = runStream([sse(...hello, summary)], { includeUsage: true });
  expectConforms(run, { includeUsage: true });
  expect(textOf(run)).toBe("Hello");
  expect(run.progress).toMatchObject({ end: { kind: "done" }, outputChars: 5, usage: { outputTokens: 12 } });
});

const detail = (text: string): object => ({ type: "reasoning.text", text, index: 0, format: "MiniMax-response-v1" });

describe("B8 reasoning that stands in its details alone", () => {
  test("is read on a stream", () => {
    const pieces = [chunk({ reasoning_details: [detail("Hm")] }), chunk({ reasoning_details: [detail("m.")] })];
    const run = runStream([sse(...pieces, chunk({ content: "Hi" }), chunk({}, "stop"), "[DONE]")]);
    expect(run.progress).toMatchObject({ begun: true, outputChars: 6 });
    expect(run.chunks[0]?.choices[0]?.delta).toMatchObject({ reasoning_details: [detail("Hm")] });
  });

  test("is not doubled where it stands in both places", () => {
    const delta = { reasoning: "Hm", reasoning_details: [detail("Hm")] };
    const run = runStream([sse(chunk(delta), chunk({ content: "Hi" }), chunk({}, "stop"), "[DONE]")]);
    expect(run.progress).toMatchObject({ outputChars: 4 });
  });
});

describe("what begins an answer", () => {
  test.each<[string, unknown, boolean]>([
    ["a role", { role: "assistant", content: "" }, false],
    ["null content", { role: "assistant", content: null }, false],
    ["text", { content: "a" }, true],
    ["reasoning", { reasoning_content: "a" }, true],
    ["reasoning by its other name", { reasoning: "a" }, true],
    ["a refusal", { refusal: "a" }, true],
    ["a tool call", { tool_calls: [{ index: 0, id: "x", function: { name: "f", arguments: "" } }] }, true],
    ["a legacy call", { function_call: { name: "f", arguments: "" } }, true],
  ])("%s: %j %s", (_, delta, begun) => {
    expect(runStream([sse(chunk(delta))]).progress.begun).toBe(begun);
  });
});

describe("a stream is what OpenAI publishes, whatever a host sends", () => {
  test("fields that are missing are put in, and ids are those of the first chunk", () => {
    const run = runStream([
      sse(
        { choices: [{ delta: { role: "assistant", content: "Hel" } }] },
        { id: "late", created: 99, model: "other", choices: [{ delta: { role: "assistant", content: "lo" } }] },
        { choices: [{ finish_reason: "stop" }] },
      ),
    ]);
    expectConforms(run, { includeUsage: false });
    expect(run.chunks[1]).toMatchObject({ id: "chatcmpl-0198", created: 1_700_000_000, model: "fallback-model" });
  });

  test("fields that nobody knows travel on", () => {
    const extra = { system_fingerprint: "fp", citations: ["https://example.org"] };
    const source = { ...chunk({ content: "a", annotations: [1] }, null, extra) };
    expect(runStream([sse(source)]).chunks[0]).toMatchObject({ ...extra, choices: [{ delta: { annotations: [1] } }] });
  });

  test("a chunk without choices that is no usage travels on", () => {
    const filter = { id: "c1", model: "m", created: 1, choices: [], prompt_filter_results: [{}] };
    const run = runStream([sse(filter, ...hello, chunk({}, "stop"), "[DONE]")]);
    expect(run.chunks[0]?.["prompt_filter_results"]).toEqual([{}]);
    expectConforms(run, { includeUsage: false });
  });

  test("what comes before there is an id or a model stands on the chunk that has them", () => {
    const blank = { id: "", object: "", created: 0, model: "", choices: [] };
    const filter = { ...blank, prompt_filter_results: [{ prompt_index: 0 }] };
    const run = runStream([sse(blank, filter, ...hello, chunk({}, "stop"), "[DONE]")]);
    expectConforms(run, { includeUsage: false });
    expect(run.chunks[0]).toMatchObject({ id: "c1", created: 1, model: "m", prompt_filter_results: [{}] });
    expect(run.chunks.filter((each) => "prompt_filter_results" in each)).toHaveLength(1);
    expect(run.collected).toMatchObject({ id: "c1", model: "m" });
  });

  test("choices that come interleaved keep their own roles and ends", () => {
    const events = [
      piece(1, { content: "B" }),
      piece(0, { content: "A" }),
      piece(1, {}, "length"),
      piece(0, {}, "stop"),
    ];
    const run = runStream([sse(...events)], { choices: 2 });
    expectConforms(run, { includeUsage: false });
    expect([textOf(run, 0), textOf(run, 1), run.progress.end.kind]).toEqual(["A", "B", "done"]);
  });

  test("content in parts becomes text and reasoning", () => {
    const thinking = [{ type: "thinking", thinking: [{ type: "text", text: "Hm" }] }];
    const run = runStream([
      sse(chunk({ content: thinking }), chunk({ content: [{ type: "text", text: "Yes" }] }), chunk({}, "stop")),
    ]);
    expect(textOf(run)).toBe("Yes");
    expect(run.chunks[0]?.choices[0]?.delta.reasoning_content).toBe("Hm");
  });

  test("B12 the caller's bytes are the same wherever the provider's are cut", () => {
    const emoji = [
      chunk({ role: "assistant", content: "🚦" }),
      chunk({ content: "ü\r\n" }),
      chunk({}, "stop"),
      "[DONE]",
    ];
    const bytes = new TextEncoder().encode(new TextDecoder().decode(sse(...emoji)).replaceAll("\n", "\r\n"));
    const { text } = runStream([bytes]);
    for (let at = 1; at < bytes.length; at++) {
      expect(runStream([bytes.slice(0, at), bytes.slice(at)]).text).toBe(text);
    }
  });
});
