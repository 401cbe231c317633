import { isRawNumber, readOpaque } from "../check/exact-json.ts";
import { plainNumber } from "../check/plain-value.ts";
import { isObject } from "../check/check-value.ts";
import type { JsonObject } from "../neutral/source.ts";

/** What is nested deeper is left as it stands. */
const DEPTH_MAX = 32;

/** Bounds that the format writes as text, because they are 64-bit integers. */
const BOUNDS = new Set("minItems maxItems minLength maxLength minProperties maxProperties".split(" "));

/** The format's own `Schema`, a dialect of OpenAPI 3.0, as JSON Schema (https://ai.google.dev/api/caching#Schema). */
export function readSchema(schema: JsonObject, depth = 0): JsonObject {
  if (depth > DEPTH_MAX) return schema;
  const read: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(schema)) {
    if (value === null || value === undefined || field === "nullable" || field === "propertyOrdering") continue;
    if (field === "type") read["type"] = typeof value === "string" ? value.toLowerCase() : value;
    else if (field === "example") read["examples"] = [value];
    else if (field === "format" && value === "enum") continue;
    else if (BOUNDS.has(field)) read[field] = boundOf(value);
    else read[field] = readInner(field, value, depth + 1);
  }
  if (read["type"] === "type_unspecified") delete read["type"];
  return schema["nullable"] === true ? nullable(read) : read;
}

function readInner(field: string, value: unknown, depth: number): unknown {
  if (field === "items") return isObject(value) ? readSchema(value, depth) : value;
  if (field === "anyOf" && Array.isArray(value)) {
    return (value as readonly unknown[]).map((each) => (isObject(each) ? readSchema(each, depth) : each));
  }
  if (field !== "properties" || !isObject(value)) return value;
  const entries = Object.entries(value).map(([name, inner]) => [
    name,
    isObject(inner) ? readSchema(inner, depth) : inner,
  ]);
  return Object.fromEntries(entries) as JsonObject;
}

/** A bound as a number; one that no double holds keeps its digits. */
function boundOf(value: unknown): unknown {
  if (isRawNumber(value)) return value;
  const isDigits = typeof value === "string" && /^(?:0|[1-9]\d{0,18})$/.test(value);
  return isDigits ? (readOpaque(`[${value}]`) as readonly unknown[])[0] : plainNumber(value);
}

function nullable(schema: JsonObject): JsonObject {
  const { type, enum: values, anyOf } = schema;
  return {
    ...schema,
    ...(typeof type === "string" ? { type: [type, "null"] } : {}),
    ...(Array.isArray(values) ? { enum: [...(values as readonly unknown[]), null] } : {}),
    ...(Array.isArray(anyOf) ? { anyOf: [...(anyOf as readonly unknown[]), { type: "null" }] } : {}),
  };
}
