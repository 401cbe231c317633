import { describe, expect, test } from "vitest";
import { readStreamed, readWhole, saidBy } from "../neutral/read-both.test-kit.ts";
import { bedrockConverseEgress as codec } from "./egress.ts";

const USAGE = {
  inputTokens: 9,
  outputTokens: 12,
  totalTokens: 121,
  cacheReadInputTokens: 80,
  cacheWriteInputTokens: 20,
  cacheDetails: [{ ttl: "1h", inputTokens: 20 }],
};
const COUNTED = {
  inputTokens: 109,
  cachedInputTokens: 80,
  cacheWriteTokens: 20,
  cacheWriteHourTokens: 20,
  outputTokens: 12,
};

type Both = { readonly read: readonly object[]; readonly said: readonly object[] };

type Block = { readonly [field: string]: unknown };
/** How a block begins, null where nothing says that it does, and its deltas. */
type Streamed = readonly [start: Block | null, ...deltas: Block[]];

function streamOf(blocks: readonly Streamed[], stopReason: string): object[] {
  return [
    { messageStart: { role: "assistant" } },
    ...blocks.flatMap(([start, ...deltas], contentBlockIndex) => [
      ...(start === null ? [] : [{ contentBlockStart: { contentBlockIndex, start } }]),
      ...deltas.map((delta) => ({ contentBlockDelta: { contentBlockIndex, delta } })),
      { contentBlockStop: { contentBlockIndex } },
    ]),
    { messageStop: { stopReason } },
    { metadata: { usage: USAGE, metrics: { latencyMs: 1 }, trace: { guardrail: {} } } },
  ];
}

type Told = { readonly said: object; readonly stopReason?: string };

/** What is read of both forms, and what is said by them. */
function readBoth(content: readonly Block[], blocks: readonly Streamed[], told: Told): Both {
  const { said, stopReason = "end_turn" } = told;
  const body = { output: { message: { role: "assistant", content } }, stopReason, usage: USAGE, metrics: {} };
  const whole = saidBy(readWhole(codec, body));
  const { response, progress } = readStreamed(codec, streamOf(blocks, stopReason));
  const counted = { choices: [said], usage: COUNTED };
  return { read: [whole, saidBy(response), progress.end], said: [counted, counted, { kind: "done" }] };
}

const HELLO = { text: "Hello" };
const hello: Streamed = [null, { text: "Hel" }, { text: "lo" }];
const SAID = { kind: "text", text: "Hello" };
const call = (toolUseId: string, input?: object): Block => ({
  toolUse: { toolUseId, name: "f", ...(input && { input }) },
});
const kept = (type: string, body: Block): object => ({ kind: "other", type, form: "bedrock-converse", body });

describe("B7 B8 what this wire sends is the same whole and streamed", () => {
  test("thoughts that are signed", () => {
    const reasoningText = { text: "Hmm.", signature: "c2ln" };
    const { read, said } = readBoth(
      [{ reasoningContent: { reasoningText } }, HELLO],
      [
        [
          null,
          { reasoningContent: { text: "Hm" } },
          { reasoningContent: { text: "m." } },
          { reasoningContent: { signature: "c2ln" } },
        ],
        hello,
      ],
      { said: { parts: [{ kind: "reasoning", text: "Hmm.", state: { kind: "signature", value: "c2ln" } }, SAID] } },
    );
    expect(read).toMatchObject(said);
  });

  test.each([
    ["redactedContent", { redactedContent: "cmVk" }, { redactedContent: "cmVk" }],
    ["its other name", { redactedReasoning: { data: "cmVk" } }, { data: "cmVk" }],
  ])("thoughts that are redacted, as %s", (_, whole, delta) => {
    const state = { wire: "bedrock-converse", kind: "redacted", value: "cmVk" };
    const { read, said } = readBoth(
      [{ reasoningContent: whole }, HELLO],
      [[null, { reasoningContent: delta }], hello],
      {
        said: {
          parts: [{ kind: "reasoning", text: "", state }, SAID],
        },
      },
    );
    expect(read).toMatchObject(said);
  });

  test("calls in parallel, one without any input", () => {
    const { read, said } = readBoth(
      [call("a", {}), call("b", { x: 1 })],
      [[call("a")], [call("b"), { toolUse: { input: '{"x"' } }, { toolUse: { input: ":1}" } }]],
      {
        said: {
          parts: [
            { kind: "tool-call", id: "a", name: "f", arguments: {} },
            { kind: "tool-call", id: "b", name: "f", arguments: { x: 1 } },
          ],
          finish: "tool_calls",
        },
        stopReason: "tool_use",
      },
    );
    expect(read).toMatchObject(said);
  });

  test("a call whose type is named, after a text whose start says nothing", () => {
    const use = { toolUseId: "a", name: "f", type: "tool_use" };
    const { read, said } = readBoth(
      [HELLO, { toolUse: { ...use, input: { x: 1 } } }],
      [
        [{}, { text: "Hel" }, { text: "lo" }],
        [{ toolUse: use }, { toolUse: { input: '{"x":1}' } }],
      ],
      {
        said: { parts: [SAID, { kind: "tool-call", id: "a", name: "f", arguments: { x: 1 } }], finish: "tool_calls" },
        stopReason: "tool_use",
      },
    );
    expect(read).toMatchObject(said);
  });

  test("a tool that the service runs itself, and what it gave", () => {
    const use = { toolUseId: "t1", name: "nova_grounding", type: "server_tool_use" };
    const result = { toolUseId: "t1", type: "nova_grounding_result", status: "success" };
    const called = { toolUse: { ...use, input: { query: "q" } } };
    const gave = { toolResult: { ...result, content: [{ text: "x" }, { json: { y: 1 } }] } };
    const { read, said } = readBoth(
      [called, gave, HELLO],
      [
        [{ toolUse: use }, { toolUse: { input: '{"query":' } }, { toolUse: { input: '"q"}' } }],
        [{ toolResult: result }, { toolResult: [{ text: "x" }] }, { toolResult: [{ json: { y: 1 } }] }],
        hello,
      ],
      { said: { parts: [kept("toolUse", called), kept("toolResult", gave), SAID], finish: "stop" } },
    );
    expect(read).toMatchObject(said);
  });

  test("citations", () => {
    const citation = { title: "A", sourceContent: [{ text: "x" }], location: { web: { url: "https://a.example" } } };
    const annotations = [{ kind: "url", url: "https://a.example", title: "A", citedText: "x" }];
    const { read, said } = readBoth(
      [{ citationsContent: { content: [HELLO], citations: [citation] } }],
      [[null, HELLO, { citation }]],
      {
        said: {
          parts: [{ ...SAID, annotations }],
        },
      },
    );
    expect(read).toMatchObject(said);
  });

  test.each([
    ["guardrail_intervened", "content_filter"],
    ["content_filtered", "content_filter"],
    ["model_context_window_exceeded", "length"],
    ["a_word_of_tomorrow", "stop"],
  ])("the stop reason %s is %s", (stopReason, finish) => {
    const { read, said } = readBoth([HELLO], [hello], { said: { parts: [SAID], finish }, stopReason: stopReason });
    expect(read).toMatchObject(said);
  });
});
