import { describeErrorShapes } from "../error/error-shapes.test-kit.ts";

const said = (message: string, type: string, code: string | null): object => ({
  object: "error",
  message,
  type,
  param: null,
  code,
  raw_status_code: 400,
});
const LONG = "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length";
const CAPACITY = "Service tier capacity exceeded for this model.";

/** What Mistral says (https://docs.mistral.ai/api, and issues that show its bodies). */
describeErrorShapes("mistral", [
  { what: "key", status: 401, body: { detail: "Unauthorized" }, code: "upstream-auth", says: "Unauthorized" },
  {
    what: "model",
    status: 400,
    body: said("Invalid model: mistral-9", "invalid_model", "1500"),
    code: "upstream-not-found",
    says: "Invalid model: mistral-9",
  },
  {
    what: "context",
    status: 400,
    body: said(LONG, "invalid_request_prompt_tokens", "3051"),
    code: "upstream-invalid-request",
    says: LONG,
  },
  {
    what: "rate",
    status: 429,
    body: said("Rate limit exceeded", "rate_limited", "1300"),
    code: "upstream-rate-limited",
    says: "Rate limit exceeded",
  },
  {
    what: "rate, for want of capacity",
    status: 429,
    body: said(CAPACITY, "service_tier_capacity_exceeded", "3505"),
    code: "upstream-rate-limited",
    says: CAPACITY,
  },
  { what: "quota", status: 402, body: { detail: "Payment required" }, code: "upstream-auth", says: "Payment required" },
  {
    what: "overloaded",
    status: 503,
    body: said("Service unavailable.", "internal_server_error", "1000"),
    code: "upstream-error",
    says: "Service unavailable.",
  },
]);
