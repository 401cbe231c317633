import { expect, test } from "vitest";
import { rateHeaders } from "./rate-headers.ts";

const RATES = [
  { unit: "requests", limit: 60, remaining: 59, resetMs: 60_000 },
  { unit: "tokens", limit: 1_000, remaining: 0, resetMs: 1_500 },
] as const;

test("limits are told in OpenAI's words", () => {
  expect(Object.fromEntries(rateHeaders(RATES, { dialect: "openai-chat", nowMs: 0 }))).toEqual({
    "x-ratelimit-limit-requests": "60",
    "x-ratelimit-remaining-requests": "59",
    "x-ratelimit-reset-requests": "1m0s",
    "x-ratelimit-limit-tokens": "1000",
    "x-ratelimit-remaining-tokens": "0",
    "x-ratelimit-reset-tokens": "1.5s",
  });
});

test("to Anthropic's dialect they are told in its own as well", () => {
  expect(Object.fromEntries(rateHeaders(RATES, { dialect: "anthropic-messages", nowMs: 0 }))).toMatchObject({
    "x-ratelimit-limit-requests": "60",
    "anthropic-ratelimit-requests-limit": "60",
    "anthropic-ratelimit-requests-remaining": "59",
    "anthropic-ratelimit-requests-reset": "1970-01-01T00:01:00.000Z",
    "anthropic-ratelimit-tokens-reset": "1970-01-01T00:00:01.500Z",
  });
});
