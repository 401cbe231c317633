/** Zones change their offset on the quarter of an hour at the finest. */
const STEP_MS = 900_000;
const MS_PER_MINUTE = 60_000;

/** The last answer of each zone: the calendar of a zone costs more than a whole decision. */
const known = new Map<string, { readonly step: number; readonly minutes: number }>();
const ZONES_MAX = 64;

/** What a zone is ahead of UTC at a time. */
export function utcOffsetMinutes(timeZone: string, atMs: number): number {
  if (timeZone === "UTC") return 0;
  const step = Math.floor(atMs / STEP_MS);
  const last = known.get(timeZone);
  if (last !== undefined && last.step === step) return last.minutes;
  const minutes = offsetAt(timeZone, step * STEP_MS);
  if (known.size >= ZONES_MAX) known.clear();
  known.set(timeZone, { step, minutes });
  return minutes;
}

function offsetAt(timeZone: string, atMs: number): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  }).formatToParts(atMs);
  const read = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.find((part) => part.type === type)?.value);
  const localMs = Date.UTC(read("year"), read("month") - 1, read("day"), read("hour"), read("minute"));
  return Math.round((localMs - atMs) / MS_PER_MINUTE);
}
