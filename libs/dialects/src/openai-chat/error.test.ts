import { SignalboxError } from "@signalbox/proto";
import { describe, expect, test } from "vitest";
import { parseError, parseInBandError, renderError, renderErrorFrame } from "./error.ts";

const NOW_MS = 784_111_777_000; // Sun, 06 Nov 1994 08:49:37 GMT

function parse(status: number, body: unknown, headers: Record<string, string> = {}): SignalboxError {
  return parseError({
    status,
    header: (name) => headers[name],
    bodyText: typeof body === "string" ? body : JSON.stringify(body),
    provider: "acme",
    nowMs: NOW_MS,
    secrets: ["topsecretvalue"],
  });
}

describe("a provider's error answer", () => {
  test.each([
    [400, "upstream-invalid-request"],
    [401, "upstream-auth"],
    [402, "upstream-auth"],
    [403, "upstream-auth"],
    [404, "upstream-not-found"],
    [408, "upstream-timeout"],
    [409, "upstream-error"],
    [413, "upstream-invalid-request"],
    [422, "upstream-invalid-request"],
    [429, "upstream-rate-limited"],
    [500, "upstream-error"],
    [503, "upstream-error"],
    [504, "upstream-timeout"],
    [529, "upstream-error"],
  ])("status %i is %s", (status, code) => {
    const error = parse(status, { error: { message: "No.", type: "a_type", code: "a_code" } });
    expect(error).toMatchObject({ code, message: "No." });
    expect(error.details).toEqual({
      provider: "acme",
      upstreamStatus: status,
      upstreamCode: "a_code",
      upstreamType: "a_type",
    });
  });

  test.each<[unknown, string]>([
    [{ error: "plain words" }, "plain words"],
    [{ message: "Unauthorized", object: "error" }, "Unauthorized"],
    [{ detail: "Not Found" }, "Not Found"],
    ["<html><body>Bad gateway: the prompt was 'x'</body></html>", "The provider answered with status 500."],
    ["", "The provider answered with status 500."],
  ])("the message of %j", (body, message) => {
    expect(parse(500, body).message).toBe(message);
  });

  test.each([
    ["messages[1].content[0].image_url", "messages[1].content[0].image_url"],
    ["the words of a prompt", null],
    [null, null],
  ])("the field at fault, %j, is named to the caller as %j", (param, named) => {
    const failed = parse(400, { error: { message: "No.", type: "invalid_request_error", code: "c", param } });
    expect(renderError(failed).body["error"]).toMatchObject({ code: "c", param: named });
    const inBand = parseInBandError({ error: { message: "No.", code: 400, param } }, { provider: "p", secrets: [] });
    expect(renderError(inBand!).body["error"]).toMatchObject({ param: named });
  });

  test("a wrong key that is answered with 400 is not the caller's mistake", () => {
    expect(parse(400, { error: "Incorrect API key provided" }).code).toBe("upstream-auth");
  });

  test.each([
    [{ "retry-after": "7" }, 7000],
    [{ "retry-after": "1.5" }, 1500],
    [{ "retry-after-ms": "250", "retry-after": "9" }, 250],
    [{ "retry-after": "Sun, 06 Nov 1994 08:49:47 GMT" }, 10_000],
    [{ "retry-after": "Sun, 06 Nov 1994 08:49:00 GMT" }, 0],
    [{ "retry-after": "99999999" }, 86_400_000],
    [{ "retry-after": "Thu, 29 Feb 2024 00:00:00 GMT" }, 86_400_000],
    [{ "retry-after": "soon" }, undefined],
    [{}, undefined],
  ])("B11 %j is to be tried again after %s ms", (headers, expected) => {
    expect(parse(429, {}, headers).details.retryAfterMs).toBe(expected);
  });

  test.each([
    "Incorrect API key provided: sk-proj-abc***wxyz. You can find it.",
    "Header was Bearer abcdef.123456",
    "Key AIzaSyA1234567890abcdef is disabled",
    "used topsecretvalue here",
    "token 0123456789abcdef0123456789abcdef refused",
  ])("B15 a credential is cut out of %j", (message) => {
    const shown = parse(401, { error: { message } }).message;
    expect(shown).toContain("[redacted]");
    expect(shown).not.toMatch(/abc|wxyz|123456|topsecret/);
  });

  test("a long message is cut", () => {
    expect(parse(500, { error: { message: "🚦 word ".repeat(1000) } }).message.length).toBeLessThanOrEqual(512);
  });
});

describe("an error inside a 200", () => {
  const from = { provider: "acme", secrets: [] };
  test("is known by its error field, with the status that it names", () => {
    expect(parseInBandError({ error: { message: "Slow down", code: 429 } }, from)?.code).toBe("upstream-rate-limited");
    expect(parseInBandError({ error: { message: "x", code: "rate_limit_exceeded" } }, from)?.code).toBe(
      "upstream-rate-limited",
    );
    expect(parseInBandError({ error: "overloaded" }, from)).toMatchObject({
      code: "upstream-error",
      message: "overloaded",
    });
    expect(parseInBandError({ object: "error", message: "x" }, from)?.code).toBe("upstream-error");
  });
  test.each(["content_filter", "content_policy_violation", "data_inspection_failed", "invalid_prompt"])(
    "of a filter (%s) is the request's own fault, as it is with a status",
    (code) => {
      expect(parseInBandError({ error: { message: "No.", code } }, from)?.code).toBe("upstream-invalid-request");
    },
  );
  test("is not seen where there is none", () => {
    expect(parseInBandError({ error: null, choices: [] }, from)).toBeNull();
  });
});

describe("an error in the caller's dialect", () => {
  test("names the field at fault", () => {
    const error = new SignalboxError("invalid-request", "No.", { details: { param: "messages[0]" } });
    expect(renderError(error).body).toEqual({
      error: { message: "No.", type: "invalid_request_error", param: "messages[0]", code: "invalid_value" },
    });
  });
  test("keeps a provider's own code and type", () => {
    const details = { upstreamCode: "context_length_exceeded", upstreamType: "invalid_request_error" };
    expect(renderError(new SignalboxError("upstream-invalid-request", "Long.", { details })).body).toMatchObject({
      error: { type: "invalid_request_error", code: "context_length_exceeded", param: null },
    });
  });
  test("is one event in a stream", () => {
    expect(renderErrorFrame(new SignalboxError("audit-unavailable", "No."))).toBe(
      'data: {"error":{"message":"No.","type":"server_error","param":null,"code":"audit_unavailable"}}\n\n',
    );
  });
});
