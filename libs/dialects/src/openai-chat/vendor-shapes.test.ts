import { describe, expect, test } from "vitest";
import { readStreamed, readWhole, saidBy } from "../neutral/read-both.test-kit.ts";
import { openaiChatEgress } from "./egress.ts";

type Shape = {
  readonly message: object;
  readonly finish?: string | null;
  readonly deltas: readonly object[];
  /** Beside the choices, of the answer and of each chunk. */
  readonly beside?: object;
  readonly said: readonly object[];
  readonly ends?: string;
};

const USAGE = { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 };
const HEAD = { id: "c1", created: 1, model: "m" };
const call = (id: string, name: string, args: unknown): object => ({
  id,
  type: "function",
  function: { name, arguments: args },
});
const called = (id: string, name: string, input: object): object => ({
  kind: "tool-call",
  id,
  name,
  arguments: input,
});
const piece = (...[index, id, name, args]: readonly unknown[]): object => ({
  tool_calls: [{ index, id, type: "function", function: { name, arguments: args } }],
});
const HELLO = { kind: "text", text: "Hello" };
const HMM = { kind: "reasoning", text: "Hmm." };
const cited = (url: string, title: string | null): object => ({
  kind: "url",
  url,
  title,
  citedText: null,
  start: null,
  end: null,
  form: "openai-chat",
  body: { type: "url_citation", url_citation: { url, ...(title === null ? {} : { title }) } },
});
const EXECUTED = { index: 0, type: "search", arguments: '{"query":"x"}', output: "y" };
const PNG = "data:image/png;base64,iVBORw0KGgo=";
const IMAGE = { kind: "image", source: { kind: "base64", mime: "image/png", data: "iVBORw0KGgo=" }, detail: null };

const SHAPES: Readonly<Record<string, Shape>> = {
  "DeepSeek: reasoning beside null content": {
    message: { role: "assistant", content: "Hello", reasoning_content: "Hmm." },
    deltas: [
      { role: "assistant", content: null, reasoning_content: "" },
      { content: null, reasoning_content: "Hm" },
      { content: null, reasoning_content: "m." },
      { content: "Hello", reasoning_content: null },
      { content: "", reasoning_content: null },
    ],
    said: [HMM, HELLO],
  },
  "Groq, Ollama, OpenRouter: reasoning by its other name": {
    message: { role: "assistant", content: "Hello", reasoning: "Hmm." },
    deltas: [{ role: "assistant", content: "", reasoning: "Hmm." }, { content: "Hello" }],
    said: [HMM, HELLO],
  },
  "GitHub Copilot: reasoning by a third name": {
    message: { role: "assistant", content: "Hello", reasoning_text: "Hmm.", reasoning_opaque: "abc" },
    deltas: [
      { role: "assistant", content: null, reasoning_text: "Hm" },
      { role: "assistant", content: null, reasoning_text: "m." },
      { role: "assistant", content: "Hello", reasoning_opaque: "abc" },
    ],
    said: [HMM, HELLO],
  },
  "a host that leaves one of the two names empty": {
    message: { role: "assistant", content: "Hello", reasoning_content: "", reasoning: "Hmm." },
    deltas: [
      { content: "", reasoning_content: "", reasoning: "Hmm." },
      { content: "Hello", reasoning_content: "" },
    ],
    said: [HMM, HELLO],
  },
  "vLLM: both names with the same words": {
    message: { role: "assistant", content: "Hello", reasoning_content: "Hmm.", reasoning: "Hmm." },
    deltas: [{ reasoning_content: "Hmm.", reasoning: "Hmm." }, { content: "Hello" }],
    said: [HMM, HELLO],
  },
  "Groq: what its own tools did": {
    message: { role: "assistant", content: "Hello", executed_tools: [EXECUTED] },
    deltas: [{ role: "assistant", content: "" }, { executed_tools: [EXECUTED] }, { content: "Hello" }],
    said: [{ kind: "other", type: "executed_tools", form: "openai-chat", body: EXECUTED }, HELLO],
  },
  "OpenRouter: reasoning that nobody is known to have sealed": {
    message: {
      role: "assistant",
      content: "Hello",
      reasoning: null,
      reasoning_details: [{ type: "reasoning.encrypted", data: "abc", format: "unknown", index: 0 }],
    },
    deltas: [
      { content: "", reasoning_details: [{ type: "reasoning.encrypted", data: "abc", format: "unknown", index: 0 }] },
      { content: "Hello" },
    ],
    said: [HELLO],
  },
  "Alibaba: a call whose later pieces have an empty id and no name": {
    message: { role: "assistant", content: "", tool_calls: [call("call_1", "weather", '{"city":"Rome"}')] },
    finish: "tool_calls",
    deltas: [
      { content: null, ...piece(0, "call_1", "weather", "") },
      { content: null, ...piece(0, "", null, '{"city":') },
      { content: null, ...piece(0, "", "", ' "Rome"}') },
    ],
    said: [called("call_1", "weather", { city: "Rome" })],
    ends: "tool_calls",
  },
  "a host that repeats the id and the name with each piece": {
    message: { role: "assistant", content: null, tool_calls: [call("call_1", "weather", '{"city":"Rome"}')] },
    finish: "tool_calls",
    deltas: [piece(0, "call_1", "weather", '{"city":'), piece(0, "call_1", "weather", '"Rome"}')],
    said: [called("call_1", "weather", { city: "Rome" })],
    ends: "tool_calls",
  },
  "a host that names its calls after their first pieces, and one of them never": {
    message: {
      role: "assistant",
      tool_calls: [call("call_1", "weather", '{"city":"Rome"}'), call("call_2", "", "{}")],
    },
    finish: "tool_calls",
    deltas: [
      piece(0, "call_1", null, '{"ci'),
      piece(1, "call_2", null, "{"),
      piece(0, null, "weather", 'ty":'),
      piece(0, null, null, '"Rome"}'),
      piece(1, null, "", "}"),
    ],
    said: [called("call_1", "weather", { city: "Rome" }), called("call_2", "", {})],
    ends: "tool_calls",
  },
  "parallel calls under one index, and arguments that are objects": {
    message: {
      role: "assistant",
      content: null,
      tool_calls: [call("a", "weather", { city: "Rome" }), call("b", "weather", { city: "Oslo" })],
    },
    finish: "stop",
    deltas: [piece(0, "a", "weather", { city: "Rome" }), piece(0, "b", "weather", { city: "Oslo" })],
    said: [called("a", "weather", { city: "Rome" }), called("b", "weather", { city: "Oslo" })],
    ends: "stop",
  },
  "calls without any index": {
    message: {
      role: "assistant",
      tool_calls: [call("a", "f", "{}"), call("b", "g", '{"x":1}')],
    },
    finish: "tool_calls",
    deltas: [
      piece(undefined, "a", "f", "{}"),
      piece(undefined, "b", "g", '{"x"'),
      piece(undefined, undefined, undefined, ":1}"),
    ],
    said: [called("a", "f", {}), called("b", "g", { x: 1 })],
    ends: "tool_calls",
  },
  "Perplexity: sources beside the choices": {
    message: { role: "assistant", content: "Hello" },
    beside: {
      citations: ["https://a.example", "https://b.example"],
      search_results: [
        { title: "A", url: "https://a.example", date: null },
        { title: "", url: "https://b.example" },
      ],
    },
    deltas: [{ role: "assistant", content: "Hel" }, { content: "lo" }],
    said: [{ ...HELLO, annotations: [cited("https://a.example", "A"), cited("https://b.example", null)] }],
  },
  "xAI: citations that are URLs alone": {
    message: { role: "assistant", content: "Hello", refusal: null },
    beside: { citations: ["https://a.example"] },
    deltas: [{ role: "assistant", content: "Hello" }],
    said: [{ ...HELLO, annotations: [cited("https://a.example", null)] }],
  },
  "an image among the parts of the content": {
    message: {
      role: "assistant",
      content: [
        { type: "text", text: "Hello" },
        { type: "image_url", image_url: { url: PNG } },
      ],
    },
    deltas: [
      { content: [{ type: "text", text: "Hello" }] },
      { content: [{ type: "image_url", image_url: { url: PNG } }] },
    ],
    said: [HELLO, IMAGE],
  },
  "OpenRouter: images in a field of their own": {
    message: { role: "assistant", content: "Hello", images: [{ type: "image_url", image_url: { url: PNG } }] },
    deltas: [{ content: "Hello" }, { content: "", images: [{ type: "image_url", image_url: { url: PNG } }] }],
    said: [HELLO, IMAGE],
  },
  "Together: another word for the end": {
    message: { role: "assistant", content: "Hello", tool_calls: [] },
    finish: "eos",
    deltas: [{ role: "assistant", content: "Hello", token_id: 1, tool_calls: null }],
    said: [HELLO],
  },
};

const wholeOf = ({ message, finish = "stop", beside }: Shape): object => ({
  ...HEAD,
  object: "chat.completion",
  choices: [{ index: 0, message, finish_reason: finish, logprobs: null }],
  usage: { ...USAGE, prompt_tokens_details: null },
  ...beside,
});

const chunksOf = ({ deltas, finish = "stop", beside }: Shape): object[] => {
  const chunk = (delta: object, reason: string | null): object => ({
    ...HEAD,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason: reason }],
    usage: null,
    ...beside,
  });
  return [
    ...deltas.map((delta) => chunk(delta, null)),
    chunk({}, finish),
    { ...HEAD, object: "chat.completion.chunk", choices: [], usage: USAGE },
  ];
};

describe("B7 B8 what hosts of this dialect send is the same whole and streamed", () => {
  test.each(Object.entries(SHAPES))("%s", (_, shape) => {
    const whole = readWhole(openaiChatEgress, wholeOf(shape));
    const { response, progress } = readStreamed(openaiChatEgress, chunksOf(shape));
    expect(progress.end.kind).toBe("done");
    const usage = expect.objectContaining({ inputTokens: 9, outputTokens: 12, source: "reported" }) as object;
    const expected = { choices: [{ parts: shape.said, finish: shape.ends ?? "stop" }], usage };
    expect(saidBy(whole)).toEqual(expected);
    expect(saidBy(response)).toEqual(expected);
  });
});

test("B8 sound that streams in pieces, each padded by itself, is one sound with its words", () => {
  const data = ["AAAA", "AQ==", "Ag=="];
  const { response, progress } = readStreamed(
    openaiChatEgress,
    chunksOf({
      message: {},
      deltas: [
        { audio: { id: "audio_1", transcript: "Hel" } },
        ...data.map((each) => ({ audio: { data: each } })),
        { audio: { transcript: "lo", expires_at: 1 } },
      ],
      said: [],
    }),
  );
  expect(progress.begun).toBe(true);
  expect(response?.choices[0]?.parts).toEqual([
    { kind: "audio", source: { kind: "base64", mime: "audio/pcm", data: "AAAAAQI=" }, transcript: "Hello" },
  ]);
});

test("B6 Groq's word under x_groq that it stopped early is an error", () => {
  const { progress } = readStreamed(openaiChatEgress, [
    { ...HEAD, choices: [{ index: 0, delta: { content: "Hel" }, finish_reason: null }] },
    { ...HEAD, choices: [], x_groq: { id: "req_1", error: "over capacity" } },
  ]);
  expect(progress.end).toMatchObject({ kind: "error", error: { code: "upstream-error", message: "over capacity" } });
});

test("B7 Perplexity's summary at the end of its stream is not read twice", () => {
  const chunk = { ...HEAD, choices: [{ index: 0, delta: { content: "Hello" }, finish_reason: null }] };
  const message = { role: "assistant", content: "Hello" };
  const done = {
    ...HEAD,
    object: "chat.completion.done",
    choices: [{ index: 0, message, finish_reason: "stop" }],
    usage: USAGE,
  };
  const { response } = readStreamed(openaiChatEgress, [{ ...chunk, object: "chat.completion.chunk" }, done]);
  expect(saidBy(response)).toMatchObject({ choices: [{ parts: [HELLO], finish: "stop" }] });
});

test("B2 a whole answer's usage is found where hosts put it", () => {
  const choices = [{ index: 0, message: { content: "Hello" }, finish_reason: "stop" }];
  for (const beside of [{ x_groq: { usage: USAGE } }, { choices: [{ ...choices[0], usage: USAGE }] }]) {
    expect(readWhole(openaiChatEgress, { ...HEAD, choices, ...beside }).usage).toMatchObject({ outputTokens: 12 });
  }
});

test("B7 nothing is lost of a host that gives a reason of the end on every chunk", () => {
  const each = (delta: object): object => ({ ...HEAD, choices: [{ index: 0, delta, finish_reason: "stop" }] });
  const { response, progress } = readStreamed(openaiChatEgress, [
    each({ role: "assistant", content: "", reasoning_content: "Hmm." }),
    each({ content: "Hel" }),
    each({ content: "lo" }),
    each(piece(0, "call_1", "weather", '{"city":"Rome"}')),
    each({ content: "" }),
    { ...HEAD, choices: [], usage: USAGE },
  ]);
  expect(progress).toMatchObject({ end: { kind: "done" }, finish: "stop", usage: { outputTokens: 12 } });
  expect(saidBy(response)).toMatchObject({
    choices: [{ parts: [HMM, HELLO, called("call_1", "weather", { city: "Rome" })], finish: "stop" }],
  });
});
