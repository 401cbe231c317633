import type { JsonObject } from "./source.ts";

/** Every field of a body that can change the answer, those that nobody knows included. Absent and null are the same. */
export function effectiveFields(body: JsonObject, withoutEffect: ReadonlySet<string>): JsonObject {
  const fields = Object.entries(body).filter(([field, value]) => {
    return value !== null && value !== undefined && !withoutEffect.has(field);
  });
  return Object.fromEntries(fields);
}
