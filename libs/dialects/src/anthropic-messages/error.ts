import { type ErrorCode, SignalboxError } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import { saidText } from "../check/field-value.ts";
import { isContextOverflow } from "../error/context-overflow.ts";
import { rateResetMsOf } from "../error/rate-reset.ts";
import { redact } from "../error/redact.ts";
import { saidMessage } from "../error/said-message.ts";
import { retryAfterMsOf } from "../error/retry-after.ts";
import { codeOfStatus } from "../error/upstream-code.ts";
import type { UpstreamFailure } from "../error/upstream-failure.ts";
import type { RenderedError } from "../ingress-codec.ts";
import type { JsonObject } from "../neutral/source.ts";
import { encodeEvent } from "../sse/encode.ts";
import { parseJson } from "../check/parse-json.ts";
import { upstreamWord } from "../error/upstream-word.ts";

/** `error.type` as a code (https://platform.claude.com/docs/en/api/errors). */
const CODES: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ["invalid_request_error", "upstream-invalid-request"],
  ["request_too_large", "upstream-invalid-request"],
  ["authentication_error", "upstream-auth"],
  ["permission_error", "upstream-auth"],
  ["billing_error", "upstream-auth"],
  ["not_found_error", "upstream-not-found"],
  ["rate_limit_error", "upstream-rate-limited"],
  ["timeout_error", "upstream-timeout"],
  ["overloaded_error", "upstream-error"],
  ["api_error", "upstream-error"],
]);

/** Anthropic answers an account without money with 400, as if the caller's request were at fault. */
const NO_MONEY = /credit balance|spend(ing)? limit|usage limit/i;

/** A provider's answer that is no success, as an error that may be shown to the caller. */
export function parseError(failure: UpstreamFailure): SignalboxError {
  const said = sayingOf(parseJson(failure.bodyText));
  const message = redact(said.message ?? `The provider answered with status ${failure.status}.`, failure.secrets);
  const retryAfterMs = retryAfterMsOf(failure.header, failure.nowMs) ?? rateResetMsOf(failure);
  const isUnpaid = said.details.upstreamType === "billing_error" || NO_MONEY.test(message);
  const code = failure.status < 500 && failure.status !== 429 && isUnpaid ? "upstream-auth" : null;
  return new SignalboxError(code ?? codeOfStatus(failure.status, message, said.details), message, {
    details: {
      provider: failure.provider,
      upstreamStatus: failure.status,
      ...(retryAfterMs === null ? {} : { retryAfterMs }),
      ...said.details,
    },
  });
}

/** An error that came inside a 200: as a whole body, or as an event of a stream. Null when the object is no error. */
export function parseInBandError(
  body: JsonObject,
  from: { provider: string; secrets: readonly string[] },
): SignalboxError | null {
  const { error, type } = body;
  if (type !== "error" && (error === undefined || error === null)) return null;
  const said = sayingOf(body);
  const message = redact(said.message ?? "The provider reported an error inside its answer.", from.secrets);
  const code = CODES.get(said.details.upstreamType ?? "") ?? "upstream-error";
  return new SignalboxError(code, message, { details: { provider: from.provider, ...said.details } });
}

/** An error answer in this dialect. Overload is 529 here, which this dialect's clients know. */
export function renderError(error: SignalboxError): RenderedError {
  const body = bodyOf(error);
  const isOverload = (body["error"] as JsonObject)["type"] === "overloaded_error";
  return { status: isOverload ? OVERLOADED_STATUS : error.httpStatus, body };
}

/** The same as the last event of a stream: SDKs raise it as an error. */
export function renderErrorFrame(error: SignalboxError): string {
  return encodeEvent({ event: "error", data: JSON.stringify(bodyOf(error)) });
}

const OVERLOADED_STATUS = 529;

function bodyOf(error: SignalboxError): JsonObject {
  const { param, upstreamCode } = error.details;
  const code = upstreamCode !== undefined && isUpstreams(error) ? upstreamCode : error.code.replaceAll("-", "_");
  const details = { error_code: code, ...(param === undefined ? {} : { param }) };
  return { type: "error", error: { type: typeOf(error), message: messageOf(error), details }, request_id: null };
}

/** Agents of this dialect know by its first words that a prompt is too long, and shorten it. */
function messageOf(error: SignalboxError): string {
  if (!isContextOverflow(error) || /prompt is too long/i.test(error.message)) return error.message;
  return `prompt is too long: ${error.message}`;
}

function isUpstreams(error: SignalboxError): boolean {
  // A word on our key is none on the caller's.
  return error.code.startsWith("upstream-") && error.code !== "upstream-auth";
}

function typeOf(error: SignalboxError): string {
  if (error.code === "overloaded" || error.details.upstreamType === "overloaded_error") return "overloaded_error";
  return TYPES[error.httpStatus] ?? (error.httpStatus < 500 ? "invalid_request_error" : "api_error");
}

const TYPES: Readonly<Record<number, string>> = {
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  408: "timeout_error",
  413: "request_too_large",
  429: "rate_limit_error",
  504: "timeout_error",
};

type Saying = { message: string | null; details: { upstreamCode?: string; upstreamType?: string } };

/** What an error body says: `{type: "error", error: {type, message, details: {error_code}}}`, or the simpler shapes of hosts and proxies. */
function sayingOf(body: unknown): Saying {
  if (!isObject(body)) return { message: saidMessage(body), details: {} };
  const error = isObject(body["error"]) ? body["error"] : body;
  const inner = isObject(error["details"]) ? error["details"] : {};
  const message = saidText(error["message"]) ?? saidText(body["error"]) ?? saidMessage(body);
  const upstreamCode = upstreamWord(inner["error_code"]) ?? upstreamWord(error["code"]);
  const upstreamType = error["type"] === "error" ? null : upstreamWord(error["type"]);
  return {
    message,
    details: { ...(upstreamCode === null ? {} : { upstreamCode }), ...(upstreamType === null ? {} : { upstreamType }) },
  };
}
