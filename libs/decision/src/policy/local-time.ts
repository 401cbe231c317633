const MS_PER_MINUTE = 60_000;
const MINUTES_PER_DAY = 1_440;
const DAYS_PER_ERA = 146_097;
/** Days from 0000-03-01, where eras of 400 years begin, to 1970-01-01. */
const EPOCH_DAYS = 719_468;

type LocalTime = {
  /** `2026-11-21`. */
  readonly date: string;
  /** 1 is Monday, 7 is Sunday (ISO 8601). */
  readonly weekday: number;
  readonly minuteOfDay: number;
};

/** The wall clock of a place that is ahead of UTC by so many minutes, without the host's calendar. */
export function localTime(nowMs: number, utcOffsetMinutes: number): LocalTime {
  const minutes = Math.floor(nowMs / MS_PER_MINUTE) + utcOffsetMinutes;
  const days = Math.floor(minutes / MINUTES_PER_DAY);
  return {
    date: dateOf(days),
    weekday: ((((days + 3) % 7) + 7) % 7) + 1,
    minuteOfDay: minutes - days * MINUTES_PER_DAY,
  };
}

/** `2026-11-21T10:00` read as UTC, in Unix milliseconds. */
export function utcMs(text: string): number {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = text.split(/[-T:]/).map(Number);
  return ((daysOf(year, month, day) * 24 + hour) * 60 + minute) * MS_PER_MINUTE;
}

/** Howard Hinnant's `civil_from_days` (https://howardhinnant.github.io/date_algorithms.html). */
function dateOf(daysSinceEpoch: number): string {
  const days = daysSinceEpoch + EPOCH_DAYS;
  const era = Math.floor(days / DAYS_PER_ERA);
  const day = days - era * DAYS_PER_ERA;
  const year = Math.floor((day - Math.floor(day / 1_460) + Math.floor(day / 36_524) - Math.floor(day / 146_096)) / 365);
  const dayOfYear = day - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const month = Math.floor((5 * dayOfYear + 2) / 153);
  const dayOfMonth = dayOfYear - Math.floor((153 * month + 2) / 5) + 1;
  const civilMonth = month < 10 ? month + 3 : month - 9;
  const civilYear = year + era * 400 + (civilMonth <= 2 ? 1 : 0);
  return `${String(civilYear).padStart(4, "0")}-${twoDigits(civilMonth)}-${twoDigits(dayOfMonth)}`;
}

/** The same page's `days_from_civil`. */
function daysOf(civilYear: number, month: number, dayOfMonth: number): number {
  const year = month <= 2 ? civilYear - 1 : civilYear;
  const era = Math.floor(year / 400);
  const yearOfEra = year - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + dayOfMonth - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_PER_ERA + dayOfEra - EPOCH_DAYS;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
