import { type ErrorCode, SignalboxError } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import { redact } from "../error/redact.ts";
import { retryAfterMsOf } from "../error/retry-after.ts";
import { saidMessage } from "../error/said-message.ts";
import { codeOfStatus } from "../error/upstream-code.ts";
import type { UpstreamFailure } from "../error/upstream-failure.ts";
import type { WireEvent } from "../framing.ts";
import { EXCEPTION_MARK } from "./event-stream.ts";
import { parseJson } from "../check/parse-json.ts";

/** The names of the service's exceptions, without the word itself: a stream writes them with a small letter. */
const CODES = new Map<string, ErrorCode>(
  Object.entries({
    validation: "upstream-invalid-request",
    accessdenied: "upstream-auth",
    unrecognizedclient: "upstream-auth",
    invalidsignature: "upstream-auth",
    missingauthenticationtoken: "upstream-auth",
    expiredtoken: "upstream-auth",
    incompletesignature: "upstream-auth",
    resourcenotfound: "upstream-not-found",
    throttling: "upstream-rate-limited",
    toomanyrequests: "upstream-rate-limited",
    servicequotaexceeded: "upstream-rate-limited",
    modelnotready: "upstream-rate-limited",
    modeltimeout: "upstream-timeout",
    modelerror: "upstream-error",
    modelstreamerror: "upstream-error",
    internalserver: "upstream-error",
    serviceunavailable: "upstream-error",
    conflict: "upstream-error",
  }),
);

/** A provider's answer that is no success, as an error that may be shown to the caller. */
export function parseError(failure: UpstreamFailure): SignalboxError {
  const body = parseJson(failure.bodyText);
  const said = messageOf(body) ?? `The provider answered with status ${failure.status}.`;
  const message = redact(said, failure.secrets);
  const name = nameOf(failure.header("x-amzn-errortype") ?? (isObject(body) ? body["__type"] : undefined));
  const retryAfterMs = retryAfterMsOf(failure.header, failure.nowMs);
  return new SignalboxError(codeOf(name, message) ?? codeOfStatus(failure.status, message), message, {
    details: {
      provider: failure.provider,
      upstreamStatus: failure.status,
      ...(name === null ? {} : { upstreamCode: name }),
      ...(retryAfterMs === null ? {} : { retryAfterMs }),
    },
  });
}

/** An exception that came as a message of a stream, inside a 200; null for any other event. */
export function parseException(
  event: WireEvent,
  from: { provider: string; secrets: readonly string[] },
): SignalboxError | null {
  if (!event.event.startsWith(EXCEPTION_MARK)) return null;
  const name = nameOf(event.event.slice(EXCEPTION_MARK.length));
  const body = parseJson(event.data);
  const message = redact(messageOf(body) ?? "The provider reported an error inside its answer.", from.secrets);
  const original = isObject(body) ? body["originalStatusCode"] : undefined;
  const code =
    codeOf(name, message) ?? (typeof original === "number" ? codeOfStatus(original, message) : "upstream-error");
  return new SignalboxError(code, message, {
    details: { provider: from.provider, ...(name === null ? {} : { upstreamCode: name }) },
  });
}

function codeOf(name: string | null, message: string): ErrorCode | null {
  // A model that is not there, or not in this region, is a mistake in the request to this API.
  if (
    /^Invocation of model ID \S+ with on-demand throughput isn|model identifier is invalid|model (?:id|version) .*(?:not found|end of its life)/i.test(
      message,
    )
  ) {
    return "upstream-not-found";
  }
  return name === null ? null : (CODES.get(name.replace(/(?:Exception|Error)$/, "").toLowerCase()) ?? null);
}

const NAME = /^[A-Za-z]\w{0,63}$/;

/** `ThrottlingException`, also where it stands in `com.amazon.coral#ThrottlingException` or before a colon and a URL. */
function nameOf(value: unknown): string | null {
  const name = typeof value === "string" ? (value.split(":")[0] ?? "").split("#").at(-1) : undefined;
  return name !== undefined && NAME.test(name) ? name : null;
}

function messageOf(body: unknown): string | null {
  if (!isObject(body)) return saidMessage(body);
  const message = body["message"] ?? body["Message"] ?? body["originalMessage"];
  return typeof message === "string" && message !== "" ? message : saidMessage(body);
}
