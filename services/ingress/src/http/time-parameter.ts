import { z } from "zod";

/** A time in a query, as Unix milliseconds: these, or an ISO date. */
export const TimeParameter = z.string().transform((text, context) => {
  const ms = /^\d{1,15}$/.test(text) ? Number(text) : Date.parse(text);
  if (!Number.isNaN(ms)) return ms;
  context.addIssue({ code: "custom", message: "expected Unix milliseconds or an ISO date" });
  return z.NEVER;
});
