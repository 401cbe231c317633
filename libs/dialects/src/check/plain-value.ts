import { isRawNumber } from "./exact-json.ts";

/*
 * What a sender put in the place of a text or a number may be an object, and one whose members are called `toString` or
 * `valueOf` cannot be made either.
 */

/** A value as text; empty for an object. */
export function plainText(value: unknown): string {
  return typeof value === "object" && value !== null ? "" : String(value);
}

/** A value as a number; NaN for an object. */
export function plainNumber(value: unknown): number {
  if (isRawNumber(value)) return Number(value.rawJSON);
  return typeof value === "object" && value !== null ? Number.NaN : Number(value);
}
