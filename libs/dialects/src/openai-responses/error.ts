import { type ErrorCode, SignalboxError } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import { redact } from "../error/redact.ts";
import { retryAfterInWords } from "../error/retry-after.ts";
import { codeOfStatus, RATE_WORDS } from "../error/upstream-code.ts";
import { upstreamWord } from "../error/upstream-word.ts";
import type { RenderedError } from "../ingress-codec.ts";
import type { JsonObject } from "../neutral/source.ts";
import { renderError as renderChatError } from "../openai-chat/error.ts";
import { encodeEvent } from "../sse/encode.ts";

type From = { readonly provider: string; readonly secrets: readonly string[] };

/**
 * The error that a response failed with, or that an `error` event tells: `{error: {…}}`, as providers send it, or the fields at the top,
 * as it is documented.
 */
export function readFailure(body: JsonObject, from: From): SignalboxError {
  const error = isObject(body["error"]) ? body["error"] : body;
  const upstreamCode = upstreamWord(error["code"]);
  const upstreamType = error === body ? null : upstreamWord(error["type"]);
  const said = typeof error["message"] === "string" && error["message"] !== "" ? error["message"] : null;
  const message = redact(said ?? "The provider reported an error inside its answer.", from.secrets);
  const code = codeOf(upstreamCode ?? upstreamType, message);
  const retryAfterMs = code === "upstream-rate-limited" ? retryAfterInWords(message) : null;
  return new SignalboxError(code, message, {
    details: {
      provider: from.provider,
      ...(retryAfterMs === null ? {} : { retryAfterMs }),
      ...(upstreamCode === null ? {} : { upstreamCode }),
      ...(upstreamType === null ? {} : { upstreamType }),
    },
  });
}

/** What the request itself is at fault for, among the codes that a response can fail with. */
const REQUESTS_FAULT =
  /^(context_length_exceeded|invalid_(prompt|request|image|base64)|bio_policy|misalignment|image_|unsupported_image|empty_image|content_(filter|policy)|cyber_policy)/;

function codeOf(code: string | null, message: string): ErrorCode {
  if (code === null) return "upstream-error";
  // Hosts that route to others write the status that they were answered with.
  if (/^[45]\d\d$/.test(code)) return codeOfStatus(Number(code), message);
  if (RATE_WORDS.test(code)) return codeOfStatus(429, message);
  return REQUESTS_FAULT.test(code) ? "upstream-invalid-request" : "upstream-error";
}

/** An error answer in this dialect, which is that of Chat Completions. */
export function renderError(error: SignalboxError): RenderedError {
  return renderChatError(error);
}

/**
 * The same as the end of a stream: an `error` event, which SDKs raise, its fields both where OpenAI documents them and where it sends
 * them, and `response.failed`, which agents wait for.
 */
export function renderErrorFrame(error: SignalboxError): string {
  const { code, message, type, param } = renderChatError(error).body["error"] as JsonObject;
  const told = { type: "error", code, message, param, sequence_number: 0, error: { type, code, message, param } };
  const response = {
    id: "resp_failed",
    object: "response",
    created_at: 0,
    status: "failed",
    error: { code: code === "rate_limit_exceeded" || isOwnWord(code) ? code : "server_error", message },
    incomplete_details: null,
    model: "",
    output: [],
    usage: null,
    metadata: {},
  };
  const failed = { type: "response.failed", sequence_number: 1, response };
  return (
    encodeEvent({ event: "error", data: JSON.stringify(told) }) +
    encodeEvent({ event: "response.failed", data: JSON.stringify(failed) })
  );
}

function isOwnWord(code: unknown): boolean {
  return typeof code === "string" && (REQUESTS_FAULT.test(code) || code === "insufficient_quota");
}
