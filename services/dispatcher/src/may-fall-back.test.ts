import { type ErrorCode, SignalboxError } from "@signalbox/proto";
import { expect, test } from "vitest";
import { mayFallBack } from "./may-fall-back.ts";

test.each<[ErrorCode, boolean]>([
  ["upstream-error", true],
  ["upstream-rate-limited", true],
  ["unprocessable", true],
  ["upstream-invalid-request", false],
  ["invalid-request", false],
  ["content-blocked", false],
])("after %s another endpoint is asked: %s", (code, expected) => {
  expect(mayFallBack(new SignalboxError(code, "No."))).toBe(expected);
});

test.each([
  ["The encrypted content gAAA...KFQ could not be verified.", "invalid_encrypted_content"],
  ["messages.1.content.0: Invalid `signature` in `thinking` block", undefined],
  ["Thought signature is not valid.", "INVALID_ARGUMENT"],
  ["Corrupted thought_signature", "INVALID_ARGUMENT"],
])("B9 signed state that somebody else made is no fault of the request's: %s", (message, upstreamCode) => {
  const details = upstreamCode === undefined ? {} : { upstreamCode };
  expect(mayFallBack(new SignalboxError("upstream-invalid-request", message, { details }))).toBe(true);
});

test("a prompt that is too long for one endpoint may be short enough for another", () => {
  const message = "prompt is too long: 210000 tokens > 200000 maximum";
  expect(mayFallBack(new SignalboxError("upstream-invalid-request", message))).toBe(true);
  const details = { upstreamCode: "context_length_exceeded" };
  expect(mayFallBack(new SignalboxError("upstream-invalid-request", "Too long.", { details }))).toBe(true);
});
