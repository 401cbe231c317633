import { describe, expect, test } from "vitest";
import { readStreamed, readWhole, saidBy } from "../neutral/read-both.test-kit.ts";
import { geminiEgress as codec } from "./egress.ts";

const USAGE = {
  promptTokenCount: 9,
  candidatesTokenCount: 12,
  thoughtsTokenCount: 3,
  toolUsePromptTokenCount: 2,
  totalTokenCount: 26,
};
const HEAD = { responseId: "r1", modelVersion: "m" };

type Both = { readonly read: readonly object[]; readonly said: readonly object[] };

type Part = { readonly [field: string]: unknown };
const eventOf = (parts: readonly Part[], candidate: object = {}, beside: object = {}): object => ({
  ...HEAD,
  candidates: [{ content: { role: "model", parts }, index: 0, ...candidate }],
  usageMetadata: { ...USAGE, candidatesTokenCount: 1, totalTokenCount: 15 },
  ...beside,
});
const LAST = { usageMetadata: USAGE };

/** What is read of the whole answer, of one event for each of its parts, and of the same with the end beside the last part. */
function readBoth(parts: readonly Part[], told: object, candidate: object = {}): Both {
  const ending = { finishReason: "STOP", ...candidate };
  const said = { choices: [told], usage: { inputTokens: 11, outputTokens: 15, reasoningTokens: 3 } };
  const whole = saidBy(readWhole(codec, eventOf(parts, ending, LAST)));
  const apart = readStreamed(codec, [...parts.map((part) => eventOf([part])), eventOf([], ending, LAST)]);
  const events = [...parts.slice(0, -1).map((part) => eventOf([part])), eventOf(parts.slice(-1), ending, LAST)];
  const joined = saidBy(readStreamed(codec, events).response);
  return {
    read: [whole, saidBy(apart.response), joined, apart.progress.end],
    said: [said, said, said, { kind: "done" }],
  };
}

const SAID = { kind: "text", text: "Hello" };
const signed = (value: string): object => ({ wire: "gemini", kind: "signature", value });
const kept = (type: string, body: Part): object => ({ kind: "other", type, form: "gemini", body });

describe("B7 B8 what this wire sends is the same whole and streamed", () => {
  test("thoughts, text, and a signature on a text without words", () => {
    const { read, said } = readBoth(
      [{ text: "Hmm.", thought: true }, { text: "Hello" }, { text: "", thoughtSignature: "c2ln" }],
      {
        parts: [{ kind: "reasoning", text: "Hmm." }, SAID, { kind: "text", text: "", state: signed("c2ln") }],
        finish: "stop",
      },
    );
    expect(read).toMatchObject(said);
  });

  test("calls in parallel without ids, the first of them signed, one without arguments", () => {
    const first = { functionCall: { name: "f", args: { x: 1 } }, thoughtSignature: "c2ln" };
    const { read, said } = readBoth([first, { functionCall: { name: "g" } }], {
      parts: [
        { kind: "tool-call", name: "f", arguments: { x: 1 }, state: signed("c2ln") },
        { kind: "tool-call", name: "g", arguments: {} },
      ],
      finish: "tool_calls",
    });
    expect(read).toMatchObject(said);
  });

  test("code that the provider ran, its tools of tomorrow, and a picture that it thought of", () => {
    const parts: Part[] = [
      { executableCode: { language: "PYTHON", code: "1+1" } },
      { codeExecutionResult: { outcome: "OUTCOME_OK", output: "2" } },
      { toolCall: { toolType: "GOOGLE_SEARCH_WEB", id: "t1", args: {} } },
      { toolResponse: { toolType: "GOOGLE_SEARCH_WEB", id: "t1", response: {} } },
      { inlineData: { mimeType: "image/png", data: "AAAA" }, thought: true },
      { text: "Hello" },
    ];
    const others = parts.slice(0, 5).map((part) => kept(Object.keys(part)[0] ?? "", part));
    const { read, said } = readBoth(parts, { parts: [...others, SAID], finish: "stop" });
    expect(read).toMatchObject(said);
  });

  test("a picture and a sound, signed or not", () => {
    const { read, said } = readBoth(
      [
        { inlineData: { mimeType: "image/png", data: "AAAA" }, thoughtSignature: "c2ln" },
        { inlineData: { mimeType: "audio/L16;codec=pcm;rate=24000", data: "AAAA" } },
      ],
      {
        parts: [
          { kind: "image", source: { kind: "base64", mime: "image/png", data: "AAAA" }, state: signed("c2ln") },
          { kind: "audio", source: { kind: "base64", data: "AAAA" } },
        ],
        finish: "stop",
      },
    );
    expect(read).toMatchObject(said);
  });

  test("sources of the web, of documents and of maps", () => {
    const groundingMetadata = {
      webSearchQueries: ["q"],
      groundingChunks: [
        { web: { uri: "https://a.example", title: "A" } },
        { retrievedContext: { title: "D", text: "x" } },
        { maps: { uri: "https://m.example", title: "M", placeId: "p" } },
      ],
      groundingSupports: [
        { segment: { endIndex: 5, text: "Hello" }, groundingChunkIndices: [0, 1] },
        { segment: { startIndex: 1, endIndex: 5, text: "ello" }, groundingChunkIndices: [2] },
      ],
    };
    const annotations = [
      { url: "https://a.example", title: "A", start: 0, end: 5 },
      { url: null, title: "D", start: 0, end: 5 },
      { url: "https://m.example", title: "M", start: 1, end: 5 },
    ];
    const { read, said } = readBoth([{ text: "Hello" }], { parts: [{ ...SAID, annotations }] }, { groundingMetadata });
    expect(read).toMatchObject(said);
  });
});

const at = (functionCall: object, beside: object = {}): object => eventOf([{ functionCall, ...beside }]);

describe("B9 arguments that stream in places of them", () => {
  test("make one call with all of them", () => {
    const { response, progress } = readStreamed(codec, [
      at({ name: "f", id: "c1", willContinue: true }, { thoughtSignature: "c2ln" }),
      at({ partialArgs: [{ jsonPath: "$.city", stringValue: "New ", willContinue: true }], willContinue: true }),
      at({ partialArgs: [{ jsonPath: "$.city", stringValue: "York", willContinue: true }], willContinue: true }),
      at({ partialArgs: [{ jsonPath: "$.city" }], willContinue: true }),
      at({
        partialArgs: [
          { jsonPath: "$.days[0].n", numberValue: 1 },
          { jsonPath: "$.days[0].ok", boolValue: false },
          { jsonPath: "$.days[1]['a b']", nullValue: "NULL_VALUE" },
          { jsonPath: "$.days[]" },
          { jsonPath: "$.none[]" },
          { jsonPath: "$.empty" },
          { jsonPath: "$.days[99]", numberValue: 1 },
          { jsonPath: "$.__proto__.polluted", numberValue: 1 },
          { jsonPath: "days", numberValue: 1 },
        ],
        willContinue: true,
      }),
      at({}),
      at({ name: "g", args: {} }),
      eventOf([], { finishReason: "STOP" }, LAST),
    ]);
    expect(progress.end.kind).toBe("done");
    const calls = response?.choices[0]?.parts ?? [];
    expect(calls).toMatchObject([
      { kind: "tool-call", id: "c1", name: "f", state: signed("c2ln") },
      { kind: "tool-call", name: "g", arguments: "{}" },
    ]);
    expect((calls[0] as { arguments: string }).arguments).toBe(
      '{"city":"New York","days":[{"n":1,"ok":false},{"a b":null}],"none":[],"empty":{},"__proto__":{"polluted":1}}',
    );
    expect({}).not.toHaveProperty("polluted");
  });

  test("end with the answer where nothing says that they end", () => {
    const begun = at({ name: "f", partialArgs: [{ jsonPath: "$.x", stringValue: "1", willContinue: true }] });
    const { response } = readStreamed(codec, [begun, eventOf([], { finishReason: "STOP" }, LAST)]);
    expect(saidBy(response)).toMatchObject({
      choices: [{ parts: [{ name: "f", arguments: { x: "1" } }], finish: "tool_calls" }],
    });
  });
});

test("B6 an early model's stream, whose events all end it, is read to its end", () => {
  const ending = { finishReason: "STOP" };
  const { response, progress } = readStreamed(codec, [
    eventOf([{ text: "Hel" }], ending),
    eventOf([{ text: "lo" }], ending, LAST),
  ]);
  expect(progress.end.kind).toBe("done");
  expect(saidBy(response)).toMatchObject({ choices: [{ parts: [SAID], finish: "stop" }] });
});

test.each([
  ["SAFETY", "content_filter"],
  ["RECITATION", "content_filter"],
  ["PROHIBITED_CONTENT", "content_filter"],
  ["MAX_TOKENS", "length"],
])("B8 %s without any content is %s, whole and streamed", (finishReason, finish) => {
  const body = { ...HEAD, candidates: [{ finishReason, index: 0, safetyRatings: [] }], usageMetadata: USAGE };
  expect(saidBy(readWhole(codec, body))).toMatchObject({ choices: [{ parts: [], finish }] });
  expect(saidBy(readStreamed(codec, [body]).response)).toMatchObject({ choices: [{ parts: [], finish }] });
});

test("B6 a prompt that was blocked is a refusal, whole and streamed", () => {
  const body = {
    ...HEAD,
    promptFeedback: { blockReason: "PROHIBITED_CONTENT" },
    usageMetadata: { promptTokenCount: 9 },
  };
  const said = { choices: [{ parts: [{ kind: "refusal" }], finish: "content_filter" }], usage: { inputTokens: 9 } };
  expect(saidBy(readWhole(codec, body))).toMatchObject(said);
  expect(saidBy(readStreamed(codec, [body]).response)).toMatchObject(said);
});
