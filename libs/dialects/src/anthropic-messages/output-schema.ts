import { isObject } from "../check/check-value.ts";
import type { JsonObject } from "../neutral/source.ts";

/** Deeper schemas are sent as they are: Anthropic then says what it thinks of them. */
const DEPTH_MAX = 64;

/** What constrained decoding does not know (https://platform.claude.com/docs/en/build-with-claude/structured-outputs). */
const UNKNOWN = new Set([
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "maxItems",
  "uniqueItems",
  "minProperties",
  "maxProperties",
  "not",
]);

const FORMATS: readonly unknown[] = [
  "date-time",
  "time",
  "date",
  "duration",
  "email",
  "hostname",
  "uri",
  "ipv4",
  "ipv6",
  "uuid",
];

/** Fields that hold schemas by name, and those that hold a list of schemas or one. */
const BY_NAME = new Set(["properties", "$defs", "definitions"]);
const NESTED = new Set(["items", "prefixItems", "anyOf", "allOf", "oneOf"]);

type SchemaReading = {
  readonly schema: JsonObject;
  /** Whether the schema says the same as before; where it does not, what it asks for stands in descriptions. */
  readonly isExact: boolean;
};

/** A schema as constrained decoding takes it: objects are closed, and bounds that it does not know become words. */
export function outputSchemaOf(schema: JsonObject): SchemaReading {
  const walk = { isExact: true };
  return { schema: narrowed(schema, walk, 0), isExact: walk.isExact };
}

type Walk = { isExact: boolean };

function narrowed(schema: JsonObject, walk: Walk, depth: number): JsonObject {
  if (depth > DEPTH_MAX) return schema;
  const fields: Record<string, unknown> = {};
  const words: string[] = [];
  for (const [field, value] of Object.entries(schema)) {
    if (isUnknown(field, value)) words.push(`${field}: ${JSON.stringify(value)}`);
    // Constrained decoding has no choice of exactly one; a choice of any is what models make of it.
    else put(fields, field === "oneOf" ? "anyOf" : field, inner(field, value, walk, depth));
  }
  if (isOpenObject(fields)) {
    if (fields["additionalProperties"] !== undefined) walk.isExact = false;
    fields["additionalProperties"] = false;
  }
  if (words.length > 0) {
    walk.isExact = false;
    const { description } = fields;
    fields["description"] = [...(typeof description === "string" ? [description] : []), `{${words.join(", ")}}`].join(
      " ",
    );
  }
  return fields;
}

function inner(...[field, value, walk, depth]: [string, unknown, Walk, number]): unknown {
  if (BY_NAME.has(field) && isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, below(each, walk, depth)]));
  }
  if (!NESTED.has(field)) return value;
  return Array.isArray(value) ? value.map((each: unknown) => below(each, walk, depth)) : below(value, walk, depth);
}

function below(value: unknown, walk: Walk, depth: number): unknown {
  return isObject(value) ? narrowed(value, walk, depth + 1) : value;
}

function isUnknown(field: string, value: unknown): boolean {
  if (field === "format") return !FORMATS.includes(value);
  if (field === "minItems") return value !== 0 && value !== 1;
  return UNKNOWN.has(field);
}

function isOpenObject(fields: JsonObject): boolean {
  const isTyped = fields["type"] === "object" || isObject(fields["properties"]);
  return isTyped && fields["additionalProperties"] !== false;
}

/** A schema may have a field of any name, `__proto__` included. */
function put(fields: Record<string, unknown>, field: string, value: unknown): void {
  Object.defineProperty(fields, field, { value, enumerable: true, writable: true, configurable: true });
}
