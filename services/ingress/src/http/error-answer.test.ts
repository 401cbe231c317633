import { ERROR_CODES, SignalboxError, type ErrorCode } from "@signalbox/proto";
import { expect, test } from "vitest";
import { errorAnswer } from "./error-answer.ts";

const codes = Object.keys(ERROR_CODES) as ErrorCode[];

test.each(codes)("%s has its status and a body in OpenAI's form", (code) => {
  const { status, headers, body } = errorAnswer(new SignalboxError(code, "What went wrong."), "openai-chat");
  expect(status).toBe(ERROR_CODES[code].http);
  expect(headers["content-type"]).toContain("application/json");
  expect(JSON.parse(body)).toEqual({
    error: { message: "What went wrong.", type: expect.any(String), param: null, code: expect.any(String) },
  });
});

test.each(codes.filter((code) => ERROR_CODES[code].http === 503))("%s says when to try again", (code) => {
  expect(errorAnswer(new SignalboxError(code, ""), "openai-chat").headers["retry-after"]).toBe("1");
});

test("the time to try again is rounded up to whole seconds", () => {
  const error = new SignalboxError("upstream-rate-limited", "", { details: { retryAfterMs: 2_001 } });
  expect(errorAnswer(error, "openai-chat").headers["retry-after"]).toBe("3");
});

test("an internal error's cause stays inside", () => {
  const error = SignalboxError.from(new Error("the database's password is hunter2"));
  expect(errorAnswer(error, "openai-chat").body).not.toContain("hunter2");
});
