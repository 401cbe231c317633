import { describe, expect, test } from "vitest";
import { readStreamed, readWhole } from "../neutral/read-both.test-kit.ts";
import { openaiChatEgress } from "./egress.ts";
import { renderResponse } from "./render-response.ts";

const HEAD = { id: "chatcmpl-1", created: 1, model: "m" };

describe("B6 Google's words for an end", () => {
  test("the filter's are one, with a message and without", () => {
    const filtered = "content_filter: PROHIBITED_CONTENT";
    const response = readWhole(openaiChatEgress, whole(filtered));
    expect(response).toMatchObject({ choices: [{ parts: [], finish: "content_filter" }] });
    expect(readStreamed(openaiChatEgress, streamed(filtered)).progress.finish).toBe("content_filter");
    const note = { decisionId: "d", costPicoUsd: null, endpoint: "x/y" };
    expect(renderResponse(response, { usage: response.usage!, note }).body["choices"]).toEqual([
      {
        index: 0,
        message: { role: "assistant", content: null, refusal: null },
        logprobs: null,
        finish_reason: "content_filter",
      },
    ]);
    expect(() => readWhole(openaiChatEgress, whole("stop"))).toThrow("no chat completion");
  });

  test("a call that could not be read is a failure, as in its own form", () => {
    const malformed = "function_call_filter: MALFORMED_FUNCTION_CALL";
    expect(() => readWhole(openaiChatEgress, whole(malformed, { role: "assistant" }))).toThrow(
      "malformed_function_call",
    );
    const { progress } = readStreamed(openaiChatEgress, streamed(malformed));
    expect(progress.end).toMatchObject({
      kind: "error",
      error: { details: { upstreamCode: "malformed_function_call" } },
    });
  });
});

function whole(finish: string, message?: object): object {
  return {
    ...HEAD,
    choices: [{ index: 0, finish_reason: finish, ...(message === undefined ? {} : { message }) }],
    usage: { prompt_tokens: 910, completion_tokens: 0, total_tokens: 910 },
  };
}

function streamed(finish: string): object[] {
  return [{ ...HEAD, choices: [{ index: 0, delta: { role: "assistant" }, finish_reason: finish }] }];
}
