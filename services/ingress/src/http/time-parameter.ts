import { z } from "zod";

const ZONES = { offset: true, local: true } as const;
const TO_THE_MINUTE = { ...ZONES, precision: -1 } as const;
/** A time without a zone: `Date.parse` would read it in the machine's own zone, but a date alone as UTC. */
const WITHOUT_ZONE = /T[\d:.]+$/;
const FORMS = [z.iso.datetime(ZONES), z.iso.datetime(TO_THE_MINUTE), z.iso.date()] as const;

/** A date or a time by ISO 8601, as Unix milliseconds; UTC where it names no zone. */
export const IsoTime = z
  .union(FORMS, "expected a time like 2026-12-31T10:00:00Z, or a date")
  .transform((text) => Date.parse(WITHOUT_ZONE.test(text) ? `${text}Z` : text));

/** A time in a query, as Unix milliseconds: these, or an ISO date. */
export const TimeParameter = z.string().transform((text, context) => {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const iso = IsoTime.safeParse(text);
  if (iso.success) return iso.data;
  context.addIssue({ code: "custom", message: "expected Unix milliseconds or an ISO date" });
  return z.NEVER;
});
