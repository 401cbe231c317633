import { describe, expect, test } from "vitest";
import { readStreamed, readWhole, saidBy } from "../neutral/read-both.test-kit.ts";
import { mistralEgress as codec } from "./egress.ts";

const USAGE = { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21, num_cached_tokens: 4 };
const HEAD = { id: "c1", created: 1, model: "m" };

type Told = { readonly said: object; readonly word?: string };
type Both = { readonly read: readonly object[]; readonly said: readonly object[] };

/** What is read of both forms, and what is said by them. */
function readBoth(message: object, deltas: readonly object[], { said, word: finish_reason = "stop" }: Told): Both {
  const body = { ...HEAD, object: "chat.completion", choices: [{ index: 0, message, finish_reason }], usage: USAGE };
  const whole = saidBy(readWhole(codec, body));
  const chunks = deltas.map((delta, at) => ({
    ...HEAD,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason: at === deltas.length - 1 ? finish_reason : null }],
    ...(at === deltas.length - 1 ? { usage: USAGE } : {}),
  }));
  const { response, progress } = readStreamed(codec, chunks);
  const counted = { choices: [said], usage: { inputTokens: 9, cachedInputTokens: 4, outputTokens: 12 } };
  return { read: [whole, saidBy(response), progress.end], said: [counted, counted, { kind: "done" }] };
}

const SAID = { kind: "text", text: "Hello" };
const thought = (...texts: string[]): object => ({
  type: "thinking",
  thinking: texts.map((text) => ({ type: "text", text })),
});
const text = (words: string): object => ({ type: "text", text: words });

describe("B7 B8 what this wire sends is the same whole and streamed", () => {
  test("thoughts among the content, and text that goes on as a plain one", () => {
    const { read, said } = readBoth(
      { role: "assistant", content: [thought("Hm", "m."), text("Hello")] },
      [
        { role: "assistant", content: "" },
        { content: [thought("Hm")] },
        { content: [thought("m.")] },
        { content: "Hel" },
        { content: "lo" },
      ],
      { said: { parts: [{ kind: "reasoning", text: "Hmm." }, SAID], finish: "stop" } },
    );
    expect(read).toMatchObject(said);
  });

  test("thoughts in two chunks of one content are one", () => {
    const { read, said } = readBoth(
      { content: [thought("Hm"), thought("m."), text("Hello")] },
      [{ content: [thought("Hm"), thought("m."), text("Hello")] }],
      {
        said: {
          parts: [{ kind: "reasoning", text: "Hmm." }, SAID],
        },
      },
    );
    expect(read).toMatchObject(said);
  });

  test("B9 thoughts with a signature, in one chunk or after them, and others behind them", () => {
    const signed = { ...thought("m."), signature: "c2ln" };
    const last = { ...thought(), signature: "bGFzdA==" };
    const content = [thought("Hm"), signed, thought("So"), last, text("Hello")];
    const by = { wire: "mistral", kind: "signature" };
    const parts = [
      { kind: "reasoning", text: "Hmm.", state: { ...by, value: "c2ln" } },
      { kind: "reasoning", text: "So", state: { ...by, value: "bGFzdA==" } },
      SAID,
    ];
    for (const deltas of [[{ content }], content.map((chunk) => ({ content: [chunk] }))]) {
      const { read, said } = readBoth({ content }, deltas, { said: { parts } });
      expect(read).toMatchObject(said);
    }
  });

  test("references, pictures, and chunks of tomorrow", () => {
    const reference = { type: "reference", reference_ids: [1, "b"] };
    const page = { type: "tool_reference", tool: "web_search", title: "A", url: "https://a.example" };
    const picture = { type: "image_url", image_url: "data:image/png;base64,AAAA" };
    const tomorrow = { type: "tomorrow", of: 1 };
    const content = [text("Hel"), reference, text("lo"), page, picture, tomorrow];
    const annotations = [{ title: "1, b" }, { url: "https://a.example", title: "A" }];
    const parts = [{ ...SAID, annotations }, { kind: "image" }, { kind: "other", type: "tomorrow", body: tomorrow }];
    for (const deltas of [[{ content }], content.map((chunk) => ({ content: [chunk] }))]) {
      const { read, said } = readBoth({ content }, deltas, { said: { parts } });
      expect(read).toMatchObject(said);
    }
  });

  test("calls that come whole in one delta, with the end", () => {
    const tool_calls = ["a", "b"].map((id, index) => ({
      id,
      index,
      function: { name: "f", arguments: `{"x":${index}}` },
    }));
    const parts = ["a", "b"].map((id, x) => ({ kind: "tool-call", id, name: "f", arguments: { x } }));
    const finish = { parts, finish: "tool_calls" };
    const { read, said } = readBoth({ content: "", tool_calls }, [{ content: "", tool_calls }], {
      said: finish,
      word: "tool_calls",
    });
    expect(read).toMatchObject(said);
  });

  test("the reason model_length is length", () => {
    const { read, said } = readBoth({ content: "Hello" }, [{ content: "Hello" }], {
      said: { parts: [SAID], finish: "length" },
      word: "model_length",
    });
    expect(read).toMatchObject(said);
  });
});
