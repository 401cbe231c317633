import { WIRES } from "@signalbox/proto";
import { describe, expect, test } from "vitest";
import { egressOf } from "../codecs.ts";
import { isContextOverflow } from "./context-overflow.ts";
import { retryAfterInWords } from "./retry-after.ts";
import { saidMessage } from "./said-message.ts";

const answered = (wire: (typeof WIRES)[number], status: number, bodyText: string) =>
  egressOf(wire).parseError({ status, header: () => undefined, bodyText, provider: "acme", nowMs: 0, secrets: [] });

describe("B6 an error in any shape is typed by its status and says what its sender says", () => {
  test.each<[unknown, string]>([
    [{ message: "slow down" }, "slow down"],
    [{ detail: "slow down" }, "slow down"],
    [{ error: "slow down" }, "slow down"],
    [{ error: { message: "slow down" } }, "slow down"],
    [{ error: { error: { message: "slow down" } } }, "slow down"],
    [{ errors: [{ message: "slow down" }, { message: "or else" }] }, "slow down"],
    [[{ error: { code: 429, message: "slow down" } }], "slow down"],
    [{ fault: { faultstring: "slow down", detail: { errorcode: "policies.ratelimit" } } }, "slow down"],
    [{ type: "about:blank", title: "Too Many Requests", status: 429, detail: "slow down" }, "slow down"],
    [{ title: "slow down", status: 429 }, "slow down"],
    [{ code: 8, message: "slow down", details: [] }, "slow down"],
    [{ Message: "slow down" }, "slow down"],
    [{ detail: [{ loc: ["body"], msg: "slow down", input: "the caller's words" }] }, "slow down"],
  ])("%j", (body, says) => {
    for (const wire of WIRES) {
      const error = answered(wire, 429, JSON.stringify(body));
      expect([wire, error.code]).toEqual([wire, "upstream-rate-limited"]);
      expect(error.message).toContain(says);
      expect(error.message).not.toContain("the caller's words");
    }
  });

  test.each([
    ["<html><body><h1>502 Bad Gateway</h1></body></html>"],
    [""],
    ["upstream connect error"],
    ["null"],
    ["{}"],
  ])("%j says nothing that could be shown", (bodyText) => {
    for (const wire of WIRES) {
      const error = answered(wire, 502, bodyText);
      expect([error.code, error.message]).toEqual(["upstream-error", "The provider answered with status 502."]);
    }
  });

  test("nothing is found where it would be looked for without an end", () => {
    expect(saidMessage({ error: { error: { error: { error: { error: { message: "deep" } } } } } })).toBeNull();
    expect(saidMessage("text")).toBeNull();
  });
});

describe("B11 when to ask again, where only words say it", () => {
  test.each<[string, number | null]>([
    ["Rate limit reached … Please try again in 1.898s. Visit …", 1898],
    ["Please try again in 7m12s.", 432_000],
    ["Please try again in 1h2m3.5s.", 3_723_500],
    ["Please try again in 20ms.", 20],
    ["Please retry in 34.4s", 34_400],
    ["Please retry after 86400 seconds.", 86_400_000],
    ["Try again in 2 minutes", 120_000],
    ["please wait before trying again", null],
    ["Please try again in a while", null],
    ["Please try again in 5 days", null],
    ["Limit 30000, Requested 31s", null],
  ])("%s", (message, expected) => {
    expect(retryAfterInWords(message)).toBe(expected);
  });

  test("a quota that is used up is none that a wait would mend", () => {
    const message =
      "You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.";
    const error = { message, type: "insufficient_quota", param: null, code: "insufficient_quota" };
    expect(answered("openai-chat", 429, JSON.stringify({ error })).code).toBe("upstream-auth");
    expect(answered("openai-responses", 429, JSON.stringify({ error })).code).toBe("upstream-auth");
  });
});

test.each([
  "Input Tokens Exceeded: Number of input tokens exceeds maximum length.",
  "Too many input tokens. Max input tokens: 8192, request input token count: 9000",
  "Input validation error: `inputs` must have less than 8192 tokens. Given: 9000",
  "`inputs` tokens + `max_new_tokens` must be <= 8193. Given: 9000 `inputs` tokens and 10 `max_new_tokens`",
  "The input (9000 tokens) is longer than the model's context length (8192 tokens).",
  "Input length (9000 tokens) exceeds the maximum allowed length (8192 tokens)",
  "The decoder prompt (length 5000) is longer than the maximum model length of 4096.",
  "Trying to keep the first 6000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens",
  "The number of tokens to keep from the initial prompt is greater than the context length.",
  "prompt too long; exceeded max context length by 12 tokens",
  "the request exceeds the available context size, try increasing it",
  "Request body too large for gpt-4o-mini model. Max size: 8000 tokens.",
  "Unable to submit request because the input token count is 1100000 but model only supports up to 1048576.",
])("B8 a prompt that is too long is known by its host's words: %s", (message) => {
  const error = answered("openai-chat", 400, JSON.stringify({ error: { message } }));
  expect(isContextOverflow(error)).toBe(true);
  expect(isContextOverflow(answered("openai-chat", 429, JSON.stringify({ error: { message } })))).toBe(false);
});

describe("B6 an error inside a 200 is typed by the status that it names, wherever it stands", () => {
  const reading = { provider: "acme", secrets: [], choices: 1, defaults: { id: "x", createdAtS: 7, model: "m" } };
  const streamed = (wire: "openai-chat" | "openai-responses", body: object) => {
    const codec = egressOf(wire);
    const [state] = codec.readEvent(codec.startReading(reading), { event: "", data: JSON.stringify(body) });
    const { end } = state.progress;
    return end.kind === "error" ? { code: end.error.code, retryAfterMs: end.error.details.retryAfterMs } : end.kind;
  };

  test.each<["openai-chat" | "openai-responses", object, readonly [code: string, retryAfterMs?: number]]>([
    [
      "openai-chat",
      { object: "error", message: "bad", type: "BadRequestError", code: 400 },
      ["upstream-invalid-request"],
    ],
    ["openai-chat", { error: "slow", code: 429 }, ["upstream-rate-limited"]],
    ["openai-chat", { error: { message: "slow", http_status_code: 429 } }, ["upstream-rate-limited"]],
    ["openai-chat", { error: { message: "Try again in 3s", code: "429" } }, ["upstream-rate-limited", 3000]],
    ["openai-chat", { error: { message: "slow", type: "rate_limit_error" } }, ["upstream-rate-limited"]],
    ["openai-chat", { error: { message: "broken", type: "server_error" } }, ["upstream-error"]],
    ["openai-chat", { code: "DataInspectionFailed", message: "no", request_id: "r" }, ["upstream-invalid-request"]],
    ["openai-chat", { code: "Throttling.RateQuota", message: "slow", request_id: "r" }, ["upstream-rate-limited"]],
    ["openai-chat", { detail: "broken" }, ["upstream-error"]],
    [
      "openai-chat",
      { choices: [{ index: 0, delta: {}, finish_reason: "error", error: { code: 429, message: "slow" } }] },
      ["upstream-rate-limited"],
    ],
    ["openai-responses", { type: "error", error: { message: "slow", code: 429 } }, ["upstream-rate-limited"]],
    ["openai-responses", { type: "error", error: { message: "bad", code: 400 } }, ["upstream-invalid-request"]],
    [
      "openai-responses",
      { type: "error", code: "rate_limit_exceeded", message: "Please try again in 2s." },
      ["upstream-rate-limited", 2000],
    ],
  ])("%s: %j", (wire, body, [code, retryAfterMs]) => {
    expect(streamed(wire, body)).toEqual({ code, retryAfterMs });
  });

  test("a whole answer likewise", () => {
    const failed = { choices: [{ message: {}, finish_reason: "error", error: { code: 429, message: "slow" } }] };
    const options = { provider: "acme", secrets: [], defaults: reading.defaults };
    expect(() => egressOf("openai-chat").parseResponse(failed, options)).toThrow("slow");
    expect(() => egressOf("openai-chat").parseResponse({ detail: "broken" }, options)).toThrow("broken");
  });
});
