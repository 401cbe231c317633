import { object } from "../check/check-value.ts";
import { isSet } from "../check/field-value.ts";
import { notOneOf } from "../check/invalid.ts";
import type { CacheMark } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";

/** The mark on a block, a tool or the request itself (whose path is empty), as a field to be spread. */
export function readMark(block: JsonObject, param: string): { readonly cache: CacheMark } | undefined {
  const value = block["cache_control"];
  if (!isSet(value)) return undefined;
  const at = param === "" ? "cache_control" : `${param}.cache_control`;
  const { type, ttl } = object(value, at);
  if (type !== "ephemeral") throw notOneOf(`${at}.type`, ["ephemeral"]);
  return { cache: { ttl: ttl === "5m" || ttl === "1h" ? ttl : null } };
}

/** The mark as a field to be spread. */
export function markField(cache: CacheMark | undefined): JsonObject {
  if (cache === undefined) return {};
  return { cache_control: { type: "ephemeral", ...(cache.ttl === null ? {} : { ttl: cache.ttl }) } };
}
