import { describeErrorShapes } from "../error/error-shapes.test-kit.ts";

const MODEL =
  "model 'command-9' not found, make sure the correct model ID was used and that you have access to the model.";
const LONG =
  "too many tokens: total number of tokens in the prompt exceeds the limit of 4081. Try using a shorter prompt or enabling prompt truncating.";
const RATE =
  "You are using a Trial key, which is limited to 10 API calls / minute. You can continue to use the Trial key for free or upgrade to a Production key.";
const BLOCKED = "The input contains blocked content.";

/** What Cohere says (https://docs.cohere.com/reference/errors). */
describeErrorShapes("cohere-v2", [
  {
    what: "key",
    status: 401,
    body: { id: "1", message: "invalid api token" },
    code: "upstream-auth",
    says: "invalid api token",
  },
  {
    what: "key, blocked",
    status: 498,
    body: { message: "invalid token" },
    code: "upstream-auth",
    says: "invalid token",
  },
  { what: "model", status: 404, body: { id: "1", message: MODEL }, code: "upstream-not-found", says: MODEL },
  { what: "context", status: 400, body: { id: "1", message: LONG }, code: "upstream-invalid-request", says: LONG },
  { what: "rate", status: 429, body: { id: "1", message: RATE }, code: "upstream-rate-limited", says: RATE },
  {
    what: "quota",
    status: 402,
    body: { message: "You have reached your spending limit." },
    code: "upstream-auth",
    says: "You have reached your spending limit.",
  },
  {
    what: "overloaded",
    status: 503,
    body: { message: "service unavailable" },
    code: "upstream-error",
    says: "service unavailable",
  },
  {
    what: "slow",
    status: 504,
    body: { message: "request timed out" },
    code: "upstream-timeout",
    says: "request timed out",
  },
  { what: "filter", status: 400, body: { message: BLOCKED }, code: "upstream-invalid-request", says: BLOCKED },
]);
