import { type ErrorCode, SignalboxError } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import { redact } from "../error/redact.ts";
import type { RenderedError } from "../ingress-codec.ts";
import type { JsonObject } from "../neutral/source.ts";
import { renderError as renderChatError } from "../openai-chat/error.ts";
import { encodeEvent } from "../sse/encode.ts";

type From = { readonly provider: string; readonly secrets: readonly string[] };

const WORD_MAX_CHARS = 64;

/**
 * The error that a response failed with, or that an `error` event tells: `{error: {…}}`, as providers send it, or the fields at the top,
 * as it is documented.
 */
export function readFailure(body: JsonObject, from: From): SignalboxError {
  const error = isObject(body["error"]) ? body["error"] : body;
  const upstreamCode = word(error["code"]);
  const upstreamType = error === body ? null : word(error["type"]);
  const said = typeof error["message"] === "string" && error["message"] !== "" ? error["message"] : null;
  const message = redact(said ?? "The provider reported an error inside its answer.", from.secrets);
  return new SignalboxError(codeOf(upstreamCode ?? upstreamType), message, {
    details: {
      provider: from.provider,
      ...(upstreamCode === null ? {} : { upstreamCode }),
      ...(upstreamType === null ? {} : { upstreamType }),
    },
  });
}

function word(value: unknown): string | null {
  return typeof value === "string" && /^[\w.:/-]+$/.test(value) ? value.slice(0, WORD_MAX_CHARS) : null;
}

/** What the request itself is at fault for, among the codes that a response can fail with. */
const REQUESTS_FAULT =
  /^(context_length_exceeded|invalid_(prompt|request|image|base64)|bio_policy|misalignment|image_|unsupported_image|empty_image|content_(filter|policy)|cyber_policy)/;

function codeOf(code: string | null): ErrorCode {
  if (code === null) return "upstream-error";
  if (/rate.?limit|too.?many|quota/i.test(code)) return "upstream-rate-limited";
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
