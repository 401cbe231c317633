import { SignalboxError } from "@signalbox/proto";
import { describe, expect, test } from "vitest";
import type { FinishReason } from "../neutral/response.ts";
import { parseError } from "./error.ts";
import { readFinish, sequenceOf } from "./stop-reason.ts";
import { readUsage } from "./usage.ts";

describe("B5 usage is read as the service means it", () => {
  test.each<[string, object, object]>([
    [
      "the cache stands beside the input",
      { inputTokens: 10, outputTokens: 5, totalTokens: 45, cacheReadInputTokens: 20, cacheWriteInputTokens: 10 },
      { inputTokens: 40, cachedInputTokens: 20, cacheWriteTokens: 10, outputTokens: 5, reasoningTokens: 0 },
    ],
    [
      "what is kept for an hour is counted apart",
      {
        inputTokens: 1,
        outputTokens: 1,
        cacheWriteInputTokens: 30,
        cacheDetails: [
          { ttl: "5m", inputTokens: 10 },
          { ttl: "1h", inputTokens: 20 },
        ],
      },
      { inputTokens: 31, cacheWriteTokens: 30, cacheWriteHourTokens: 20 },
    ],
    [
      "none of it cached",
      { inputTokens: 22, outputTokens: 57, totalTokens: 79 },
      { inputTokens: 22, cachedInputTokens: 0, outputTokens: 57 },
    ],
  ])("%s", (_, source, expected) => {
    expect(readUsage(source)).toMatchObject({ ...expected, source: "reported" });
  });

  test.each([[null], ["1"], [{}], [{ inputTokens: 0, outputTokens: 0 }], [{ inputTokens: -1 }]])(
    "B2 %j is no usage",
    (source) => {
      expect(readUsage(source)).toBeNull();
    },
  );
});

test.each<[string | null, boolean, FinishReason]>([
  ["end_turn", false, "stop"],
  ["stop_sequence", false, "stop"],
  ["tool_use", true, "tool_calls"],
  ["max_tokens", false, "length"],
  ["model_context_window_exceeded", false, "length"],
  ["content_filtered", false, "content_filter"],
  ["guardrail_intervened", false, "content_filter"],
  ["a_word_of_tomorrow", false, "stop"],
  [null, true, "tool_calls"],
])("B8 %s, with calls: %s, ends an answer as %s", (word, hasCalls, reason) => {
  expect(readFinish(word, hasCalls, null)).toMatchObject({ kind: "finish", reason });
});

test("the stop text that ended an answer is told where the model's own answer has it", () => {
  expect(sequenceOf({ stop_sequence: "END" })).toBe("END");
  expect(sequenceOf({ delta: { stop_sequence: "END" } })).toBe("END");
  expect(sequenceOf(undefined)).toBeNull();
  expect(readFinish("stop_sequence", false, "END")).toMatchObject({
    stop: { reason: "stop_sequence", sequence: "END" },
  });
  expect(readFinish("guardrail_intervened", false, null)).toMatchObject({ stop: { category: "guardrail_intervened" } });
});

function parse(status: number, body: unknown, headers: Record<string, string> = {}): SignalboxError {
  const bodyText = typeof body === "string" ? body : JSON.stringify(body);
  return parseError({
    status,
    header: (name) => headers[name],
    bodyText,
    provider: "aws",
    nowMs: 0,
    secrets: ["topsecretvalue"],
  });
}

describe("an error answer", () => {
  test.each([
    [400, "ValidationException", "upstream-invalid-request"],
    [403, "AccessDeniedException", "upstream-auth"],
    [403, "ExpiredTokenException", "upstream-auth"],
    [404, "ResourceNotFoundException", "upstream-not-found"],
    [408, "ModelTimeoutException", "upstream-timeout"],
    [424, "ModelErrorException", "upstream-error"],
    [429, "ThrottlingException", "upstream-rate-limited"],
    [429, "ModelNotReadyException", "upstream-rate-limited"],
    [400, "ServiceQuotaExceededException", "upstream-rate-limited"],
    [500, "InternalServerException", "upstream-error"],
    [503, "ServiceUnavailableException", "upstream-error"],
  ])("%i %s is %s", (status, name, code) => {
    const expected = { code, message: "No.", details: { provider: "aws", upstreamStatus: status, upstreamCode: name } };
    expect(
      parse(status, { message: "No." }, { "x-amzn-errortype": `${name}:http://internal.amazon.com/` }),
    ).toMatchObject(expected);
    expect(parse(status, { Message: "No.", __type: `com.amazon.coral#${name}` })).toMatchObject(expected);
  });

  test("goes by its status where it has no name", () => {
    expect(parse(429, "<html>")).toMatchObject({
      code: "upstream-rate-limited",
      message: "The provider answered with status 429.",
    });
    expect(parse(503, { message: "x" }, { "retry-after": "3" }).details.retryAfterMs).toBe(3000);
  });

  test("a model that is not there is the endpoint's mistake and not the caller's", () => {
    const headers = { "x-amzn-errortype": "ValidationException" };
    expect(parse(400, { message: "The provided model identifier is invalid." }, headers).code).toBe(
      "upstream-not-found",
    );
  });

  test("B15 a credential is cut out", () => {
    expect(parse(403, { message: "topsecretvalue is wrong" }).message).toBe("[redacted] is wrong");
  });
});
