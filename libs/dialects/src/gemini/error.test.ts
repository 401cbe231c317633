import { SignalboxError } from "@signalbox/proto";
import { describe, expect, test } from "vitest";
import { parseError, parseInBandError, renderError, renderErrorFrame } from "./error.ts";

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

const TYPE = "type.googleapis.com/google.rpc.";

describe("a provider's error answer", () => {
  test.each([
    [400, "INVALID_ARGUMENT", "upstream-invalid-request"],
    [400, "FAILED_PRECONDITION", "upstream-invalid-request"],
    [401, "UNAUTHENTICATED", "upstream-auth"],
    [403, "PERMISSION_DENIED", "upstream-auth"],
    [404, "NOT_FOUND", "upstream-not-found"],
    [429, "RESOURCE_EXHAUSTED", "upstream-rate-limited"],
    [499, "CANCELLED", "upstream-error"],
    [500, "INTERNAL", "upstream-error"],
    [503, "UNAVAILABLE", "upstream-error"],
    [504, "DEADLINE_EXCEEDED", "upstream-timeout"],
  ])("status %i %s is %s", (status, word, code) => {
    const error = parse(status, { error: { code: status, message: "No.", status: word } });
    expect(error).toMatchObject({ code, message: "No." });
    expect(error.details).toEqual({ provider: "acme", upstreamStatus: status, upstreamCode: word });
    expect(
      parseInBandError({ error: { code: status, message: "No.", status: word } }, { provider: "a", secrets: [] })?.code,
    ).toBe(code);
    expect(parseInBandError({ error: { message: "No.", status: word } }, { provider: "a", secrets: [] })?.code).toBe(
      code,
    );
  });

  test("a wrong key that is answered with 400 is not the caller's mistake", () => {
    const details = [{ "@type": `${TYPE}ErrorInfo`, reason: "API_KEY_INVALID", domain: "googleapis.com" }];
    const error = parse(400, {
      error: { code: 400, message: "API key not valid. Please pass a valid API key.", details },
    });
    expect(error).toMatchObject({ code: "upstream-auth", details: { upstreamType: "API_KEY_INVALID" } });
  });

  test.each<[unknown, number | undefined]>([
    ["34.4s", 34_400],
    ["0s", 0],
    ["99999999s", 86_400_000],
    [{ seconds: "7", nanos: 500_000_000 }, 7500],
    ["soon", undefined],
    [-4, undefined],
    [{ seconds: {} }, undefined],
  ])("B11 a RetryInfo of %j is %s ms", (retryDelay, expected) => {
    const details = [{ "@type": `${TYPE}RetryInfo`, retryDelay }];
    expect(parse(429, { error: { code: 429, message: "Quota", details } }).details.retryAfterMs).toBe(expected);
  });

  test("B11 the header comes before the details", () => {
    const details = [{ "@type": `${TYPE}RetryInfo`, retryDelay: "9s" }];
    expect(parse(429, { error: { details } }, { "retry-after": "2" }).details.retryAfterMs).toBe(2000);
  });

  test("an error of a request for a stream stands in an array", () => {
    expect(parse(429, [{ error: { code: 429, message: "Slow down.", status: "RESOURCE_EXHAUSTED" } }])).toMatchObject({
      message: "Slow down.",
      details: { upstreamCode: "RESOURCE_EXHAUSTED" },
    });
  });

  test.each<unknown>(["<html>secret prompt</html>", "", "[]", "null", { error: {} }, { error: 4 }, [7]])(
    "the message of %j",
    (body) => {
      expect(parse(500, body).message).toBe("The provider answered with status 500.");
    },
  );

  test("B15 a credential is cut out", () => {
    expect(parse(403, { error: { message: "Key topsecretvalue, AIzaSyA1234567890abcdef" } }).message).not.toMatch(
      /topsecret|AIza/,
    );
  });
});

describe("an error in the caller's dialect", () => {
  test("is a google.rpc.Status that names the field at fault", () => {
    const error = new SignalboxError("invalid-request", "No.", { details: { param: "contents[0]" } });
    expect(renderError(error)).toEqual({
      status: 400,
      body: {
        error: {
          code: 400,
          message: "No.",
          status: "INVALID_ARGUMENT",
          details: [
            { "@type": `${TYPE}ErrorInfo`, reason: "INVALID_REQUEST", domain: "signalbox", metadata: {} },
            { "@type": `${TYPE}BadRequest`, fieldViolations: [{ field: "contents[0]", description: "No." }] },
          ],
        },
      },
    });
  });

  test.each([
    ["invalid-api-key", 401, "UNAUTHENTICATED"],
    ["policy-refused", 403, "PERMISSION_DENIED"],
    ["model-not-found", 404, "NOT_FOUND"],
    ["rate-limited", 429, "RESOURCE_EXHAUSTED"],
    ["internal", 500, "INTERNAL"],
    ["upstream-error", 502, "UNAVAILABLE"],
    ["overloaded", 503, "UNAVAILABLE"],
    ["deadline-exceeded", 504, "DEADLINE_EXCEEDED"],
  ] as const)("%s is %i %s", (code, http, status) => {
    expect(renderError(new SignalboxError(code, "No."))).toMatchObject({
      status: http,
      body: { error: { code: http, status } },
    });
  });

  test("says when to try again, which a provider's reader understands", () => {
    const error = new SignalboxError("rate-limited", "No.", { details: { retryAfterMs: 1500 } });
    expect(parse(429, renderError(error).body).details.retryAfterMs).toBe(1500);
  });

  test("is the last event of a stream, or closes the array that has begun", () => {
    const error = new SignalboxError("upstream-error", "Broken.");
    expect(renderErrorFrame(error)).toMatch(/^data: \{"error":.*\}\n\n$/);
    expect(JSON.parse(`[{}${renderErrorFrame(error, { sse: false })}`)).toMatchObject([{}, { error: { code: 502 } }]);
    expect(JSON.parse(renderErrorFrame(error, { sse: false }, false))).toMatchObject([{ error: { code: 502 } }]);
  });
});
