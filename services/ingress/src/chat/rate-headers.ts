import type { DialectName, RateState } from "@signalbox/proto";

const MS_PER_SECOND = 1_000;
const SECONDS_PER_MINUTE = 60;

/**
 * The headers that tell a caller its limits: `x-ratelimit-*` as OpenAI names them, with durations, and for Anthropic's
 * dialect also `anthropic-ratelimit-*` (https://platform.claude.com/docs/en/api/rate-limits), with points in time.
 */
export function rateHeaders(
  rates: readonly RateState[],
  { dialect, nowMs }: { dialect: DialectName; nowMs: number },
): [string, string][] {
  return rates.flatMap(({ unit, limit, remaining, resetMs }) => {
    const left = String(Math.max(0, remaining));
    const plain: [string, string][] = [
      [`x-ratelimit-limit-${unit}`, String(limit)],
      [`x-ratelimit-remaining-${unit}`, left],
      [`x-ratelimit-reset-${unit}`, durationOf(resetMs)],
    ];
    if (dialect !== "anthropic-messages") return plain;
    const name = `anthropic-ratelimit-${unit}`;
    const resetAt = new Date(nowMs + resetMs).toISOString();
    return [...plain, [`${name}-limit`, String(limit)], [`${name}-remaining`, left], [`${name}-reset`, resetAt]];
  });
}

/** As OpenAI writes it: `6m0s`, `1.5s`, `20ms`. */
function durationOf(ms: number): string {
  if (ms < MS_PER_SECOND) return `${ms}ms`;
  const minutes = Math.floor(ms / (SECONDS_PER_MINUTE * MS_PER_SECOND));
  const seconds = `${(ms % (SECONDS_PER_MINUTE * MS_PER_SECOND)) / MS_PER_SECOND}s`;
  return minutes === 0 ? seconds : `${minutes}m${seconds}`;
}
