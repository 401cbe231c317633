import type { HeaderReader } from "./retry-after.ts";
import { unixMs } from "./unix-time.ts";
import type { UpstreamFailure } from "./upstream-failure.ts";

/** The headers tell when a limit is whole again; a part of it, which may do for a request, is there before. */
const RESET_MAX_MS = 60_000;

type Limit = {
  readonly remaining: string;
  readonly reset: string;
  readonly msOf: (value: string, nowMs: number) => number | null;
};

/**
 * The limits of OpenAI and of hosts that speak its format (https://platform.openai.com/docs/guides/rate-limits), and
 * Anthropic's (https://platform.claude.com/docs/en/api/rate-limits).
 */
const LIMITS: readonly Limit[] = [
  ...["requests", "tokens"].map((of) => ({
    remaining: `x-ratelimit-remaining-${of}`,
    reset: `x-ratelimit-reset-${of}`,
    msOf: spanMs,
  })),
  ...["requests", "tokens", "input-tokens", "output-tokens"].map((of) => ({
    remaining: `anthropic-ratelimit-${of}-remaining`,
    reset: `anthropic-ratelimit-${of}-reset`,
    msOf: timeLeftMs,
  })),
];

/**
 * How long the limits keep a request out that was refused for its rate, where the provider says nothing plainer: until the last
 * of those that are used up is whole again. Null where none is.
 */
export function rateResetMsOf({ status, header, nowMs }: Pick<UpstreamFailure, "status" | "header" | "nowMs">) {
  if (status !== 429) return null;
  const waits = LIMITS.map((limit) => waitOf(limit, header, nowMs)).filter((ms) => ms !== null);
  return waits.length === 0 ? null : Math.ceil(Math.min(Math.max(...waits, 0), RESET_MAX_MS));
}

function waitOf({ remaining, reset, msOf }: Limit, header: HeaderReader, nowMs: number): number | null {
  const value = header(remaining) === "0" ? header(reset) : undefined;
  return value === undefined ? null : msOf(value, nowMs);
}

const SPAN = /^(?:\d{1,9}(?:\.\d{1,9})?(?:ms|[hms])){1,4}$/;
const PIECE = /(\d+(?:\.\d+)?)(ms|[hms])/g;
const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** A span like `20ms`, `1s` or `6m0s`; Azure writes seconds without their unit. */
function spanMs(value: string): number | null {
  if (/^\d{1,9}(?:\.\d{1,9})?$/.test(value)) return Number(value) * 1000;
  if (!SPAN.test(value)) return null;
  return [...value.matchAll(PIECE)].reduce((sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit!] ?? 0), 0);
}

/** Until a time of RFC 3339 in UTC, `2026-03-14T02:00:07Z`. */
function timeLeftMs(value: string, nowMs: number): number | null {
  const [, ...parts] = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?Z$/.exec(value) ?? [];
  const [year, month, day, hour, minute, second] = parts.map(Number);
  if (year === undefined) return null;
  return unixMs({ year, month: month!, day: day!, hour: hour!, minute: minute!, second: second! }) - nowMs;
}
