import { SignalboxError } from "@signalbox/proto";
import { redact } from "../error/redact.ts";
import { failedBy } from "../error/stream-failure.ts";

type From = { readonly provider: string; readonly secrets: readonly string[] };

/** A failure that is named by the finish reason of a 200; `said` is what Cohere says of it, where it does. */
export function failureOf(reason: string, said: unknown, { provider, secrets }: From): SignalboxError {
  if (reason !== "TIMEOUT" && (typeof said !== "string" || said === "")) return failedBy(reason, provider);
  const message = typeof said === "string" && said !== "" ? said : "The provider gave up generating for lack of time.";
  const code = reason === "TIMEOUT" ? "upstream-timeout" : "upstream-error";
  return new SignalboxError(code, redact(message, secrets), { details: { provider, upstreamCode: reason } });
}

/** An answer that is no message: `{message}` alone is how Cohere writes errors. */
export function noMessage(
  body: { readonly [field: string]: unknown } | null,
  { provider, secrets }: From,
): SignalboxError {
  const said = body?.["message"];
  const message =
    typeof said === "string" && said !== ""
      ? redact(said, secrets)
      : "The provider sent an answer that is no chat message.";
  return new SignalboxError("upstream-error", message, { details: { provider } });
}
