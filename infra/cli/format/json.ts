import { printable } from "./table.ts";

const SHOWN_MAX_CHARS = 120;

/** A value on one line, cut where it grows long; `absent` where there is none. */
export function formatJson(value: unknown): string {
  if (value === undefined) return "absent";
  const text = printable(JSON.stringify(value));
  return text.length > SHOWN_MAX_CHARS ? `${text.slice(0, SHOWN_MAX_CHARS)}…` : text;
}
