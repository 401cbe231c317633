import { z } from "zod";

const ZONES = { offset: true, local: true } as const;
const TO_THE_MINUTE = { ...ZONES, precision: -1 } as const;
/** `Date.parse` takes such a one for the time of the machine, but a date alone for UTC. */
const WITHOUT_ZONE = /T[\d:.]+$/;
const FORMS = [z.iso.datetime(ZONES), z.iso.datetime(TO_THE_MINUTE), z.iso.date()] as const;

/**
 * ISO 8601, to the day or closer, as Unix milliseconds; without a zone it is UTC. Other forms mean different times on
 * different machines.
 */
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
