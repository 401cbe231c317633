import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ResponseCollector } from "../neutral/collect.ts";
import type { NeutralPart } from "../neutral/part.ts";
import { readEvent, startReading } from "./stream.ts";
import { READING, readWithSdk, type Run, runStream, sse } from "./stream.test-kit.ts";

const USAGE = {
  input_tokens: 9,
  input_tokens_details: { cached_tokens: 4 },
  output_tokens: 12,
  output_tokens_details: { reasoning_tokens: 3 },
  total_tokens: 21,
};
const HEAD = { id: "resp_1", object: "response", created_at: 1, model: "m", output: [], status: "in_progress" };
const created = { type: "response.created", response: HEAD };
const ends = (change: object = {}): object => {
  return { type: "response.completed", response: { ...HEAD, status: "completed", usage: USAGE, ...change } };
};
const item = (output_index: number, of: object): object => ({
  type: "response.output_item.added",
  output_index,
  item: of,
});
const done = (output_index: number, of: object): object => ({
  type: "response.output_item.done",
  output_index,
  item: of,
});
const call = (index: number, text = ""): object => {
  return { type: "function_call", id: `fc_${index}`, call_id: `c${index}`, name: "f", arguments: text };
};
const piece = (output_index: number, delta: string): object => {
  return { type: "response.function_call_arguments.delta", item_id: `fc_${output_index}`, output_index, delta };
};
const message = { type: "message", id: "msg_1", role: "assistant", status: "in_progress", content: [] };
const at = { item_id: "msg_1", output_index: 0, content_index: 0 };
const part = { type: "response.content_part.added", ...at, part: { type: "output_text", text: "", annotations: [] } };
const text = (delta: string, change: object = {}): object => ({
  type: "response.output_text.delta",
  ...at,
  delta,
  ...change,
});
const hello = [created, item(0, message), part, text("Hel"), text("lo")];

const place = (summary_index: number): object => ({ item_id: "rs_1", output_index: 0, summary_index });

function partsOf(run: Run): readonly NeutralPart[] | undefined {
  const collector = new ResponseCollector();
  for (const chunk of run.chunks) collector.add(chunk);
  return collector.response(run.progress.usage)?.choices[0]?.parts;
}

describe("B7 tool calls on a stream", () => {
  test("that come interleaved keep their pieces, ids and indexes", () => {
    const run = runStream([
      sse(
        created,
        item(0, call(0)),
        item(1, call(1)),
        piece(1, '{"b":"\\ud83d'),
        piece(0, '{"a":'),
        piece(1, '\\ude00"}'),
        piece(0, "12}"),
        done(1, call(1, '{"b":"\\ud83d\\ude00"}')),
        done(0, call(0, '{"a":12}')),
        ends(),
      ),
    ]);
    expect(run.progress.finish).toBe("tool_calls");
    expect(partsOf(run)).toEqual([
      { kind: "tool-call", id: "c0", name: "f", arguments: '{"a":12}' },
      { kind: "tool-call", id: "c1", name: "f", arguments: '{"b":"\\ud83d\\ude00"}' },
    ]);
  });

  test.each<[string, object[]]>([
    [
      "in their done event alone",
      [item(0, call(0)), { ...piece(0, ""), type: "response.function_call_arguments.done", arguments: '{"a":1}' }],
    ],
    ["in their item's end alone", [item(0, call(0)), done(0, call(0, '{"a":1}'))]],
    ["in an item that was never opened", [done(0, call(0, '{"a":1}'))]],
    ["in the item that opens them", [item(0, call(0, '{"a":1}')), done(0, call(0, '{"a":1}'))]],
  ])("have the arguments that come %s, once", (_, events) => {
    expect(partsOf(runStream([sse(created, ...events, ends())]))).toEqual([
      { kind: "tool-call", id: "c0", name: "f", arguments: '{"a":1}' },
    ]);
  });

  test("of custom tools, and their input", () => {
    const custom = { type: "custom_tool_call", id: "ctc_1", call_id: "c", name: "patch", input: "" };
    const input = {
      type: "response.custom_tool_call_input.delta",
      item_id: "ctc_1",
      output_index: 0,
      delta: "*** Begin",
    };
    expect(partsOf(runStream([sse(created, item(0, custom), input, ends())]))).toEqual([
      { kind: "tool-call", id: "c", name: "patch", arguments: "*** Begin", custom: true },
    ]);
  });
});

describe("what a stream says", () => {
  test("is text with its citations, its log probabilities and its refusals, part by part", () => {
    const annotation = { type: "url_citation", url: "https://x.org", title: "X", start_index: 0, end_index: 2 };
    const second = { ...at, content_index: 1 };
    const run = runStream([
      sse(
        ...hello,
        text("!", { logprobs: [{ token: "!", logprob: -0.1 }] }),
        { type: "response.output_text.annotation.added", ...at, annotation_index: 0, annotation },
        { type: "response.content_part.added", ...second, part: { type: "refusal", refusal: "" } },
        { type: "response.refusal.delta", ...second, delta: "No." },
        done(0, {
          ...message,
          content: [
            { type: "output_text", text: "Hello!", annotations: [annotation] },
            { type: "refusal", refusal: "No." },
          ],
        }),
        ends(),
      ),
    ]);
    expect(partsOf(run)).toMatchObject([
      { kind: "text", text: "Hello!", annotations: [{ kind: "url", url: "https://x.org", start: 0, end: 2 }] },
      { kind: "refusal", text: "No." },
    ]);
    expect(run.chunks.flatMap(({ deltas }) => deltas.flatMap(({ extras }) => extras ?? []))).toContainEqual({
      kind: "logprobs",
      logprobs: { content: [{ token: "!", logprob: -0.1 }], refusal: null },
    });
  });

  test("is told by the last event when nothing else does", () => {
    const output = [{ ...message, content: [{ type: "output_text", text: "Hi", annotations: [] }] }, call(1, "{}")];
    const run = runStream([sse(created, ends({ output }))]);
    expect(partsOf(run)).toMatchObject([{ text: "Hi" }, { kind: "tool-call", arguments: "{}" }]);
    expect(run.progress).toMatchObject({ begun: true, finish: "tool_calls", end: { kind: "done" } });
  });

  test("of thoughts is one part, signed at its end", () => {
    const reasoning = { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "" };
    const run = runStream([
      sse(
        created,
        item(0, reasoning),
        { type: "response.reasoning_summary_part.added", ...place(0), part: { type: "summary_text", text: "" } },
        { type: "response.reasoning_summary_text.delta", ...place(0), delta: "One" },
        { type: "response.reasoning_summary_part.added", ...place(1), part: { type: "summary_text", text: "" } },
        { type: "response.reasoning_summary_text.delta", ...place(1), delta: "Two" },
        done(0, { ...reasoning, encrypted_content: "ENC" }),
        ends(),
      ),
    ]);
    expect(partsOf(run)).toEqual([
      {
        kind: "reasoning",
        id: "rs_1",
        text: "One\n\nTwo",
        state: { wire: "openai-responses", kind: "encrypted", value: "ENC" },
      },
    ]);
  });

  test("that nobody knows travels to callers of the same form, and items of a provider's own tools are parts", () => {
    const search = { type: "web_search_call", id: "ws_1", status: "completed", action: { query: "x" } };
    const searching = { type: "response.web_search_call.searching", item_id: "ws_1", output_index: 0, extra: [1] };
    const future = { type: "response.future.event", mood: "gay" };
    const run = runStream([sse(created, item(0, search), searching, future, done(0, search), ends())]);
    expect(run.events.slice(1, -1)).toMatchObject([item(0, search), searching, future, done(0, search)]);
    expect(partsOf(run)).toEqual([{ kind: "other", type: "web_search_call", form: "openai-responses", body: search }]);
    expect(run.events.map(({ sequence_number: n }) => n)).toEqual(run.events.map((_, index) => index));
  });
});

test.each<[string, object[], boolean]>([
  ["a message", [item(0, message)], false],
  ["an empty part", [item(0, message), part], false],
  ["thoughts that say nothing", [item(0, { type: "reasoning", id: "rs_1", summary: [] })], false],
  ["text", [item(0, message), part, text("a")], true],
  ["a call", [item(0, call(0))], true],
  ["a search", [item(0, { type: "web_search_call", id: "ws_1", status: "in_progress" })], true],
])("%s: whether an answer has begun", (_, events, begun) => {
  expect(runStream([sse(created, ...events)]).progress.begun).toBe(begun);
});

describe("B6 how a stream ends", () => {
  test.each<[string, object, string]>([
    ["nothing in the way", ends(), "stop"],
    [
      "the bound",
      {
        ...ends({ status: "incomplete", incomplete_details: { reason: "max_output_tokens" } }),
        type: "response.incomplete",
      },
      "length",
    ],
    [
      "the filter",
      { ...ends({ incomplete_details: { reason: "content_filter" } }), type: "response.incomplete" },
      "content_filter",
    ],
  ])("%s", async (_, last, finish) => {
    const whole = { ...message, content: [{ type: "output_text", text: "Hello", annotations: [] }] };
    const run = runStream([sse(...hello, done(0, whole), last)]);
    expect(run.progress).toMatchObject({
      finish,
      end: { kind: "done" },
      usage: { inputTokens: 9, cachedInputTokens: 4 },
    });
    expect(run.events.at(-1)).toMatchObject({ ...last, response: { usage: { signalbox: { endpoint: "acme/m" } } } });
    expect((await readWithSdk(run.text, true)).usage?.total_tokens).toBe(21);
  });

  test.each<[string, unknown, string]>([
    [
      "the error event as it is sent",
      { type: "error", error: { code: "rate_limit_exceeded", message: "Slow." } },
      "upstream-rate-limited",
    ],
    [
      "the error event as it is documented",
      { type: "error", code: "server_error", message: "Oops.", param: null },
      "upstream-error",
    ],
    [
      "a response that failed",
      {
        type: "response.failed",
        response: { ...HEAD, status: "failed", error: { code: "invalid_prompt", message: "No." }, usage: USAGE },
      },
      "upstream-invalid-request",
    ],
    ["the same by another name", { type: "response.error", error: { message: "No." } }, "upstream-error"],
    ["an error of some proxy", { error: { message: "Bad gateway" } }, "upstream-error"],
    ["no object", [1], "upstream-error"],
  ])("%s is an error, before content and after it", (_, event, code) => {
    const bytes = new TextEncoder().encode(`data: ${JSON.stringify(event)}\n\n`);
    expect(runStream([sse(created), bytes]).progress).toMatchObject({
      begun: false,
      end: { kind: "error", error: { code } },
    });
    const after = runStream([sse(...hello), bytes, sse(text("more"))]);
    expect(after.progress).toMatchObject({ begun: true, outputChars: 5, end: { kind: "error", error: { code } } });
  });

  test("the failure of one step is none of the response", () => {
    const step = { type: "response.mcp_call.failed", item_id: "mcp_1", output_index: 0, error: { message: "No." } };
    const run = runStream([sse(created, step, ends())]);
    expect(run.progress.end.kind).toBe("done");
    expect(run.events).toContainEqual(expect.objectContaining(step));
  });

  test("a response that failed tells what it used", () => {
    const failed = {
      type: "response.failed",
      response: { ...HEAD, error: { code: "server_error", message: "x" }, usage: USAGE },
    };
    expect(runStream([sse(...hello, failed)]).progress.usage).toMatchObject({ outputTokens: 12 });
  });

  test("the end of the body before the last event is a truncated answer", () => {
    expect(runStream([sse(...hello)]).progress.end.kind).toBe("truncated");
  });
});

test("B12 the caller's bytes are the same wherever the provider's are cut", () => {
  const events = [...hello, text("🚦ü\r\n"), ends()];
  const bytes = new TextEncoder().encode(new TextDecoder().decode(sse(...events)).replaceAll("\n", "\r\n"));
  const whole = runStream([bytes]).text;
  for (let cut = 1; cut < bytes.length; cut += 7) {
    expect(runStream([bytes.slice(0, cut), bytes.slice(cut)]).text).toBe(whole);
  }
});

test("no event makes the reader throw", () => {
  const types = [...hello, ends(), piece(0, "x"), done(0, call(0))].map((event) => (event as { type: string }).type);
  const body = fc.dictionary(
    fc.constantFrom(
      "item",
      "part",
      "delta",
      "output_index",
      "content_index",
      "response",
      "annotation",
      "text",
      "logprobs",
      "error",
    ),
    fc.jsonValue({ maxDepth: 3 }),
  );
  const event = fc.tuple(fc.constantFrom(...types, "response.reasoning_summary_part.added", "x"), body);
  fc.assert(
    fc.property(fc.array(event, { maxLength: 8 }), (events) => {
      let state = startReading(READING);
      for (const [type, fields] of events) {
        [state] = readEvent(state, { event: type, data: JSON.stringify({ type, ...fields }) });
      }
      expect(state.progress.outputChars).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 300 },
  );
});
