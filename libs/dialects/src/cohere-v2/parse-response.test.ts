import { SignalboxError } from "@signalbox/proto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cohereEgress } from "./egress.ts";
import { readFinish } from "./finish-reason.ts";
import { parseResponse } from "./parse-response.ts";
import { OPTIONS } from "./stream.test-kit.ts";
import { readUsage } from "./usage.ts";

describe("B5 usage", () => {
  test.each<[string, unknown, object]>([
    [
      "counts what the model read, and beside it what the invoice does; cached tokens are inside",
      {
        billed_units: { input_tokens: 12, output_tokens: 7 },
        tokens: { input_tokens: 507, output_tokens: 10 },
        cached_tokens: 448,
      },
      {
        inputTokens: 507,
        cachedInputTokens: 448,
        outputTokens: 10,
        reasoningTokens: 0,
        billedInputTokens: 12,
        billedOutputTokens: 7,
      },
    ],
    [
      "takes billed units where there is no other count",
      { billed_units: { input_tokens: 12, output_tokens: 7 } },
      { inputTokens: 12, outputTokens: 7 },
    ],
    [
      "never has more cached tokens than input",
      { tokens: { input_tokens: 5, output_tokens: 1 }, cached_tokens: 9 },
      { cachedInputTokens: 5 },
    ],
  ])("%s", (_, usage, expected) => {
    expect(readUsage(usage)).toMatchObject({ ...expected, source: "reported" });
  });

  test.each([[{ tokens: { input_tokens: 0, output_tokens: 0 } }], [{}], [null]])(
    "B2 %j is none, never a zero",
    (usage) => {
      expect(readUsage(usage)).toBeNull();
    },
  );
});

test.each<[unknown, boolean, object]>([
  ["COMPLETE", false, { kind: "finish", reason: "stop" }],
  [
    "STOP_SEQUENCE",
    false,
    {
      kind: "finish",
      reason: "stop",
      stop: { reason: "STOP_SEQUENCE", sequence: null, category: null, explanation: null },
    },
  ],
  ["MAX_TOKENS", false, { kind: "finish", reason: "length" }],
  ["TOOL_CALL", true, { kind: "finish", reason: "tool_calls" }],
  ["ERROR_TOXIC", false, { kind: "finish", reason: "content_filter" }],
  ["ERROR_LIMIT", false, { kind: "finish", reason: "length" }],
  ["ERROR", false, { kind: "failure", reason: "ERROR" }],
  ["TIMEOUT", false, { kind: "failure", reason: "TIMEOUT" }],
  ["WHO_KNOWS", false, { kind: "finish", reason: "stop" }],
  [undefined, true, { kind: "finish", reason: "tool_calls" }],
])("the finish reason %s, calls: %s", (word, hasCalls, expected) => {
  expect(readFinish(word, hasCalls)).toEqual(expected);
});

test.each<[unknown, string, string]>([
  [{ message: "invalid request" }, "upstream-error", "invalid request"],
  [[], "upstream-error", "The provider sent an answer that is no chat message."],
  [
    { message: { content: [] }, finish_reason: "ERROR" },
    "upstream-error",
    "The provider ended its answer with 'ERROR'.",
  ],
  [
    { message: { content: [] }, finish_reason: "TIMEOUT" },
    "upstream-timeout",
    "The provider gave up generating for lack of time.",
  ],
])("B6 %j is no answer", (body, code, message) => {
  expect(() => parseResponse(body, OPTIONS)).toThrow(expect.objectContaining({ code, message }));
});

test.each([
  [400, "upstream-invalid-request"],
  [401, "upstream-auth"],
  [402, "upstream-auth"],
  [404, "upstream-not-found"],
  [422, "upstream-invalid-request"],
  [429, "upstream-rate-limited"],
  [498, "upstream-auth"],
  [499, "upstream-error"],
  [501, "upstream-error"],
  [504, "upstream-timeout"],
])("an answer with status %i is %s", (status, code) => {
  const bodyText = JSON.stringify({ id: "e1", message: "No." });
  const failure = { status, header: () => undefined, bodyText, provider: "cohere", nowMs: 0, secrets: [] };
  expect(cohereEgress.parseError(failure)).toMatchObject({ code, message: "No.", details: { upstreamStatus: status } });
});

test("B12 any body is an answer or a SignalboxError", () => {
  const body = fc.record({
    message: fc.oneof(
      fc.object(),
      fc.record({
        content: fc.array(fc.jsonValue()),
        citations: fc.array(fc.object()),
        tool_calls: fc.array(fc.object()),
      }),
    ),
    finish_reason: fc.jsonValue(),
  });
  fc.assert(
    fc.property(fc.oneof(body, fc.jsonValue()), (value) => {
      expect(outcomeOf(value)).toMatch(/^(answer|upstream-error|upstream-timeout)$/);
    }),
  );
});

function outcomeOf(body: unknown): string {
  try {
    parseResponse(body, OPTIONS);
    return "answer";
  } catch (error) {
    return error instanceof SignalboxError ? error.code : String(error);
  }
}
