import { plainNumber } from "../check/plain-value.ts";
import { isObject } from "../check/check-value.ts";
import { boundedWaitMs } from "../error/retry-after.ts";

export type SaidDetails = { readonly retryAfterMs?: number; readonly upstreamType?: string };

/** What the `details` of a google.rpc.Status say: when to try again (RetryInfo), and the reason in one word (ErrorInfo). */
export function saidDetails(value: unknown): SaidDetails {
  if (!Array.isArray(value)) return {};
  let said: SaidDetails = {};
  for (const detail of value.filter(isObject)) {
    const type = String(detail["@type"]);
    if (type.endsWith("google.rpc.RetryInfo")) {
      const retryAfterMs = durationMs(detail["retryDelay"]);
      if (retryAfterMs !== null) said = { ...said, retryAfterMs };
    } else if (type.endsWith("google.rpc.ErrorInfo")) {
      const { reason } = detail;
      if (typeof reason === "string" && /^[A-Z][A-Z0-9_]{0,63}$/.test(reason)) said = { ...said, upstreamType: reason };
    }
  }
  return said;
}

/** A google.protobuf.Duration, as text (`34.4s`) or as its fields. */
function durationMs(value: unknown): number | null {
  if (isObject(value)) {
    const ms = plainNumber(value["seconds"] ?? 0) * 1000 + plainNumber(value["nanos"] ?? 0) / 1e6;
    return Number.isFinite(ms) ? boundedWaitMs(ms) : null;
  }
  const seconds = typeof value === "string" ? /^(\d{1,12}(?:\.\d{1,9})?)s$/.exec(value)?.[1] : undefined;
  return seconds === undefined ? null : boundedWaitMs(Number(seconds) * 1000);
}
