import type { ErrorCode } from "@signalbox/proto";

/** The code for a provider's HTTP status; `message` is what the provider says. */
export function codeOfStatus(status: number, message: string): ErrorCode {
  // xAI and Google answer a wrong key with 400.
  if (status === 400 && /api[ _-]?key/i.test(message)) return "upstream-auth";
  // Cohere answers a token that it does not know with 498, and a request that it gave up with 499.
  if (status === 401 || status === 402 || status === 403 || status === 498) return "upstream-auth";
  if (status === 404) return "upstream-not-found";
  if (status === 408 || status === 504) return "upstream-timeout";
  if (status === 429) return "upstream-rate-limited";
  return status >= 400 && status < 500 && status !== 409 && status !== 499
    ? "upstream-invalid-request"
    : "upstream-error";
}
