import { describe, expect, test } from "vitest";
import { parseResponse } from "./parse-response.ts";
import { renderAsStream } from "./render-as-stream.ts";
import { renderResponse } from "./render-response.ts";
import { callsOf, runStream, sse, textOf, chunk } from "./stream.test-kit.ts";
import { expectConforms } from "./conforms.test-kit.ts";

const options = { provider: "acme", secrets: [], defaults: { id: "chatcmpl-1", createdAtS: 7, model: "m" } };
const note = { decisionId: "d", costPicoUsd: null, endpoint: "acme/m" };
const estimated = {
  inputTokens: 3,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 4,
  reasoningTokens: 0,
  source: "estimated",
} as const;

describe("a whole answer", () => {
  test("has every field that the format requires, and the provider's own beside them", () => {
    const body = {
      citations: [1],
      choices: [
        { message: { content: "Hi", reasoning_content: "Hm", tool_calls: null }, finish_reason: "eos", extra: 1 },
        { message: { tool_calls: [{ function: { name: "f", arguments: { a: 1 } }, extra: 2 }] } },
      ],
    };
    const response = parseResponse(body, options);
    expect(response).toMatchObject({ usage: null, outputChars: 4 + 'f{"a":1}'.length });
    expect(renderResponse(response, { usage: estimated, note }).body).toEqual({
      id: "chatcmpl-1",
      object: "chat.completion",
      created: 7,
      model: "m",
      citations: [1],
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: "Hi", refusal: null, reasoning_content: "Hm" },
          logprobs: null,
          finish_reason: "stop",
          extra: 1,
        },
        {
          index: 1,
          message: {
            role: "assistant",
            content: null,
            refusal: null,
            tool_calls: [
              { id: "call_chatcmpl11_0", type: "function", function: { name: "f", arguments: '{"a":1}' }, extra: 2 },
            ],
          },
          logprobs: null,
          finish_reason: "tool_calls",
        },
      ],
      usage: {
        prompt_tokens: 3,
        completion_tokens: 4,
        total_tokens: 7,
        prompt_tokens_details: { cached_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 0 },
        signalbox: {
          decision_id: "d",
          endpoint: "acme/m",
          cost_usd: null,
          cost_pico_usd: null,
          usage_source: "estimated",
        },
      },
    });
  });

  test.each<[unknown, string]>([
    [{ error: { message: "Busy", code: 429 } }, "Busy"],
    [{ choices: [] }, "no chat completion"],
    [{ choices: [{}] }, "no chat completion"],
    ["text", "no chat completion"],
    [{ choices: [{ message: {}, finish_reason: "insufficient_system_resource" }] }, "insufficient_system_resource"],
  ])("B6 %j is a failure inside a 200", (body, message) => {
    expect(() => parseResponse(body, options)).toThrow(message);
  });
});

describe("a whole answer as a stream", () => {
  const call = { id: "a", type: "function", function: { name: "f", arguments: "{}" } };
  const body = {
    id: "c9",
    created: 5,
    model: "m9",
    system_fingerprint: "fp",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: "Hi 🚦", refusal: null },
        logprobs: { content: [] },
        finish_reason: "length",
      },
      { index: 1, message: { role: "assistant", content: null, tool_calls: [call] }, finish_reason: "tool_calls" },
    ],
    usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
  };

  test.each([true, false])("conforms, with the usage chunk only when it was asked for: %s", (includeUsage) => {
    const text = renderAsStream(parseResponse(body, options), { usage: estimated, note, includeUsage });
    const run = runStream([new TextEncoder().encode(text)], { includeUsage, choices: 2 });
    expect(run.progress.end.kind).toBe("done");
    expectConforms(run, { includeUsage });
    expect(textOf(run, 0)).toBe("Hi 🚦");
    expect(callsOf(run, 1)).toEqual([{ id: "a", name: "f", arguments: "{}" }]);
    expect(run.chunks[0]).toMatchObject({ id: "c9", created: 5, model: "m9", system_fingerprint: "fp" });
  });
});

describe("a stream put together again", () => {
  test("is the whole answer that the provider would have sent", () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    const run = runStream([
      sse(
        chunk({ role: "assistant", content: "", reasoning_content: "Hm" }, null, { system_fingerprint: "fp" }),
        chunk({ content: "Hi" }),
        chunk({ tool_calls: [{ index: 0, id: "a", function: { name: "f", arguments: "{" } }] }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: "}" } }] }),
        chunk({}, "tool_calls", { usage }),
        "[DONE]",
      ),
    ]);
    const message = {
      role: "assistant",
      content: "Hi",
      refusal: null,
      reasoning_content: "Hm",
      tool_calls: [{ id: "a", type: "function", function: { name: "f", arguments: "{}" } }],
    };
    expect(run.collected).toEqual({
      id: "c1",
      object: "chat.completion",
      created: 1,
      model: "m",
      system_fingerprint: "fp",
      choices: [{ index: 0, message, logprobs: null, finish_reason: "tool_calls" }],
      usage,
    });
    expect(parseResponse(run.collected, options).choices[0]).toMatchObject({
      parts: [{ kind: "reasoning", text: "Hm" }, { kind: "text", text: "Hi" }, { kind: "tool-call" }],
      finish: "tool_calls",
    });
  });

  test("B14 is given up when a piece cannot be put together without guessing", () => {
    expect(runStream([sse(chunk({ content: "a", audio: { id: 1 } }, "stop"))]).collected).toBeNull();
  });
});
