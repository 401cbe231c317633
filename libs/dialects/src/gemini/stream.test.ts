import { describe, expect, test } from "vitest";
import { event, jsonArray, NOTE, partsOf, readChunks, runStream, sse } from "./stream.test-kit.ts";

const usageMetadata = { promptTokenCount: 9, candidatesTokenCount: 4, totalTokenCount: 20, thoughtsTokenCount: 7 };
const call = (name: string, args: object, more: object = {}): object => ({ functionCall: { name, args, ...more } });

const signature = (value: string): object => ({ wire: "gemini", kind: "signature", value });
const both = (index: number, finishReason?: string): object => {
  return { candidates: [{ content: { parts: [{ text: `${index}` }] }, index, finishReason }] };
};
const counted = (candidatesTokenCount: number): object => {
  return event([{ text: "a" }], undefined, { usageMetadata: { promptTokenCount: 5, candidatesTokenCount } });
};

const whole = [
  event([{ text: "Hm, 線🚦", thought: true }], undefined, { usageMetadata: { promptTokenCount: 9 } }),
  event([{ text: 'It\r\n\r\n is "\\ud83d' }]),
  event([{ text: "\u{1f6a6} [dark], {so}" }, { text: "", thoughtSignature: "c2lnbmF0dXJl" }]),
  event([{ ...call("look", { at: '\\"}]' }), thoughtSignature: "Y2FsbA==" }, call("look", { at: 2 })]),
  event([{ text: "" }], "STOP", { usageMetadata }),
];

function everySplit(bytes: Uint8Array): Uint8Array[][] {
  const halves = Array.from({ length: bytes.length + 1 }, (_, at) => [bytes.subarray(0, at), bytes.subarray(at)]);
  return [...halves, Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))];
}

const source = (title: string): object => ({ retrievedContext: { title, uri: `https://x.example/${title}` } });
const grounded = (groundingMetadata: object, finishReason?: string): object => {
  return { candidates: [{ content: { parts: [{ text: "Hi." }] }, finishReason, index: 0, groundingMetadata }] };
};

describe("B12 a stream is the same however its bytes are cut", () => {
  test.each([true, false])("with server-sent events: %s", (isSse) => {
    const bytes = isSse ? sse(...whole) : jsonArray(...whole);
    const expected = runStream([bytes], { sse: isSse });
    expect(expected.progress.end).toEqual({ kind: "done" });
    for (const pieces of everySplit(bytes)) expect(runStream(pieces, { sse: isSse })).toEqual(expected);
  });

  test("both framings bring the same", () => {
    expect(runStream([jsonArray(...whole)], { sse: false })).toEqual(runStream([sse(...whole)]));
  });
});

describe("a stream of this form", () => {
  test("becomes parts, each with its signature", () => {
    const { response, progress } = runStream([sse(...whole)]);
    expect(response?.choices).toEqual([
      {
        index: 0,
        parts: [
          { kind: "reasoning", text: "Hm, 線🚦" },
          { kind: "text", text: 'It\r\n\r\n is "\\ud83d\u{1f6a6} [dark], {so}' },
          { kind: "text", text: "", state: signature("c2lnbmF0dXJl") },
          {
            kind: "tool-call",
            id: "call_r10_0",
            name: "look",
            arguments: '{"at":"\\\\\\"}]"}',
            state: signature("Y2FsbA=="),
          },
          { kind: "tool-call", id: "call_r10_1", name: "look", arguments: '{"at":2}' },
        ],
        finish: "tool_calls",
      },
    ]);
    expect(progress).toMatchObject({
      begun: true,
      finish: "tool_calls",
      usage: { inputTokens: 9, outputTokens: 11, reasoningTokens: 7 },
      usageSource: usageMetadata,
    });
  });

  test("B8 reaches a caller of this form event by event, byte for byte but for the usage at its end", () => {
    const own = [...whole];
    own.splice(2, 0, {
      ...event([{ text: "x", newField: { b: [1] } }]),
      promptFeedback: { safetyRatings: [] },
      novel: 1,
    });
    for (const callerSse of [true, false]) {
      const { events } = runStream([sse(...own)], { callerSse });
      expect(events.slice(0, -1)).toEqual(own.slice(0, -1));
      const last = events.at(-1)!;
      expect(last.usageMetadata).toMatchObject({ ...usageMetadata, signalbox: { decision_id: "d", cost_usd: 1.5e-6 } });
      expect({ ...last, usageMetadata }).toEqual(own.at(-1));
    }
  });

  test("is kept as the whole answer that it was", () => {
    expect(runStream([sse(...whole)]).collected).toEqual({
      candidates: [
        {
          content: {
            role: "model",
            parts: [
              { text: "Hm, 線🚦", thought: true },
              { text: 'It\r\n\r\n is "\\ud83d\u{1f6a6} [dark], {so}' },
              { text: "", thoughtSignature: "c2lnbmF0dXJl" },
              { ...call("look", { at: '\\"}]' }), thoughtSignature: "Y2FsbA==" },
              call("look", { at: 2 }),
            ],
          },
          finishReason: "STOP",
          index: 0,
        },
      ],
      usageMetadata,
      responseId: "r1",
      modelVersion: "gemini-3-pro",
    });
  });

  test("of several candidates is over when all are", () => {
    const events = [both(0), both(1), both(1, "MAX_TOKENS"), both(0, "STOP")];
    expect(runStream([sse(...events)], { choices: 2 }).progress.end.kind).toBe("done");
    expect(runStream([sse(...events.slice(0, 3))], { choices: 2 }).progress.end.kind).toBe("truncated");
    expect(runStream([sse(...events)], { choices: 2 }).response?.choices.map(({ finish }) => finish)).toEqual([
      "stop",
      "length",
    ]);
  });

  describe("that says in its middle that it is over, as with each call of the provider's own tools", () => {
    const code = { executableCode: { language: "PYTHON", code: "1" } };
    const result = event([{ codeExecutionResult: { outcome: "OUTCOME_OK", output: "1" } }]);

    test.each([
      ["as what comes after it says", [result, event([{ text: "So." }], "MAX_TOKENS")], "length"],
      ["with calls", [result, event([call("f", {})], "STOP")], "tool_calls"],
      ["as it said, where nothing follows", [], "stop"],
    ])("ends %s", (_, rest, finish) => {
      const { response, progress } = runStream([sse(event([code], "STOP"), ...rest)]);
      expect(response?.choices).toMatchObject([{ finish }]);
      expect(progress).toMatchObject({ finish, end: { kind: "done" } });
    });

    test("and says it to a caller of another form at its end alone", () => {
      const events = [event([code], "STOP"), result, event([{ text: "So" }]), event([{ text: "." }], "STOP")];
      const ends = readChunks(events).flatMap(({ deltas }) => deltas.map(({ text, finish }) => [text, finish]));
      expect(ends.slice(-3)).toEqual([
        ["So", null],
        [".", null],
        [null, "stop"],
      ]);
      expect(ends.filter(([, finish]) => finish !== null)).toHaveLength(1);
    });
  });

  test("B7 the empty end of a call whose last piece said that it ends is no call", () => {
    const pieces = [{ name: "f", willContinue: true }, { partialArgs: [{ jsonPath: "$.n", numberValue: 2 }] }, {}];
    const events = pieces.map((functionCall, at) => event([{ functionCall }], at === 2 ? "STOP" : undefined));
    expect(runStream([sse(...events)]).response?.choices[0]?.parts).toMatchObject([
      { kind: "tool-call", name: "f", arguments: '{"n":2}' },
    ]);
  });

  test("cites sources by their places in the lists of all its events", () => {
    const groundingSupports = [{ segment: { startIndex: 3, endIndex: 6 }, groundingChunkIndices: [1, 0] }];
    const events = [
      grounded({ groundingChunks: [source("a")], groundingSupports: [] }),
      grounded({ groundingChunks: [source("b")], groundingSupports }, "STOP"),
    ];
    const [part] = runStream([sse(...events)]).response?.choices[0]?.parts ?? [];
    expect(part).toMatchObject({
      annotations: [
        { title: "a", start: null },
        { title: "b", start: 3, end: 6 },
        { title: "a", start: 3, end: 6 },
      ],
    });
  });

  test("B2 usage is the last that came, never a sum", () => {
    const { progress } = runStream([sse(counted(1), counted(2), event([{ text: "" }], "STOP"))]);
    expect(progress.usage).toMatchObject({ inputTokens: 5, outputTokens: 2 });
  });

  test("parts in any order stay in that order", () => {
    const parts = [
      { text: "one" },
      call("f", {}),
      { text: "two" },
      { inlineData: { mimeType: "image/png", data: "AAAA" } },
      { executableCode: { code: "1" } },
      { text: "think", thought: true },
      { text: "signed", thoughtSignature: "c2ln" },
      { text: "three" },
    ];
    const { response, events } = runStream([sse(event(parts, "STOP"))]);
    expect(response?.choices[0]?.parts.map((part) => ("text" in part ? part.text : part.kind))).toEqual([
      "one",
      "tool-call",
      "two",
      "image",
      "other",
      "think",
      "signed",
      "three",
    ]);
    expect(partsOf(events)).toEqual(parts);
  });

  test("what it cites is placed in the text while that is ASCII", () => {
    const groundingMetadata = {
      groundingChunks: [{ web: { uri: "https://example.org", title: "Example" } }],
      groundingSupports: [{ segment: { startIndex: 3, endIndex: 7, text: "dark" }, groundingChunkIndices: [0, 5] }],
    };
    const end = (text: string): object => ({
      candidates: [{ content: { parts: [{ text }] }, finishReason: "STOP", groundingMetadata }],
    });
    const cited = (text: string): unknown =>
      runStream([sse(event([{ text }]), end("."))]).response?.choices[0]?.parts[0];
    const found = { kind: "url", url: "https://example.org", title: "Example", citedText: "dark" };
    expect(cited("It's dark")).toMatchObject({ annotations: [{ ...found, start: 3, end: 7 }] });
    expect(cited("線 dark")).toMatchObject({ annotations: [{ ...found, start: null, end: null }] });
  });
});

describe("a stream that does not end well", () => {
  test("B6 an error inside it ends it", () => {
    const error = { error: { code: 503, message: "The model is overloaded.", status: "UNAVAILABLE" } };
    const { progress } = runStream([sse(whole[0], error, whole[4])]);
    expect(progress.end).toMatchObject({
      kind: "error",
      error: { code: "upstream-error", message: "The model is overloaded." },
    });
  });

  test("B6 a body that is over before its answer is cut short", () => {
    expect(runStream([sse(...whole.slice(0, 4))]).progress.end).toEqual({ kind: "truncated" });
    expect(runStream([]).progress.end).toEqual({ kind: "truncated" });
    const bytes = jsonArray(...whole);
    expect(runStream([bytes.subarray(0, -20)], { sse: false }).progress.end).toEqual({ kind: "truncated" });
  });

  test("B6 a call that the model could not write is a failure of the provider", () => {
    const { progress } = runStream([sse(event([], "MALFORMED_FUNCTION_CALL"))]);
    expect(progress).toMatchObject({ begun: false, end: { kind: "error", error: { code: "upstream-error" } } });
  });

  test("a prompt that was blocked is refused, however many candidates were asked for", () => {
    const blocked = { promptFeedback: { blockReason: "PROHIBITED_CONTENT" }, usageMetadata: { promptTokenCount: 5 } };
    const run = runStream([sse(blocked)], { choices: 3 });
    expect(run.progress.end.kind).toBe("done");
    expect(run.response?.choices).toEqual([
      {
        index: 0,
        parts: [{ kind: "refusal", text: "The provider blocked the prompt (PROHIBITED_CONTENT)." }],
        finish: "content_filter",
        stop: { reason: "PROHIBITED_CONTENT", sequence: null, category: "PROHIBITED_CONTENT", explanation: null },
      },
    ]);
    expect(run.events).toMatchObject([{ promptFeedback: { blockReason: "PROHIBITED_CONTENT" } }]);
  });

  test.each(["{", "[1]", '"x"', "null", "<html>"])("an event that is no object: %s", (data) => {
    const { progress } = runStream([new TextEncoder().encode(`data: ${data}\n\n`)]);
    expect(progress.end).toMatchObject({ kind: "error", error: { code: "upstream-error" } });
  });
});

test("the caller's array is one JSON text, also when it holds one event", () => {
  const { text } = runStream([sse(event([{ text: "a" }], "STOP"))], { callerSse: false });
  expect(JSON.parse(text)).toMatchObject([
    { candidates: [{ finishReason: "STOP" }], usageMetadata: { signalbox: { endpoint: NOTE.endpoint } } },
  ]);
});
