import { InvalidArgumentError } from "commander";

/** What durations are written in, the shortest first. */
export const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A whole number within the service's own limits. */
export function wholeNumber(min: number, max: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^[0-9]+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`);
  };
}

/** A point in time as Unix milliseconds: `15m`, `2h`, `7d` ago, or an ISO date like 2026-11-21 or 2026-11-21T10:00:00Z. */
export function pointInTime(text: string): number {
  const ago = /^([0-9]{1,6})([smhd])$/.exec(text);
  if (ago !== null) return Date.now() - Number(ago[1]) * UNITS_MS[ago[2] as keyof typeof UNITS_MS];
  const atMs = parseDate(text);
  if (!Number.isNaN(atMs)) return atMs;
  throw new InvalidArgumentError("Give an age like 15m, 2h or 7d, or a date like 2026-11-21T10:00:00Z.");
}

/** A duration like 90s, 30m, 12h or 30d, in seconds. */
export function duration(text: string): number {
  const length = /^([0-9]{1,6})([smhd])$/.exec(text);
  if (length === null) throw new InvalidArgumentError("Give a duration like 90s, 30m, 12h or 30d.");
  return (Number(length[1]) * UNITS_MS[length[2] as keyof typeof UNITS_MS]) / UNITS_MS.s;
}

/** What a budget is counted over: a word, or the seconds of a window that rolls. */
export type BudgetWindow = string | { seconds: number };

/** `day`, `week`, `month`, `total`, `minute`, or a duration like 90s, 12h or 7d. */
export function budgetWindow(text: string): BudgetWindow {
  if (["day", "week", "month", "total", "minute"].includes(text)) return text;
  if (/^[0-9]{1,6}[smhd]$/.test(text)) return { seconds: duration(text) };
  throw new InvalidArgumentError("Give day, week, month, total, minute, or a duration like 12h or 7d.");
}

/** A point in time to come, as ISO 8601 in UTC: `12h` or `30d` from now, or an ISO date. */
export function timeToCome(text: string): string {
  const after = /^([0-9]{1,6})([smhd])$/.exec(text);
  const durationMs = after === null ? null : Number(after[1]) * UNITS_MS[after[2] as keyof typeof UNITS_MS];
  const atMs = durationMs === null ? parseDate(text) : Date.now() + durationMs;
  if (atMs > Date.now()) return new Date(atMs).toISOString();
  throw new InvalidArgumentError(
    "Give a time to come: a duration like 12h or 30d, or a date like 2026-12-31T10:00:00Z.",
  );
}

/** Unix milliseconds, or NaN: other forms than ISO's mean different times on different machines. */
function parseDate(text: string): number {
  return /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
}

/** Collects an option that may be given several times, or once with commas. */
export function listed(text: string, before: readonly string[] = []): string[] {
  return [...before, ...text.split(",").map((part) => part.trim())].filter((part) => part !== "");
}

/** Reads an option whose words are a closed set, each time it is given. */
export function oneOf<const Word extends string>(words: readonly Word[]): (text: string, before?: Word[]) => Word[] {
  return (text, before = []) => {
    const given = listed(text);
    const unknown = given.find((word) => !(words as readonly string[]).includes(word));
    if (unknown !== undefined) throw new InvalidArgumentError(`${unknown} is not one of ${words.join(", ")}.`);
    return [...before, ...(given as Word[])];
  };
}
