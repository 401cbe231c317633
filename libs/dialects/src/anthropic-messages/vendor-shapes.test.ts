import { describe, expect, test } from "vitest";
import { readStreamed, readWhole, saidBy } from "../neutral/read-both.test-kit.ts";
import { anthropicMessagesEgress as codec } from "./egress.ts";

type Both = { readonly read: readonly object[]; readonly said: readonly object[] };

type Block = { readonly type: string; readonly [field: string]: unknown };

const USAGE = { input_tokens: 9, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 12 };
const HEAD = { id: "msg_1", type: "message", role: "assistant", model: "m" };

const wholeOf = (content: readonly Block[], ending: object): object => ({
  ...HEAD,
  content,
  stop_sequence: null,
  ...ending,
  usage: USAGE,
});

/** A block as it begins, and its deltas. */
type Streamed = readonly [start: Block, ...deltas: object[]];

function streamOf(blocks: readonly Streamed[], ending: object): object[] {
  const message = {
    ...HEAD,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...USAGE, output_tokens: 1 },
  };
  return [
    { type: "message_start", message },
    { type: "ping" },
    ...blocks.flatMap(([content_block, ...deltas], index) => [
      { type: "content_block_start", index, content_block },
      ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
      { type: "content_block_stop", index },
    ]),
    { type: "message_delta", delta: { stop_sequence: null, ...ending }, usage: USAGE, context_management: null },
    { type: "message_stop" },
  ];
}

/** What is read of both forms, and what is said by them. */
function readBoth(content: readonly Block[], blocks: readonly Streamed[], said: object): Both {
  const ending = { stop_reason: "end_turn" };
  const whole = saidBy(readWhole(codec, wholeOf(content, ending)));
  const { response, progress } = readStreamed(codec, streamOf(blocks, ending));
  const counted = { choices: [said], usage: { inputTokens: 9, outputTokens: 12 } };
  return { read: [whole, saidBy(response), progress.end], said: [counted, counted, { kind: "done" }] };
}

const HELLO: Block = { type: "text", text: "Hello" };
const hello: Streamed = [
  { type: "text", text: "" },
  { type: "text_delta", text: "Hel" },
  { type: "text_delta", text: "lo" },
];
const SAID = { kind: "text", text: "Hello" };
const state = (kind: string, value: string): object => ({ wire: "anthropic-messages", kind, value });
const call = (id: string, input: object): Block => ({ type: "tool_use", id, name: "f", input });
const called = (id: string, input: object): object => ({ kind: "tool-call", id, name: "f", arguments: input });
const kept = (body: Block): object => ({ kind: "other", type: body.type, form: "anthropic-messages", body });

/** Results come whole with the beginning of their block. */
const RESULTS: readonly Block[] = [
  {
    type: "web_search_tool_result",
    tool_use_id: "srvtoolu_1",
    content: [
      { type: "web_search_result", url: "https://a.example", title: "A", encrypted_content: "x", page_age: null },
    ],
  },
  {
    type: "web_fetch_tool_result",
    tool_use_id: "srvtoolu_1",
    content: { type: "web_fetch_tool_result_error", error_code: "url_not_accessible" },
  },
  {
    type: "code_execution_tool_result",
    tool_use_id: "srvtoolu_1",
    content: { type: "code_execution_result", stdout: "2", stderr: "", return_code: 0, content: [] },
  },
  {
    type: "bash_code_execution_tool_result",
    tool_use_id: "srvtoolu_1",
    content: { type: "bash_code_execution_result", stdout: "", stderr: "", return_code: 0, content: [] },
  },
  {
    type: "text_editor_code_execution_tool_result",
    tool_use_id: "srvtoolu_1",
    content: { type: "text_editor_code_execution_create_result", is_file_update: false },
  },
  {
    type: "tool_search_tool_result",
    tool_use_id: "srvtoolu_1",
    content: { type: "tool_search_tool_search_result", tool_references: [{ type: "tool_reference", tool_name: "f" }] },
  },
  { type: "mcp_tool_result", tool_use_id: "mcptoolu_1", is_error: false, content: [{ type: "text", text: "x" }] },
  { type: "container_upload", file_id: "file_1" },
  { type: "fallback", from: { model: "a" }, to: { model: "b" } },
  { type: "a_block_of_tomorrow", of: [1] },
];

describe("B7 blocks that only this dialect has are kept as they stand, whole and streamed", () => {
  test.each(RESULTS.map((block) => [block.type, block] as const))("%s", (_, block) => {
    const { read, said } = readBoth([block, HELLO], [[block], hello], { parts: [kept(block), SAID], finish: "stop" });
    expect(read).toMatchObject(said);
  });

  test.each(["server_tool_use", "mcp_tool_use"])("%s, whose input streams", (type) => {
    const block: Block = { type, id: "srvtoolu_1", name: "web_search", input: { query: "q" } };
    const deltas = ['{"query"', ': "q"}'].map((partial_json) => ({ type: "input_json_delta", partial_json }));
    const streamed: Streamed = [{ ...block, input: {} }, { type: "input_json_delta", partial_json: "" }, ...deltas];
    const { read, said } = readBoth([block, HELLO], [streamed, hello], { parts: [kept(block), SAID], finish: "stop" });
    expect(read).toMatchObject(said);
  });

  test("compaction, whose one delta brings all of it", () => {
    const block: Block = { type: "compaction", content: "What was said.", encrypted_content: "abc" };
    const delta = { type: "compaction_delta", content: "What was said.", encrypted_content: "abc" };
    const { read, said } = readBoth([block, HELLO], [[{ type: "compaction", content: null }, delta], hello], {
      parts: [kept(block), SAID],
      finish: "stop",
    });
    expect(read).toMatchObject(said);
  });
});

describe("B7 B8 what hosts of this dialect send is the same whole and streamed", () => {
  test("citations of each kind", () => {
    const citations = [
      {
        type: "char_location",
        cited_text: "x",
        document_index: 0,
        document_title: "D",
        start_char_index: 0,
        end_char_index: 1,
      },
      {
        type: "page_location",
        cited_text: "x",
        document_index: 0,
        document_title: null,
        start_page_number: 1,
        end_page_number: 2,
      },
      { type: "content_block_location", cited_text: "x", document_index: 0, start_block_index: 0, end_block_index: 1 },
      {
        type: "web_search_result_location",
        url: "https://a.example",
        title: "A",
        cited_text: "x",
        encrypted_index: "i",
      },
      {
        type: "search_result_location",
        source: "https://b.example",
        title: "B",
        cited_text: "x",
        search_result_index: 0,
      },
    ];
    const [start, ...deltas] = hello;
    const streamed: Streamed = [
      { ...start, citations: [] },
      ...citations.map((citation) => ({ type: "citations_delta", citation })),
      ...deltas,
    ];
    const cited = { ...SAID, annotations: citations.map((body) => ({ body, citedText: "x" })) };
    const { read, said } = readBoth([{ ...HELLO, citations }], [streamed], { parts: [cited], finish: "stop" });
    expect(read).toMatchObject(said);
  });

  test("thoughts that are signed, that are redacted, and that only are signed", () => {
    const { read, said } = readBoth(
      [
        { type: "thinking", thinking: "Hmm.", signature: "c2ln" },
        { type: "redacted_thinking", data: "cmVk" },
        { type: "thinking", thinking: "", signature: "b25s" },
        HELLO,
      ],
      [
        [
          { type: "thinking", thinking: "", signature: "" },
          { type: "thinking_delta", thinking: "Hm", estimated_tokens: 1 },
          { type: "thinking_delta", thinking: "m." },
          { type: "signature_delta", signature: "c2ln" },
        ],
        [{ type: "redacted_thinking", data: "cmVk" }],
        [
          { type: "thinking", thinking: "", signature: "" },
          { type: "signature_delta", signature: "b25s" },
        ],
        hello,
      ],
      {
        parts: [
          { kind: "reasoning", text: "Hmm.", state: state("signature", "c2ln") },
          { kind: "reasoning", text: "", state: state("redacted", "cmVk") },
          { kind: "reasoning", text: "", state: state("signature", "b25s") },
          SAID,
        ],
      },
    );
    expect(read).toMatchObject(said);
  });

  test("calls in parallel, one without any input, one that a program made", () => {
    const caller = { type: "code_execution_20250825", tool_id: "srvtoolu_1" };
    const { read, said } = readBoth(
      [call("a", {}), { ...call("b", { x: 1 }), caller }],
      [
        [call("a", {}), { type: "input_json_delta", partial_json: "" }],
        [
          { ...call("b", {}), caller },
          { type: "input_json_delta", partial_json: '{"x": 1}' },
        ],
      ],
      { parts: [called("a", {}), called("b", { x: 1 })] },
    );
    expect(read).toMatchObject(said);
  });
});

test.each<[string, string, string | null]>([
  ["end_turn", "stop", null],
  ["stop_sequence", "stop", "END"],
  ["pause_turn", "stop", null],
  ["compaction", "stop", null],
  ["max_tokens", "length", null],
  ["model_context_window_exceeded", "length", null],
  ["refusal", "content_filter", null],
  ["a_word_of_tomorrow", "stop", null],
])("B8 the stop reason %s is %s, whole and streamed", (stop_reason, finish, stop_sequence) => {
  const ending = { stop_reason, stop_sequence };
  const said = { finish, stop: { reason: stop_reason, sequence: stop_sequence } };
  expect(saidBy(readWhole(codec, wholeOf([HELLO], ending)))).toMatchObject({ choices: [said] });
  expect(saidBy(readStreamed(codec, streamOf([hello], ending)).response)).toMatchObject({ choices: [said] });
});

test("B5 usage that only the message's start has is not lost behind zeros at its end", () => {
  const start = { input_tokens: 3, cache_read_input_tokens: 100, cache_creation_input_tokens: 20, output_tokens: 1 };
  const events = [
    { type: "message_start", message: { ...HEAD, content: [], usage: start } },
    { type: "content_block_start", index: 0, content_block: HELLO },
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason: "end_turn" },
      usage: { input_tokens: 0, output_tokens: 8, cache_read_input_tokens: 0 },
    },
    { type: "message_stop" },
  ];
  expect(readStreamed(codec, events).progress.usage).toMatchObject({
    inputTokens: 123,
    cachedInputTokens: 100,
    cacheWriteTokens: 20,
    outputTokens: 8,
  });
});
