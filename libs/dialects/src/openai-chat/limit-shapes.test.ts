import { expect, test } from "vitest";
import { describeErrorShapes, type ErrorShape } from "../error/error-shapes.test-kit.ts";
import { parseError } from "./error.ts";

function openai(message: string, type: string, code: string | null): object {
  return { error: { message, type, param: null, code } };
}

const QUOTA = "You exceeded your current quota, please check your plan and billing details.";
const XAI_FILTER = "Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_BIO";
const MODERATED =
  'openai/gpt-9 requires moderation on OpenAI. Your input was flagged for "violence". No credits were charged.';
const ALIBABA_UNPAID = "Access denied, please make sure your account is in good standing.";
const GROQ_RATE =
  "Rate limit reached for model `m` on tokens per minute (TPM): Limit 6000, Used 5500, Requested 900. Please try again in 4s.";
const UPSTREAM_RATE = "m is temporarily rate-limited upstream. Please retry shortly.";

/** What hosts say that have had enough: of requests, of a debt, of all, or of what was asked. */
const SHAPES: readonly ErrorShape[] = [
  {
    what: "rate, Groq",
    status: 429,
    body: openai(GROQ_RATE, "tokens", "rate_limit_exceeded"),
    headers: { "retry-after": "4" },
    code: "upstream-rate-limited",
    says: GROQ_RATE,
    retryAfterMs: 4_000,
  },
  {
    what: "rate, OpenRouter",
    status: 429,
    body: {
      error: { message: "Provider returned error", code: 429, metadata: { raw: UPSTREAM_RATE, provider_name: "P" } },
    },
    code: "upstream-rate-limited",
    says: "Provider returned error",
  },
  {
    what: "rate, Z.AI",
    status: 429,
    body: {
      error: {
        code: "1302",
        message:
          "High concurrency usage of this API, please reduce concurrency or contact customer service to increase limits",
      },
    },
    code: "upstream-rate-limited",
    says: "High concurrency usage of this API, please reduce concurrency or contact customer service to increase limits",
  },
  {
    what: "rate, Alibaba, in the words of a quota",
    status: 429,
    body: openai(QUOTA, "insufficient_quota", "insufficient_quota"),
    code: "upstream-rate-limited",
    says: QUOTA,
  },
  {
    what: "quota, Alibaba",
    status: 400,
    body: { error: { code: "Arrearage", param: null, message: ALIBABA_UNPAID, type: "Arrearage" } },
    code: "upstream-auth",
    says: ALIBABA_UNPAID,
  },
  {
    what: "quota, DeepSeek",
    status: 402,
    body: openai("Insufficient Balance", "unknown_error", "invalid_request_error"),
    code: "upstream-auth",
    says: "Insufficient Balance",
  },
  {
    what: "quota, Moonshot",
    status: 429,
    body: {
      error: {
        message: "Your account org-x is suspended due to insufficient balance, please recharge your account",
        type: "exceeded_current_quota_error",
      },
    },
    code: "upstream-auth",
    says: "Your account org-x is suspended due to insufficient balance, please recharge your account",
  },
  {
    what: "quota, Z.AI",
    status: 429,
    body: { error: { code: "1113", message: "Insufficient balance or no resource package. Please recharge." } },
    code: "upstream-auth",
    says: "Insufficient balance or no resource package. Please recharge.",
  },
  {
    what: "overloaded, OpenAI",
    status: 503,
    body: openai("The engine is currently overloaded, please try again later", "server_error", null),
    code: "upstream-error",
    says: "The engine is currently overloaded, please try again later",
  },
  {
    what: "overloaded, Moonshot",
    status: 429,
    body: {
      error: { message: "The engine is currently overloaded, please try again later", type: "engine_overloaded_error" },
    },
    code: "upstream-rate-limited",
    says: "The engine is currently overloaded, please try again later",
  },
  {
    what: "filter, OpenAI",
    status: 400,
    body: openai(
      "Your request was rejected as a result of our safety system.",
      "invalid_request_error",
      "content_policy_violation",
    ),
    code: "upstream-invalid-request",
    says: "Your request was rejected as a result of our safety system.",
  },
  {
    what: "filter, xAI",
    status: 403,
    body: { code: "The caller does not have permission to execute the specified operation", error: XAI_FILTER },
    code: "upstream-invalid-request",
    says: XAI_FILTER,
  },
  {
    what: "filter, OpenRouter",
    status: 403,
    body: {
      error: {
        code: 403,
        message: MODERATED,
        metadata: { reasons: ["violence"], flagged_input: "SECRET", provider_name: "OpenAI" },
      },
    },
    code: "upstream-invalid-request",
    says: MODERATED,
  },
  {
    what: "filter, DeepSeek",
    status: 400,
    body: openai("Content Exists Risk", "invalid_request_error", "invalid_request_error"),
    code: "upstream-invalid-request",
    says: "Content Exists Risk",
  },
  {
    what: "filter, Alibaba",
    status: 400,
    body: openai("Input data may contain inappropriate content.", "data_inspection_failed", "data_inspection_failed"),
    code: "upstream-invalid-request",
    says: "Input data may contain inappropriate content.",
  },
];

describeErrorShapes("openai-chat", SHAPES);

test.each([
  [400, "Invalid schema for function 'get_api_key': schema must be an object."],
  [400, "tools.0.description: Invalid API key format here is not allowed"],
  [400, "Invalid value for 'messages[0].name': Model Not Exist"],
  [422, "body.user: Unknown Model"],
])("B11 a caller's own words (%i, %s) do not keep an endpoint from all others", (status, message) => {
  const bodyText = JSON.stringify({ error: { message, type: "invalid_request_error", code: null } });
  const failure = { status, header: () => undefined, bodyText, provider: "acme", nowMs: 0, secrets: [] };
  expect(parseError(failure).code).toBe("upstream-invalid-request");
});
