import { ingressOf } from "@signalbox/dialects";
import type { DialectName, SignalboxError } from "@signalbox/proto";

/** An error as an HTTP answer in the caller's dialect. */
type ErrorAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** `Retry-After` of a 503 whose error names no time. */
const RETRY_AFTER_DEFAULT_MS = 1_000;

/** Renders any error of the closed set; every 503 says when to try again. */
export function errorAnswer(error: SignalboxError, dialect: DialectName): ErrorAnswer {
  const { status, body } = ingressOf(dialect).renderError(error);
  const retryAfterMs = error.details.retryAfterMs ?? (status === 503 ? RETRY_AFTER_DEFAULT_MS : undefined);
  return {
    status,
    headers: {
      "content-type": "application/json; charset=utf-8",
      // The SDKs of OpenAI and Anthropic retry a 429 unless this header says no, and an exhausted budget stays so.
      ...(error.code === "budget-exceeded" ? { "x-should-retry": "false" } : {}),
      ...(retryAfterMs === undefined ? {} : { "retry-after": String(Math.ceil(retryAfterMs / 1_000)) }),
    },
    body: JSON.stringify(body),
  };
}
