import { ERROR_CODES, type ErrorCode, SignalboxError } from "@signalbox/proto";
import { describe, expect, test } from "vitest";
import { parseError, renderError, renderErrorFrame } from "./error.ts";
import { eventsOf } from "./stream.test-kit.ts";

function parse(status: number, body: unknown, headers: Record<string, string> = {}): SignalboxError {
  return parseError({
    status,
    header: (name) => headers[name],
    bodyText: typeof body === "string" ? body : JSON.stringify(body),
    provider: "acme",
    nowMs: 0,
    secrets: ["topsecretvalue"],
  });
}

const said = (type: string, message = "No."): object => ({
  type: "error",
  error: { type, message },
  request_id: "req_1",
});

describe("a provider's error answer", () => {
  test.each([
    [400, "invalid_request_error", "upstream-invalid-request"],
    [401, "authentication_error", "upstream-auth"],
    [402, "billing_error", "upstream-auth"],
    [403, "permission_error", "upstream-auth"],
    [404, "not_found_error", "upstream-not-found"],
    [413, "request_too_large", "upstream-invalid-request"],
    [429, "rate_limit_error", "upstream-rate-limited"],
    [500, "api_error", "upstream-error"],
    [504, "timeout_error", "upstream-timeout"],
    [529, "overloaded_error", "upstream-error"],
  ])("%i %s is %s", (status, type, code) => {
    const error = parse(status, said(type));
    expect(error).toMatchObject({ code, message: "No." });
    expect(error.details).toEqual({ provider: "acme", upstreamStatus: status, upstreamType: type });
  });

  test("an account without money is not the caller's mistake, although it is answered with 400", () => {
    expect(parse(400, said("invalid_request_error", "Your credit balance is too low.")).code).toBe("upstream-auth");
  });

  test("names its own code, and when to try again", () => {
    const body = {
      type: "error",
      error: { type: "rate_limit_error", message: "Slow.", details: { error_code: "ramp" } },
    };
    expect(parse(429, body, { "retry-after": "7" }).details).toMatchObject({
      upstreamCode: "ramp",
      retryAfterMs: 7000,
    });
  });

  test.each([["<html>Bad gateway</html>"], [""], ["[]"], [{ type: "error", error: null }]])(
    "%j has no message",
    (body) => {
      expect(parse(500, body).message).toBe("The provider answered with status 500.");
    },
  );

  test("B15 a credential is cut out", () => {
    const { message } = parse(
      401,
      said("authentication_error", "Key sk-ant-api03-abcdef and topsecretvalue are wrong."),
    );
    expect(message).not.toMatch(/abcdef|topsecret/);
  });
});

describe("an error in this dialect", () => {
  const codes = Object.keys(ERROR_CODES) as ErrorCode[];
  const TYPES = [
    "invalid_request_error",
    "authentication_error",
    "permission_error",
    "not_found_error",
    "request_too_large",
    "rate_limit_error",
    "timeout_error",
    "api_error",
    "overloaded_error",
  ];

  test.each(codes)("%s has a type that clients know, whole and in a stream", (code) => {
    const error = new SignalboxError(code, "Words.");
    const { status, body } = renderError(error);
    const type = (body["error"] as { type: string }).type;
    expect(TYPES).toContain(type);
    expect(body).toMatchObject({ type: "error", error: { message: "Words." }, request_id: null });
    expect(status).toBe(code === "overloaded" ? 529 : ERROR_CODES[code].http);
    expect(eventsOf(renderErrorFrame(error))).toEqual([body]);
  });

  test("names the field at fault", () => {
    const error = new SignalboxError("invalid-request", "No.", { details: { param: "messages[0].role" } });
    expect(renderError(error).body["error"]).toEqual({
      type: "invalid_request_error",
      message: "No.",
      details: { error_code: "invalid_request", param: "messages[0].role" },
    });
  });

  test("an overloaded provider is overload here", () => {
    const error = parse(529, said("overloaded_error"));
    expect(renderError(error)).toMatchObject({ status: 529, body: { error: { type: "overloaded_error" } } });
  });

  test("a provider's wrong key is not the caller's", () => {
    expect(renderError(parse(401, said("authentication_error")))).toMatchObject({
      status: 502,
      body: { error: { type: "api_error" } },
    });
  });
});
