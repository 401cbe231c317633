import { unixMs } from "./unix-time.ts";

/** Reads a response header by its lower-case name. */
export type HeaderReader = (name: string) => string | undefined;

/** No provider keeps an endpoint out for longer than a day. */
const RETRY_AFTER_MAX_MS = 24 * 60 * 60 * 1000;

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** When a provider wants to be asked again: `retry-after-ms`, or `retry-after` in seconds or as an HTTP date (RFC 9110, section 10.2.3). */
export function retryAfterMsOf(header: HeaderReader, nowMs: number): number | null {
  const ms = header("retry-after-ms");
  if (ms !== undefined && /^\d+(\.\d+)?$/.test(ms)) return boundedWaitMs(Number(ms));
  const value = header("retry-after");
  if (value === undefined) return null;
  if (/^\d+(\.\d+)?$/.test(value)) return boundedWaitMs(Number(value) * 1000);
  const dateMs = httpDateMs(value);
  return dateMs === null ? null : boundedWaitMs(dateMs - nowMs);
}

/** A span as providers write it in a sentence: `1.898s`, `7m12s`, `20ms`, `12 seconds`, `1 minute`. */
const SPAN =
  /\b(?:try again|retry|wait)(?: again)?(?: in| after| for)? (?:(\d{1,6}(?:\.\d{1,9})?) ?ms\b|((?:\d{1,6}(?:\.\d{1,9})? ?(?:hours?|minutes?|seconds?|secs?|[hms])\b ?|\d{1,6}(?:\.\d{1,9})?[hm](?=\d)){1,3}))/i;
const PIECE = /(\d+(?:\.\d+)?) ?([hms])/gi;
const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000 };

/** The same where only the message says it, as OpenAI, Groq, Azure and Google do of a rate. */
export function retryAfterInWords(message: string): number | null {
  const [, ms, span] = SPAN.exec(message) ?? [];
  if (ms !== undefined) return boundedWaitMs(Number(ms));
  if (span === undefined) return null;
  const pieces = [...span.matchAll(PIECE)];
  return boundedWaitMs(
    pieces.reduce((sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit!.toLowerCase()] ?? 0), 0),
  );
}

/** A wait as it is kept to. */
export function boundedWaitMs(ms: number): number {
  return Math.ceil(Math.min(Math.max(ms, 0), RETRY_AFTER_MAX_MS));
}

/** An IMF-fixdate, `Sun, 06 Nov 1994 08:49:37 GMT`, as Unix time in milliseconds. */
function httpDateMs(value: string): number | null {
  const parts = /^\w{3}, (\d{2}) (\w{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/.exec(value);
  const month = MONTHS.indexOf(parts?.[2] ?? "");
  if (parts === null || month === -1) return null;
  const [day, year, hour, minute, second] = [1, 3, 4, 5, 6].map((at) => Number(parts[at])) as UtcNumbers;
  return unixMs({ year, month: month + 1, day, hour, minute, second });
}

type UtcNumbers = [day: number, year: number, hour: number, minute: number, second: number];
