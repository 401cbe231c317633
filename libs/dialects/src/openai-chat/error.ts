import { plainNumber, plainText } from "../check/plain-value.ts";
import { type ErrorCode, type ErrorDetails, SignalboxError } from "@signalbox/proto";
import { CONTEXT_OVERFLOW, isContextOverflow } from "../error/context-overflow.ts";
import { rateResetMsOf } from "../error/rate-reset.ts";
import { redact } from "../error/redact.ts";
import { failedBy } from "../error/stream-failure.ts";
import { retryAfterInWords, retryAfterMsOf } from "../error/retry-after.ts";
import { saidMessage } from "../error/said-message.ts";
import { codeOfStatus, RATE_WORDS, type UpstreamWords } from "../error/upstream-code.ts";
import type { UpstreamFailure } from "../error/upstream-failure.ts";
import type { RenderedError } from "../ingress-codec.ts";
import type { JsonObject } from "../neutral/source.ts";
import { encodeData } from "../sse/encode.ts";
import { isObject } from "../check/check-value.ts";
import { saidText } from "../check/field-value.ts";
import { parseJson } from "../check/parse-json.ts";
import { fieldPath, upstreamWord } from "../error/upstream-word.ts";

/** A provider's answer that is no success, as an error that may be shown to the caller. */
export function parseError(failure: UpstreamFailure): SignalboxError {
  const said = sayingOf(parseJson(failure.bodyText));
  const message = redact(said.message ?? `The provider answered with status ${failure.status}.`, failure.secrets);
  const told = retryAfterMsOf(failure.header, failure.nowMs);
  const retryAfterMs = told ?? (failure.status === 429 ? retryAfterInWords(message) : null) ?? rateResetMsOf(failure);
  return new SignalboxError(codeOfStatus(failure.status, message, said.details), message, {
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
  const { error, base_resp: minimax } = body;
  // Some hosts fill the field with no text, or with false, where there is no error.
  const isError = Boolean(error) || body["object"] === "error" || isBare(body);
  if (!isError) return isObject(minimax) ? readBaseResp(minimax, from) : readGroqError(body["x_groq"], from);
  const said = sayingOf(body);
  const message = redact(said.message ?? "The provider reported an error inside its answer.", from.secrets);
  const status = statusOf(isObject(error) ? error : body);
  const code = status === null ? codeOfWord(said.details, message) : codeOfStatus(status, message, said.details);
  const retryAfterMs = code === "upstream-rate-limited" ? retryAfterInWords(message) : null;
  const wait = retryAfterMs === null ? undefined : { retryAfterMs };
  return new SignalboxError(code, message, { details: { provider: from.provider, ...wait, ...said.details } });
}

/** An error without a mark of one, as Alibaba and hosts that are written in Python send it: words, and nothing of an answer. */
function isBare(body: JsonObject): boolean {
  if (ANSWERS.some((field) => field in body)) return false;
  return saidText(body["message"]) !== null || saidText(body["detail"]) !== null;
}

const ANSWERS = ["choices", "usage", "object", "base_resp", "x_groq", "output"];

/** A choice that its provider gave up; OpenRouter says in it why. */
export function failedChoice(
  choice: JsonObject,
  reason: string,
  from: { provider: string; secrets: readonly string[] },
): SignalboxError {
  const said = isObject(choice["error"]) ? parseInBandError({ error: choice["error"] }, from) : null;
  return said ?? failedBy(reason, from.provider);
}

/** The HTTP status that an error inside a 200 names: OpenRouter, vLLM, TGI and others. */
function statusOf(error: JsonObject): number | null {
  const named = ["status", "code", "status_code", "http_status_code"].map((field) => plainNumber(error[field]));
  return named.find((status) => status >= 400 && status < 600) ?? null;
}

/** Groq says under `x_groq` why it stopped a stream early. */
function readGroqError(groq: unknown, from: { provider: string; secrets: readonly string[] }): SignalboxError | null {
  const said = isObject(groq) ? saidText(groq["error"]) : null;
  return said === null
    ? null
    : new SignalboxError("upstream-error", redact(said, from.secrets), { details: { provider: from.provider } });
}

/**
 * MiniMax says in `base_resp`, beside what it generated, whether it failed (https://platform.minimax.io/docs/api-reference/errorcode):
 * its codes and the HTTP statuses that they stand for.
 */
const BASE_RESP_STATUS: Readonly<Record<number, number>> = {
  1001: 504,
  1002: 429,
  1004: 401,
  1008: 402,
  1026: 400,
  1027: 400,
  1039: 400,
  1041: 429,
  2013: 400,
  2049: 401,
  2056: 429,
};

function readBaseResp(said: JsonObject, from: { provider: string; secrets: readonly string[] }): SignalboxError | null {
  const status = said["status_code"];
  if (typeof status !== "number" || status === 0) return null;
  const message = redact(
    saidText(said["status_msg"]) ?? "The provider reported an error inside its answer.",
    from.secrets,
  );
  const code = codeOfStatus(BASE_RESP_STATUS[status] ?? 500, message);
  return new SignalboxError(code, message, { details: { provider: from.provider, upstreamCode: String(status) } });
}

/** An error answer in this dialect. */
export function renderError(error: SignalboxError): RenderedError {
  return { status: error.httpStatus, body: bodyOf(error) };
}

function bodyOf(error: SignalboxError): JsonObject {
  const { param, upstreamCode, upstreamType, problems } = error.details;
  // That a provider does not accept our key is nothing that its caller could take for a word on its own.
  const isUpstreams = error.code.startsWith("upstream-") && error.code !== "upstream-auth";
  const overflow = isContextOverflow(error) ? CONTEXT_OVERFLOW : undefined;
  return {
    error: {
      message: error.message,
      type: (isUpstreams ? upstreamType : undefined) ?? typeOf(error),
      param: param ?? null,
      code:
        overflow ?? (isUpstreams ? upstreamCode : undefined) ?? CODES[error.code] ?? error.code.replaceAll("-", "_"),
      ...(problems === undefined ? {} : { problems }),
    },
  };
}

/** The same as the last event of a stream: SDKs raise it as an error. */
export function renderErrorFrame(error: SignalboxError): string {
  return encodeData(JSON.stringify(bodyOf(error)));
}

/** The words that clients of this dialect compare with. */
const CODES: Partial<Record<ErrorCode, string>> = {
  "invalid-request": "invalid_value",
  "rate-limited": "rate_limit_exceeded",
  "budget-exceeded": "insufficient_quota",
  "upstream-rate-limited": "rate_limit_exceeded",
};

function typeOf(error: SignalboxError): string {
  if (error.code === "budget-exceeded") return "insufficient_quota";
  if (error.httpStatus === 429) return "rate_limit_error";
  if (error.httpStatus === 403) return "permission_error";
  return error.httpStatus >= 500 ? "server_error" : "invalid_request_error";
}

type Saying = { message: string | null; details: UpstreamWords & Pick<ErrorDetails, "param"> };

/**
 * What an error body says, in the shapes that hosts use: `{error: {…}}`, `{error: "…"}`, `{message}`, `{detail}`, and the list of what a
 * validator found, as `detail`, as `message` or as `message.detail` (Mistral and others that are written in Python).
 */
function sayingOf(value: unknown): Saying {
  const body: unknown = Array.isArray(value) ? value[0] : value;
  if (!isObject(body)) return { message: null, details: {} };
  const error = isObject(body["error"]) ? body["error"] : body;
  const { message: own, detail } = error;
  const found = findings(detail) ?? findings(own) ?? (isObject(own) ? findings(own["detail"]) : null);
  const message = found ?? saidText(own) ?? saidText(body["error"]) ?? saidText(detail) ?? saidMessage(body);
  const upstreamCode = upstreamWord(error["code"]);
  const upstreamType = upstreamWord(error["type"]);
  const param = fieldPath(error["param"]);
  return {
    message,
    details: {
      ...(upstreamCode === null ? {} : { upstreamCode }),
      ...(upstreamType === null ? {} : { upstreamType }),
      ...(param === null ? {} : { param }),
    },
  };
}

const FINDINGS_MAX = 8;

/** The places and rules that a validator names. What it found there, its `input`, is the caller's own words and never repeated. */
function findings(value: unknown): string | null {
  if (!Array.isArray(value)) return null;
  const named = value
    .slice(0, FINDINGS_MAX)
    .filter(isObject)
    .flatMap(({ loc, msg }) => {
      const place = Array.isArray(loc) ? `${loc.map(plainText).join(".")}: ` : "";
      return typeof msg === "string" ? [place + msg] : [];
    });
  return named.length === 0 ? null : named.join("; ");
}

/**
 * What the request itself is at fault for: to ask again, here or elsewhere, would be to look for a host whose filter lets it through.
 * The last two are Alibaba's.
 */
const REQUESTS_FAULT =
  /^(context_length_exceeded|invalid_prompt|content_(filter|policy)|data_?inspection_?failed|invalid_?parameter)/i;

function codeOfWord({ upstreamCode, upstreamType }: UpstreamWords, message: string): ErrorCode {
  const code = upstreamCode ?? upstreamType;
  if (code === undefined) return "upstream-error";
  if (RATE_WORDS.test(code) || /throttling/i.test(code)) return codeOfStatus(429, message);
  return REQUESTS_FAULT.test(code) ? "upstream-invalid-request" : "upstream-error";
}
