import { describe, expect, test } from "vitest";
import { readStreamed, readWhole, saidBy } from "../neutral/read-both.test-kit.ts";
import { openaiResponsesEgress as codec } from "./egress.ts";
import { readWithSdk, runStream, sse } from "./stream.test-kit.ts";
import {
  eventsOf,
  HELLO,
  helloEvents,
  type Item,
  message,
  SAID,
  streamOf,
  text,
  wholeOf,
} from "./vendor-shapes.test-kit.ts";

type Told = { readonly said: readonly object[]; readonly finish?: string };
type Both = { readonly read: readonly object[]; readonly said: readonly object[] };

/** What is read of both forms, and what is said by them. */
function readBoth(events: readonly object[], output: readonly Item[], { said: parts, finish = "stop" }: Told): Both {
  const whole = saidBy(readWhole(codec, wholeOf(output)));
  const { response, progress } = readStreamed(codec, streamOf(events, output));
  const said = { choices: [{ parts, finish }] };
  return { read: [whole, saidBy(response), progress.end], said: [said, said, { kind: "done" }] };
}

describe("B7 what hosts of this dialect send is the same whole and streamed", () => {
  const CALL: Item = {
    id: "fc_1",
    type: "function_call",
    status: "completed",
    call_id: "call_1",
    name: "weather",
    arguments: '{"city":"Rome"}',
  };
  const called = { kind: "tool-call", id: "call_1", name: "weather", arguments: { city: "Rome" } };
  const pieces = [
    { type: "response.function_call_arguments.delta", delta: '{"city":' },
    { type: "response.function_call_arguments.delta", delta: '"Rome"}' },
    { type: "response.function_call_arguments.done", arguments: '{"city":"Rome"}' },
  ];

  test("a call in pieces", () => {
    const { read, said } = readBoth(eventsOf(CALL, 0, { inner: pieces, begin: { arguments: "" } }), [CALL], {
      said: [called],
      finish: "tool_calls",
    });
    expect(read).toMatchObject(said);
  });

  test("a call whose arguments stand at its beginning and come again in pieces", () => {
    const { read, said } = readBoth(eventsOf(CALL, 0, { inner: pieces }), [CALL], {
      said: [called],
      finish: "tool_calls",
    });
    expect(read).toMatchObject(said);
  });

  test("a call whose arguments stand at its beginning and at its end alone", () => {
    const { read, said } = readBoth(eventsOf(CALL, 0), [CALL], { said: [called], finish: "tool_calls" });
    expect(read).toMatchObject(said);
  });

  test("a call that only the last event tells of", () => {
    const { read, said } = readBoth(helloEvents(0), [HELLO, CALL], { said: [SAID, called], finish: "tool_calls" });
    expect(read).toMatchObject(said);
  });

  test("text without any beginning of its item", () => {
    const [, ...rest] = helloEvents(0);
    for (const events of [rest, rest.slice(1, 3)]) {
      const { read, said } = readBoth(events, [HELLO], { said: [SAID] });
      expect(read).toMatchObject(said);
    }
  });

  test("xAI's word for the last event", () => {
    const { response, progress } = readStreamed(codec, streamOf(helloEvents(0), [HELLO], "response.done"));
    expect(progress.end.kind).toBe("done");
    expect(saidBy(response)).toMatchObject({ choices: [{ parts: [SAID], finish: "stop" }] });
  });

  test("a summary in two parts, and encrypted thoughts", () => {
    const summary = [
      { type: "summary_text", text: "One." },
      { type: "summary_text", text: "Two." },
    ];
    const item: Item = { id: "rs_1", type: "reasoning", summary, encrypted_content: "gAAA" };
    const inner = summary.flatMap((part, summary_index) => [
      { type: "response.reasoning_summary_part.added", summary_index, part: { ...part, text: "" } },
      { type: "response.reasoning_summary_text.delta", summary_index, delta: part.text },
      { type: "response.reasoning_summary_text.done", summary_index, text: part.text },
      { type: "response.reasoning_summary_part.done", summary_index, part },
    ]);
    const state = { wire: "openai-responses", kind: "encrypted", value: "gAAA" };
    const { read, said } = readBoth(
      [...eventsOf(item, 0, { inner, begin: { summary: [], encrypted_content: "g" } }), ...helloEvents(1)],
      [item, HELLO],
      { said: [{ kind: "reasoning", text: "One.\n\nTwo.", id: "rs_1", state }, SAID] },
    );
    expect(read).toMatchObject(said);
  });

  test("thoughts in the open, as gpt-oss has them", () => {
    const content = [{ type: "reasoning_text", text: "Hmm." }];
    const item: Item = { id: "rs_1", type: "reasoning", summary: [], content };
    const inner = [
      { type: "response.content_part.added", content_index: 0, part: { type: "reasoning_text", text: "" } },
      { type: "response.reasoning_text.delta", content_index: 0, delta: "Hm" },
      { type: "response.reasoning_text.delta", content_index: 0, delta: "m." },
      { type: "response.reasoning_text.done", content_index: 0, text: "Hmm." },
    ];
    const { read, said } = readBoth(
      [...eventsOf(item, 0, { inner, begin: { content: [] } }), ...helloEvents(1)],
      [item, HELLO],
      { said: [{ kind: "reasoning", text: "Hmm.", id: "rs_1" }, SAID] },
    );
    expect(read).toMatchObject(said);
  });

  test("a refusal", () => {
    const refused = message([{ type: "refusal", refusal: "No." }]);
    const inner = [
      { type: "response.content_part.added", content_index: 0, part: { type: "refusal", refusal: "" } },
      { type: "response.refusal.delta", content_index: 0, delta: "No." },
      { type: "response.refusal.done", content_index: 0, refusal: "No." },
    ];
    const { read, said } = readBoth(eventsOf(refused, 0, { inner, begin: { content: [] } }), [refused], {
      said: [{ kind: "refusal", text: "No." }],
    });
    expect(read).toMatchObject(said);
  });

  test("citations of each kind, those without events of their own included", () => {
    const annotations = [
      { type: "url_citation", url: "https://a.example", title: "A", start_index: 0, end_index: 3 },
      { type: "file_citation", file_id: "file_1", filename: "a.pdf", index: 2 },
      { type: "container_file_citation", container_id: "c", file_id: "f", filename: "b", start_index: 0, end_index: 1 },
      { type: "file_path", file_id: "file_2", index: 1 },
    ];
    const cited = message([text("Hello", annotations)]);
    const added = annotations.map((annotation, annotation_index) => {
      return { type: "response.output_text.annotation.added", content_index: 0, annotation_index, annotation };
    });
    const citing = { ...SAID, annotations: annotations.map((body) => ({ form: "openai-responses", body })) };
    const delta = { type: "response.output_text.delta", content_index: 0, delta: "Hello" };
    for (const told of [added, added.slice(0, 2), []]) {
      const { read, said } = readBoth(
        eventsOf(cited, 0, { inner: [delta, ...told], begin: { content: [] } }),
        [cited],
        { said: [citing] },
      );
      expect(read).toMatchObject(said);
    }
  });

  test("an image, after pictures of it in the making", () => {
    const item: Item = { id: "ig_1", type: "image_generation_call", status: "completed", result: "AAAA" };
    const inner = [
      { type: "response.image_generation_call.generating" },
      { type: "response.image_generation_call.partial_image", partial_image_index: 0, partial_image_b64: "AA==" },
    ];
    const source = { kind: "base64", mime: "image/png", data: "AAAA" };
    const { read, said } = readBoth(eventsOf(item, 0, { inner, begin: { result: null } }), [item], {
      said: [{ kind: "image", source }],
    });
    expect(read).toMatchObject(said);
  });
});

test("B7 Perplexity's search, which begins as a call of its own and ends as its results, is no call of the caller's", () => {
  const search = {
    id: "fc_1",
    type: "function_call",
    call_id: "call_1",
    name: "search_web",
    arguments: '{"queries":["x"]}',
  };
  const results = { type: "search_results", queries: ["x"], results: [{ id: 1, url: "https://a.example" }] };
  const events = [
    { type: "response.output_item.added", output_index: 0, item: { ...search, status: "completed" } },
    { type: "response.reasoning.search_queries", call_id: "call_1", queries: ["x"], thought: "Searching the web..." },
    { type: "response.output_item.done", output_index: 0, item: results },
    ...helloEvents(1),
  ];
  const { read, said } = readBoth(events, [results, HELLO], {
    said: [{ kind: "other", type: "search_results", body: results }, SAID],
  });
  expect(read).toMatchObject(said);
});

test("B7 a call that is whole at its beginning is told with its end, or with that of the answer", () => {
  const call: Item = {
    id: "fc_1",
    type: "function_call",
    status: "completed",
    call_id: "call_1",
    name: "f",
    arguments: "{}",
  };
  const [added, done] = eventsOf(call, 0, { begin: { status: "completed" } });
  for (const events of [[added!, done!], [added!]]) {
    const { read, said } = readBoth(events, [call], {
      said: [{ kind: "tool-call", id: "call_1", name: "f", arguments: {} }],
      finish: "tool_calls",
    });
    expect(read).toMatchObject(said);
  }
});

/** The beginning of an item that is not counted. */
function begun(item: Item, begin: object): object {
  return { type: "response.output_item.added", item: { ...item, status: "in_progress", ...begin } };
}

describe("B7 hosts that count the items of an answer in their own way", () => {
  const thought: Item = {
    id: "rs_1",
    type: "reasoning",
    summary: [],
    content: [{ type: "reasoning_text", text: "Hm." }],
  };
  const thoughtSaid = { kind: "reasoning", text: "Hm." };
  const calls = ["call_1", "call_2"].map((id): Item & { readonly call_id: string } => {
    return { type: "function_call", status: "completed", call_id: id, name: "f", arguments: `{"of":"${id}"}` };
  });
  const callsSaid = calls.map(({ call_id: id }) => ({ kind: "tool-call", id, name: "f", arguments: { of: id } }));

  test("llama.cpp does not count them, gives calls no id, and ends them all at the end", () => {
    const output = [thought, HELLO, ...calls];
    const events = [
      begun(thought, { content: [] }),
      { type: "response.reasoning_text.delta", item_id: "rs_1", delta: "Hm." },
      begun(HELLO, { content: [] }),
      { type: "response.content_part.added", item_id: "msg_1", part: { type: "output_text", text: "" } },
      { type: "response.output_text.delta", item_id: "msg_1", delta: "Hel" },
      { type: "response.output_text.delta", item_id: "msg_1", delta: "lo" },
      ...calls.flatMap((call) => [
        begun(call, { arguments: "" }),
        { type: "response.function_call_arguments.delta", item_id: call.call_id, delta: '{"of":' },
        { type: "response.function_call_arguments.delta", item_id: call.call_id, delta: `"${call.call_id}"}` },
      ]),
      { type: "response.output_text.done", item_id: "msg_1", text: "Hello" },
      ...output.map((item) => ({ type: "response.output_item.done", item })),
    ];
    const { read, said } = readBoth(events, output, {
      said: [thoughtSaid, SAID, ...callsSaid],
      finish: "tool_calls",
    });
    expect(read).toMatchObject(said);
    const run = runStream([sse(...streamOf(events, []))]);
    expect(run.events.at(-1)).toMatchObject({ type: "response.completed", response: { output } });
    expect(run.collected).toMatchObject({ output });
  });

  test("without any ids, what is sent belongs to the last item of its type", () => {
    const item = { type: "message", role: "assistant", content: [text("Hello")] };
    const events = [
      { type: "response.reasoning_text.delta", delta: "Hm." },
      { type: "response.output_text.delta", delta: "Hello" },
      { type: "response.output_item.added", item: { ...calls[0], arguments: "" } },
      { type: "response.function_call_arguments.delta", delta: calls[0]!["arguments"] },
      { type: "response.output_item.done", item: { ...thought, id: undefined } },
      { type: "response.output_item.done", item },
      { type: "response.output_item.done", item: calls[0] },
    ];
    const { read, said } = readBoth(events, [thought, item, calls[0]!], {
      said: [thoughtSaid, SAID, callsSaid[0]!],
      finish: "tool_calls",
    });
    expect(read).toMatchObject(said);
  });

  test("vLLM counts on before the end of an item, so that the next one has the same place", () => {
    const [call] = calls.map((item, index): Item => ({ ...item, id: `fc_${index}` }));
    const [first, done] = eventsOf(thought, 0, { begin: { content: [] } });
    const events = [
      first!,
      { type: "response.reasoning_text.delta", item_id: "rs_1", output_index: 0, content_index: 0, delta: "Hm." },
      { ...done, output_index: 1 },
      ...eventsOf(call!, 1, {
        inner: [{ type: "response.function_call_arguments.delta", delta: call!["arguments"] }],
        begin: { arguments: "" },
      }),
    ];
    const { read, said } = readBoth(events, [thought, call!], {
      said: [thoughtSaid, callsSaid[0]!],
      finish: "tool_calls",
    });
    expect(read).toMatchObject(said);
  });
});

test("B7 what xAI's search does, looking at a video included, are no calls of the caller's", () => {
  const call: Item = {
    id: "ctc_1",
    type: "custom_tool_call",
    status: "completed",
    call_id: "xs_1",
    name: "view_x_video",
    input: "{}",
  };
  const { read, said } = readBoth([...eventsOf(call, 0, { begin: { input: "" } }), ...helloEvents(1)], [call, HELLO], {
    said: [{ kind: "other", type: "custom_tool_call" }, SAID],
  });
  expect(read).toMatchObject(said);
});

test("B7 a last event without the output that was streamed is given it, as SDKs look for it there", async () => {
  const run = runStream([sse(...streamOf(helloEvents(0), []))]);
  expect(run.events.at(-1)).toMatchObject({ type: "response.completed", response: { output: [HELLO] } });
  expect((await readWithSdk(run.text, true)).output_text).toBe("Hello");
  expect(run.collected).toMatchObject({ output: [HELLO] });
});

test("an answer that was said in no item at all is not kept", () => {
  const delta = {
    type: "response.output_text.delta",
    item_id: "msg_1",
    output_index: 0,
    content_index: 0,
    delta: "Hi",
  };
  expect(runStream([sse(...streamOf([delta], []))]).collected).toBeNull();
});
