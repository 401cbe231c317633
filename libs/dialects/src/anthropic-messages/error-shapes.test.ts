import { describeErrorShapes } from "../error/error-shapes.test-kit.ts";

const said = (type: string, message: string): object => ({
  type: "error",
  error: { type, message },
  request_id: "req_1",
});
const coded = (type: string, message: string, error_code: string): object => ({
  type: "error",
  error: { type, message, details: { error_code } },
  request_id: "req_1",
});
const SPENT = "Your organization has reached the spend limit of its contract.";
const DISABLED = "The workspace's encryption key is disabled.";
const GONE = "There is no thread with this id.";
const UNPAID =
  "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.";
const RATE =
  "This request would exceed your organization's rate limit of 30,000 input tokens per minute. For details, refer to the docs.";
const LONG = "prompt is too long: 210000 tokens > 200000 maximum";
const BOTH =
  "input length and `max_tokens` exceed context limit: 195000 + 8192 > 200000, decrease input length or `max_tokens` and try again";
const LIMIT = "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.";
const FILTER = "Output blocked by content filtering policy";

/** What Anthropic says (https://platform.claude.com/docs/en/api/errors), and hosts of its wire. */
describeErrorShapes("anthropic-messages", [
  {
    what: "key",
    status: 401,
    body: said("authentication_error", "invalid x-api-key"),
    code: "upstream-auth",
    says: "invalid x-api-key",
  },
  {
    what: "model",
    status: 404,
    body: said("not_found_error", "model: claude-9"),
    code: "upstream-not-found",
    says: "model: claude-9",
  },
  {
    what: "model, DeepSeek",
    status: 400,
    body: said("invalid_request_error", "Model Not Exist"),
    code: "upstream-not-found",
    says: "Model Not Exist",
  },
  {
    what: "reference, to a file",
    status: 404,
    body: said("not_found_error", "File not found: file_1"),
    code: "upstream-invalid-request",
    says: "File not found: file_1",
  },
  {
    what: "context",
    status: 400,
    body: said("invalid_request_error", LONG),
    code: "upstream-invalid-request",
    says: LONG,
  },
  {
    what: "context, with its answer",
    status: 400,
    body: said("invalid_request_error", BOTH),
    code: "upstream-invalid-request",
    says: BOTH,
  },
  {
    what: "size",
    status: 413,
    body: said("request_too_large", "Request exceeds the maximum size"),
    code: "upstream-invalid-request",
    says: "Request exceeds the maximum size",
  },
  {
    what: "rate",
    status: 429,
    body: said("rate_limit_error", RATE),
    headers: { "retry-after": "32" },
    code: "upstream-rate-limited",
    says: RATE,
    retryAfterMs: 32_000,
  },
  {
    what: "rate, Z.AI",
    status: 429,
    body: said("rate_limit_error", "The engine is currently overloaded, please try again later"),
    code: "upstream-rate-limited",
    says: "The engine is currently overloaded, please try again later",
  },
  { what: "quota", status: 400, body: said("invalid_request_error", UNPAID), code: "upstream-auth", says: UNPAID },
  {
    what: "quota, as a limit of the operator's",
    status: 400,
    body: said("invalid_request_error", LIMIT),
    code: "upstream-auth",
    says: LIMIT,
  },
  {
    what: "quota, as a limit of the contract's",
    status: 429,
    body: coded("rate_limit_error", SPENT, "contract_spend_limit_reached"),
    code: "upstream-auth",
    says: SPENT,
  },
  {
    what: "key, of the customer's own",
    status: 400,
    body: coded("invalid_request_error", DISABLED, "cmek_key_disabled"),
    code: "upstream-auth",
    says: DISABLED,
  },
  {
    what: "reference, to a thread",
    status: 404,
    body: coded("not_found_error", GONE, "thread_not_found"),
    code: "upstream-invalid-request",
    says: GONE,
  },
  {
    what: "overloaded",
    status: 529,
    body: said("overloaded_error", "Overloaded"),
    code: "upstream-error",
    says: "Overloaded",
  },
  {
    what: "failure",
    status: 500,
    body: said("api_error", "Internal server error"),
    code: "upstream-error",
    says: "Internal server error",
  },
  {
    what: "filter",
    status: 400,
    body: said("invalid_request_error", FILTER),
    code: "upstream-invalid-request",
    says: FILTER,
  },
]);
