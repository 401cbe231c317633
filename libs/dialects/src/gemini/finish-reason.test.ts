import { expect, test } from "vitest";
import type { FinishReason } from "../neutral/response.ts";
import { readFinish, renderFinish } from "./finish-reason.ts";

test.each<[string, FinishReason]>([
  ["STOP", "stop"],
  ["MAX_TOKENS", "length"],
  ["CONTINUATION", "length"],
  ["SAFETY", "content_filter"],
  ["RECITATION", "content_filter"],
  ["LANGUAGE", "content_filter"],
  ["BLOCKLIST", "content_filter"],
  ["PROHIBITED_CONTENT", "content_filter"],
  ["SPII", "content_filter"],
  ["MODEL_ARMOR", "content_filter"],
  ["IMAGE_SAFETY", "content_filter"],
  ["IMAGE_PROHIBITED_CONTENT", "content_filter"],
  ["IMAGE_RECITATION", "content_filter"],
  ["IMAGE_OTHER", "content_filter"],
  ["OTHER", "content_filter"],
  ["A_WORD_OF_TOMORROW", "stop"],
])("B8 %s ends a choice as %s", (word, reason) => {
  expect(readFinish(word, false, null)).toMatchObject({ kind: "finish", reason });
});

test.each([
  "MALFORMED_FUNCTION_CALL",
  "MALFORMED_RESPONSE",
  "UNEXPECTED_TOOL_CALL",
  "TOO_MANY_TOOL_CALLS",
  "MISSING_THOUGHT_SIGNATURE",
  "NO_IMAGE",
])("B6 %s is the provider's failure", (reason) => {
  expect(readFinish(reason, false, null)).toEqual({ kind: "failure", reason });
});

test.each([undefined, null, "", 3, "FINISH_REASON_UNSPECIFIED"])("%j ends nothing", (value) => {
  expect(readFinish(value, true, null)).toEqual({ kind: "none" });
});

test("B7 a choice that calls tools ends with them, though the format says STOP", () => {
  expect(readFinish("STOP", true, "Model generated function call(s).")).toEqual({
    kind: "finish",
    reason: "tool_calls",
  });
});

test("a rule that ended a choice is named with its words", () => {
  expect(readFinish("SPII", false, "It names a person.")).toMatchObject({
    stop: { reason: "SPII", category: "SPII", explanation: "It names a person.", sequence: null },
  });
});

test.each<[FinishReason, string]>([
  ["stop", "STOP"],
  ["tool_calls", "STOP"],
  ["function_call", "STOP"],
  ["length", "MAX_TOKENS"],
  ["content_filter", "SAFETY"],
])("%s is told to callers as %s", (finish, word) => {
  expect(renderFinish(finish, undefined)).toBe(word);
});
