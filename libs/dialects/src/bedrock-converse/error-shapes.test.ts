import { describeErrorShapes } from "../error/error-shapes.test-kit.ts";

const named = (name: string): Record<string, string> => ({
  "x-amzn-errortype": `${name}:http://internal.amazon.com/coral/`,
});
const KEY = "The security token included in the request is invalid.";
const SIGNATURE = "The request signature we calculated does not match the signature you provided.";
const ACCESS = "You don't have access to the model with the specified model ID.";
const NO_MODEL = "The provided model identifier is invalid.";
const ON_DEMAND =
  "Invocation of model ID anthropic.claude-x with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.";
const LONG = "Input is too long for requested model.";
const RATE = "Too many requests, please wait before trying again.";
const TOKENS = "Too many tokens, please wait before trying again.";
const BUSY = "Bedrock is unable to process your request.";

/** What Bedrock says (https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html). */
describeErrorShapes("bedrock-converse", [
  {
    what: "key",
    status: 403,
    body: { message: KEY },
    headers: named("UnrecognizedClientException"),
    code: "upstream-auth",
    says: KEY,
  },
  {
    what: "key, badly signed",
    status: 403,
    body: { message: SIGNATURE },
    headers: named("InvalidSignatureException"),
    code: "upstream-auth",
    says: SIGNATURE,
  },
  {
    what: "model, without access",
    status: 403,
    body: { message: ACCESS },
    headers: named("AccessDeniedException"),
    code: "upstream-auth",
    says: ACCESS,
  },
  {
    what: "model",
    status: 400,
    body: { message: NO_MODEL },
    headers: named("ValidationException"),
    code: "upstream-not-found",
    says: NO_MODEL,
  },
  {
    what: "model, by a profile alone",
    status: 400,
    body: { message: ON_DEMAND },
    headers: named("ValidationException"),
    code: "upstream-not-found",
    says: ON_DEMAND,
  },
  {
    what: "context",
    status: 400,
    body: { message: LONG },
    headers: named("ValidationException"),
    code: "upstream-invalid-request",
    says: LONG,
  },
  {
    what: "rate",
    status: 429,
    body: { message: RATE },
    headers: named("ThrottlingException"),
    code: "upstream-rate-limited",
    says: RATE,
  },
  {
    what: "rate, of tokens",
    status: 429,
    body: { message: TOKENS },
    headers: named("ThrottlingException"),
    code: "upstream-rate-limited",
    says: TOKENS,
  },
  {
    what: "quota",
    status: 400,
    body: { message: "Quota." },
    headers: named("ServiceQuotaExceededException"),
    code: "upstream-rate-limited",
    says: "Quota.",
  },
  {
    what: "overloaded",
    status: 503,
    body: { message: BUSY },
    headers: named("ServiceUnavailableException"),
    code: "upstream-error",
    says: BUSY,
  },
  {
    what: "slow",
    status: 408,
    body: { message: "Model timed out." },
    headers: named("ModelTimeoutException"),
    code: "upstream-timeout",
    says: "Model timed out.",
  },
]);
