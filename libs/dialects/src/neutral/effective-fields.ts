import { isSet } from "../check/field-value.ts";
import type { JsonObject } from "./source.ts";

/** Every field of a body that can change the answer, those that nobody knows included. Absent and null are the same. */
export function effectiveFields(body: JsonObject, withoutEffect: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([field, value]) => isSet(value) && !withoutEffect.has(field)));
}
