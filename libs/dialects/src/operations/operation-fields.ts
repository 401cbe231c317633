import type { TranslationLoss } from "@signalbox/proto";
import { type Check, object } from "../check/check-value.ts";
import { missing } from "../check/invalid.ts";
import type { JsonObject } from "../neutral/source.ts";

export type FieldChecks = Readonly<Record<string, Check>>;

/** The body as an object whose known fields hold what they may; `null` counts as absent. Throws `invalid-request` naming the field. */
export function checkedBody(value: unknown, checks: FieldChecks, required: readonly string[]): JsonObject {
  const body = object(value, "body");
  for (const [name, check] of Object.entries(checks)) {
    const field = body[name];
    if (field === undefined || field === null) {
      if (required.includes(name)) throw missing(name);
    } else check(field, name);
  }
  return body;
}

/** Every field of a body that is set and is none of those that the target was given. */
export function lossesBeside(body: JsonObject, given: readonly string[]): TranslationLoss[] {
  return Object.entries(body)
    .filter(([name, value]) => value !== undefined && value !== null && !given.includes(name))
    .map(([name]) => ({ path: name.slice(0, PATH_MAX_CHARS), what: "field", why: "no-equivalent" }));
}

const PATH_MAX_CHARS = 256;
