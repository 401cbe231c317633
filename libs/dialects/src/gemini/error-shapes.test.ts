import { describeErrorShapes } from "../error/error-shapes.test-kit.ts";

function said(...[code, status, message, details = []]: [number, string, string, object[]?]): object {
  return { error: { code, message, status, details } };
}
const TYPE = "type.googleapis.com/google.rpc.";
const KEY = "API key not valid. Please pass a valid API key.";
const MODEL = "models/gemini-9 is not found for API version v1beta, or is not supported for generateContent.";
const LONG = "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).";
const QUOTA = "You exceeded your current quota, please check your plan and billing details.";
const PLACE = "User location is not supported for the API use.";
const FILE = "You do not have permission to access the File abc or it may not exist.";
const CACHE = "CachedContent not found (or permission denied)";
const BUSY = "The model is overloaded. Please try again later.";
const UNPAID = "This API method requires billing to be enabled. Please enable billing on project #1.";

/** What Google says (https://ai.google.dev/gemini-api/docs/troubleshooting), on AI Studio and on Vertex. */
describeErrorShapes("gemini", [
  {
    what: "key",
    status: 400,
    body: said(400, "INVALID_ARGUMENT", KEY, [{ "@type": `${TYPE}ErrorInfo`, reason: "API_KEY_INVALID" }]),
    code: "upstream-auth",
    says: KEY,
  },
  {
    what: "key, expired",
    status: 400,
    body: said(400, "INVALID_ARGUMENT", "API key expired. Please renew the API key."),
    code: "upstream-auth",
    says: "API key expired. Please renew the API key.",
  },
  { what: "place", status: 400, body: said(400, "FAILED_PRECONDITION", PLACE), code: "upstream-auth", says: PLACE },
  { what: "model", status: 404, body: said(404, "NOT_FOUND", MODEL), code: "upstream-not-found", says: MODEL },
  {
    what: "reference, to a file",
    status: 403,
    body: said(403, "PERMISSION_DENIED", FILE),
    code: "upstream-invalid-request",
    says: FILE,
  },
  {
    what: "reference, to a cache",
    status: 403,
    body: said(403, "PERMISSION_DENIED", CACHE),
    code: "upstream-invalid-request",
    says: CACHE,
  },
  {
    what: "context",
    status: 400,
    body: said(400, "INVALID_ARGUMENT", LONG),
    code: "upstream-invalid-request",
    says: LONG,
  },
  {
    what: "rate, also in an array",
    status: 429,
    body: [said(429, "RESOURCE_EXHAUSTED", QUOTA, [{ "@type": `${TYPE}RetryInfo`, retryDelay: "34.4s" }])],
    code: "upstream-rate-limited",
    says: QUOTA,
    retryAfterMs: 34_400,
  },
  { what: "quota", status: 403, body: said(403, "PERMISSION_DENIED", UNPAID), code: "upstream-auth", says: UNPAID },
  { what: "overloaded", status: 503, body: said(503, "UNAVAILABLE", BUSY), code: "upstream-error", says: BUSY },
  {
    what: "slow",
    status: 504,
    body: said(504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
    code: "upstream-timeout",
    says: "Deadline expired before operation could complete.",
  },
]);
