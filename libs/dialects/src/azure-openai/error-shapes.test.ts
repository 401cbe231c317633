import { describeErrorShapes } from "../error/error-shapes.test-kit.ts";

const KEY =
  "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.";
const DEPLOYMENT =
  "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.";
const LONG = "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.";
const RATE = "Requests to the ChatCompletions Operation have exceeded call rate limit. Please retry after 20 seconds.";
const FILTER = "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.";
const filtered = {
  code: "content_filter",
  message: FILTER,
  status: 400,
  innererror: {
    code: "ResponsibleAIPolicyViolation",
    content_filter_result: { violence: { filtered: true, severity: "high" }, hate: { filtered: false } },
  },
};

/** What Azure says (https://learn.microsoft.com/en-us/azure/ai-foundry/openai/how-to/content-filters), and the gateway before it. */
describeErrorShapes("azure-openai", [
  { what: "key", status: 401, body: { error: { code: "401", message: KEY } }, code: "upstream-auth", says: KEY },
  {
    what: "key, of the gateway",
    status: 401,
    body: { statusCode: 401, message: "Unauthorized." },
    code: "upstream-auth",
    says: "Unauthorized.",
  },
  {
    what: "model",
    status: 404,
    body: { error: { code: "DeploymentNotFound", message: DEPLOYMENT } },
    code: "upstream-not-found",
    says: DEPLOYMENT,
  },
  {
    what: "context",
    status: 400,
    body: {
      error: { message: LONG, type: "invalid_request_error", param: "messages", code: "context_length_exceeded" },
    },
    code: "upstream-invalid-request",
    says: LONG,
  },
  {
    what: "rate",
    status: 429,
    body: { error: { code: "429", message: RATE } },
    code: "upstream-rate-limited",
    says: RATE,
    retryAfterMs: 20_000,
  },
  {
    what: "overloaded",
    status: 503,
    body: { error: { code: "ServiceUnavailable", message: "Busy." } },
    code: "upstream-error",
    says: "Busy.",
  },
  {
    what: "filter",
    status: 400,
    body: { error: filtered },
    code: "upstream-invalid-request",
    says: `${FILTER} Filtered: violence.`,
  },
]);
