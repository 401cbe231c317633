import { describeErrorShapes } from "../error/error-shapes.test-kit.ts";

const said = (message: string, type: string, code: string | null): object => ({
  error: { message, type, param: null, code },
});
const LONG = "Your input exceeds the context window of this model. Please adjust your input and try again.";
const MODEL = "The requested model 'gpt-9' does not exist.";
const QUOTA = "You exceeded your current quota, please check your plan and billing details.";
const RESPONSE = "Previous response with id 'resp_1' not found.";
const ITEM = "Item with id 'rs_1' not found. Items are not persisted when `store` is set to false.";

/** What the Responses API says where it differs from Chat Completions, whose form it shares. */
describeErrorShapes("openai-responses", [
  {
    what: "key",
    status: 401,
    body: said("Missing bearer or basic authentication in header", "invalid_request_error", null),
    code: "upstream-auth",
    says: "Missing bearer or basic authentication in header",
  },
  {
    what: "model",
    status: 400,
    body: said(MODEL, "invalid_request_error", "model_not_found"),
    code: "upstream-not-found",
    says: MODEL,
  },
  {
    what: "context",
    status: 400,
    body: said(LONG, "invalid_request_error", "context_length_exceeded"),
    code: "upstream-invalid-request",
    says: LONG,
  },
  {
    what: "reference, to an item",
    status: 404,
    body: said(ITEM, "invalid_request_error", null),
    code: "upstream-invalid-request",
    says: ITEM,
  },
  {
    what: "reference, to a response",
    status: 400,
    body: said(RESPONSE, "invalid_request_error", "previous_response_not_found"),
    code: "upstream-invalid-request",
    says: RESPONSE,
  },
  {
    what: "reference, to a file",
    status: 404,
    body: said("No such File object: file-1", "invalid_request_error", null),
    code: "upstream-invalid-request",
    says: "No such File object: file-1",
  },
  {
    what: "rate",
    status: 429,
    body: said("Rate limit reached for gpt-x.", "tokens", "rate_limit_exceeded"),
    headers: { "retry-after-ms": "1200" },
    code: "upstream-rate-limited",
    says: "Rate limit reached for gpt-x.",
    retryAfterMs: 1_200,
  },
  {
    what: "quota",
    status: 429,
    body: said(QUOTA, "insufficient_quota", "insufficient_quota"),
    code: "upstream-rate-limited",
    says: QUOTA,
  },
  {
    what: "overloaded",
    status: 503,
    body: said("Our servers are currently overloaded.", "service_unavailable_error", "server_is_overloaded"),
    code: "upstream-error",
    says: "Our servers are currently overloaded.",
  },
  {
    what: "filter",
    status: 400,
    body: said(
      "Invalid prompt: your prompt was flagged as potentially violating our usage policy.",
      "invalid_request_error",
      "invalid_prompt",
    ),
    code: "upstream-invalid-request",
    says: "Invalid prompt: your prompt was flagged as potentially violating our usage policy.",
  },
]);
