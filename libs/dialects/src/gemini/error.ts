import { plainNumber } from "../check/plain-value.ts";
import { ERROR_CODES, type ErrorCode, SignalboxError } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import { redact } from "../error/redact.ts";
import { retryAfterInWords, retryAfterMsOf } from "../error/retry-after.ts";
import { saidMessage } from "../error/said-message.ts";
import { codeOfStatus } from "../error/upstream-code.ts";
import type { UpstreamFailure } from "../error/upstream-failure.ts";
import type { RenderedError } from "../ingress-codec.ts";
import type { JsonObject, RequestEnvelope } from "../neutral/source.ts";
import { encodeData } from "../sse/encode.ts";
import { saidDetails, type SaidDetails } from "./error-details.ts";
import { parseJson } from "../check/parse-json.ts";

/** The HTTP status for each word of google.rpc.Code that stands for a failure. */
const STATUS_OF_WORD = new Map(
  Object.entries({
    INVALID_ARGUMENT: 400,
    FAILED_PRECONDITION: 400,
    OUT_OF_RANGE: 400,
    UNAUTHENTICATED: 401,
    PERMISSION_DENIED: 403,
    NOT_FOUND: 404,
    RESOURCE_EXHAUSTED: 429,
    CANCELLED: 499,
    INTERNAL: 500,
    UNKNOWN: 500,
    UNAVAILABLE: 503,
    DEADLINE_EXCEEDED: 504,
  }),
);

/** A provider's answer that is no success, as an error that may be shown to the caller. */
export function parseError(failure: UpstreamFailure): SignalboxError {
  const said = sayingOf(parseJson(failure.bodyText));
  const message = redact(said.message ?? `The provider answered with status ${failure.status}.`, failure.secrets);
  const told = retryAfterMsOf(failure.header, failure.nowMs);
  const isWordless = told === null && said.details.retryAfterMs === undefined;
  const retryAfterMs = isWordless && failure.status === 429 ? retryAfterInWords(message) : told;
  return new SignalboxError(codeOf(failure.status, message), message, {
    details: {
      provider: failure.provider,
      upstreamStatus: failure.status,
      ...said.details,
      ...(retryAfterMs === null ? {} : { retryAfterMs }),
    },
  });
}

/** An error that came inside a 200: as a whole body, or as an event of a stream. Null when the object is no error. */
export function parseInBandError(
  body: JsonObject,
  from: { provider: string; secrets: readonly string[] },
): SignalboxError | null {
  const { error } = body;
  if (error === undefined || error === null) return null;
  const said = sayingOf(body);
  const message = redact(said.message ?? "The provider reported an error inside its answer.", from.secrets);
  const number = isObject(error) ? plainNumber(error["code"]) : Number.NaN;
  const status = number >= 400 && number < 600 ? number : STATUS_OF_WORD.get(said.details.upstreamCode ?? "");
  const code = status === undefined ? "upstream-error" : codeOf(status, message);
  return new SignalboxError(code, message, { details: { provider: from.provider, ...said.details } });
}

/** A call that the provider itself cancelled may be tried again; it is no mistake of the caller. */
function codeOf(status: number, message: string): ErrorCode {
  return status === 499 ? "upstream-error" : codeOfStatus(status, message);
}

type Saying = { message: string | null; details: SaidDetails & { upstreamCode?: string } };

/** What a google.rpc.Status says; in an answer to a request for a stream it stands in an array. */
function sayingOf(value: unknown): Saying {
  const body: unknown = Array.isArray(value) ? value[0] : value;
  if (!isObject(body)) return { message: saidMessage(body), details: {} };
  const { error } = body;
  if (!isObject(error)) return { message: saidMessage(body), details: {} };
  const { message, status } = error;
  return {
    message: typeof message === "string" && message !== "" ? message : saidMessage(body),
    details: {
      ...(typeof status === "string" && /^[A-Z_]{1,64}$/.test(status) ? { upstreamCode: status } : {}),
      ...saidDetails(error["details"]),
    },
  };
}

/** An error answer in this dialect: a google.rpc.Status (https://google.aip.dev/193). */
export function renderError(error: SignalboxError): RenderedError {
  return { status: error.httpStatus, body: bodyOf(error) };
}

/** The same as the last event of a stream, or as the last element of an array. */
export function renderErrorFrame(error: SignalboxError, envelope?: RequestEnvelope, hasBegun = true): string {
  const text = JSON.stringify(bodyOf(error));
  if (envelope?.sse !== false) return encodeData(text);
  return hasBegun ? `,\r\n${text}]` : `[${text}]`;
}

/** The words of google.rpc.Code by their numbers, which the error codes have, too. */
const WORDS = new Map<number, string>([
  [1, "CANCELLED"],
  [3, "INVALID_ARGUMENT"],
  [4, "DEADLINE_EXCEEDED"],
  [5, "NOT_FOUND"],
  [7, "PERMISSION_DENIED"],
  [8, "RESOURCE_EXHAUSTED"],
  [9, "FAILED_PRECONDITION"],
  [12, "UNIMPLEMENTED"],
  [13, "INTERNAL"],
  [14, "UNAVAILABLE"],
  [16, "UNAUTHENTICATED"],
]);

const DOMAIN = "signalbox";
const TYPE = "type.googleapis.com/google.rpc.";

function bodyOf(error: SignalboxError): JsonObject {
  const { retryAfterMs, param, ...rest } = error.details;
  const metadata = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, asText(value)]));
  const reason = error.code.replaceAll("-", "_").toUpperCase();
  const violation = { field: param, description: error.message };
  return {
    error: {
      code: error.httpStatus,
      message: error.message,
      status: WORDS.get(ERROR_CODES[error.code].grpc) ?? "UNKNOWN",
      details: [
        { "@type": `${TYPE}ErrorInfo`, reason, domain: DOMAIN, metadata },
        ...(param === undefined ? [] : [{ "@type": `${TYPE}BadRequest`, fieldViolations: [violation] }]),
        ...(retryAfterMs === undefined ? [] : [{ "@type": `${TYPE}RetryInfo`, retryDelay: `${retryAfterMs / 1000}s` }]),
      ],
    },
  };
}

/** Metadata is text alone. */
function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
