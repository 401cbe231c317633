import { utcOffsetMinutes } from "../utc-offset.ts";
import type { BudgetDefinition } from "./budget-definition.ts";

/** Unix milliseconds; `startsMs` is 0 and `endsMs` null for a window that has no bounds of its own. */
export type BudgetWindow = { readonly startsMs: number; readonly endsMs: number | null };

const MS_PER_MINUTE = 60_000;
const DAYS_PER_WEEK = 7;
/** 1970-01-01 was a Thursday, and weeks begin on Mondays. */
const THURSDAY = 3;
const MS_PER_DAY = 86_400_000;

const UNBOUNDED: BudgetWindow = { startsMs: 0, endsMs: null };

/** The calendar window of a budget's time zone that holds a time. */
export function windowAt({ span, timeZone }: Pick<BudgetDefinition, "span" | "timeZone">, atMs: number): BudgetWindow {
  if (span === "rolling" || span === "total") return UNBOUNDED;
  // Local times are written as if they were UTC, in which every day has the same length.
  const localMs = atMs + utcOffsetMinutes(timeZone, atMs) * MS_PER_MINUTE;
  const [startsMs, endsMs] = localBounds(span, localMs);
  return { startsMs: toUtc(startsMs, timeZone), endsMs: toUtc(endsMs, timeZone) };
}

function localBounds(span: "day" | "week" | "month", localMs: number): [number, number] {
  if (span === "month") {
    const date = new Date(localMs);
    const at = (months: number): number => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
    return [at(0), at(1)];
  }
  const day = Math.floor(localMs / MS_PER_DAY);
  if (span === "day") return [day * MS_PER_DAY, (day + 1) * MS_PER_DAY];
  const monday = day - ((day + THURSDAY) % DAYS_PER_WEEK);
  return [monday * MS_PER_DAY, (monday + DAYS_PER_WEEK) * MS_PER_DAY];
}

/** The moment at which clocks show a local time; for one that a clock change skips, the moment of the change. */
function toUtc(localMs: number, timeZone: string): number {
  const guess = localMs - utcOffsetMinutes(timeZone, localMs) * MS_PER_MINUTE;
  return localMs - utcOffsetMinutes(timeZone, guess) * MS_PER_MINUTE;
}
