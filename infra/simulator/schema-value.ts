import type { JsonObject } from "@signalbox/dialects";

const DEPTH_MAX = 16;
const ITEMS_MAX = 16;

/** Strings that stand for a `format`. */
const FORMATS: Readonly<Record<string, string>> = {
  "date-time": "2026-01-01T00:00:00Z",
  date: "2026-01-01",
  time: "00:00:00Z",
  email: "simulated@example.org",
  uri: "https://example.org/simulated",
  uuid: "00000000-0000-4000-8000-000000000000",
  ipv4: "192.0.2.1",
};

/** A value that fits a JSON Schema, for the keywords that structured output allows; its strings say that they are simulated. */
export function schemaValue(schema: JsonObject): unknown {
  return valueOf(schema, { root: schema, depth: 0 });
}

type Place = { readonly root: JsonObject; readonly depth: number };

function valueOf(schema: unknown, place: Place): unknown {
  if (!isObject(schema) || place.depth > DEPTH_MAX) return null;
  const inner = { ...place, depth: place.depth + 1 };
  if ("const" in schema) return schema["const"];
  const { enum: options, $ref: ref, default: preset } = schema;
  if (Array.isArray(options)) return options[0] as unknown;
  if (typeof ref === "string") return valueOf(resolve(ref, place.root), inner);
  if (preset !== undefined) return preset;
  const choice = firstOf(schema["anyOf"]) ?? firstOf(schema["oneOf"]);
  if (choice !== undefined) return valueOf(choice, inner);
  if (Array.isArray(schema["allOf"])) return valueOf(Object.assign({}, ...(schema["allOf"] as object[])), inner);
  return typed(schema, inner);
}

function typed(schema: JsonObject, place: Place): unknown {
  const type = Array.isArray(schema["type"]) ? (schema["type"][0] as unknown) : schema["type"];
  switch (type) {
    case "string":
      return text(schema);
    case "integer":
    case "number":
      return numberOf(schema);
    case "boolean":
      return true;
    case "array":
      return items(schema, place);
    case "null":
      return null;
    default:
      return fields(schema, place);
  }
}

/** Every field that the schema names: a model that fills them all is the one that demonstrations expect. */
function fields(schema: JsonObject, place: Place): JsonObject {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  // A recursive type ends where its optional fields are left out.
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const names = Object.keys(properties).filter((name) => place.depth < DEPTH_MAX / 2 || required.includes(name));
  return Object.fromEntries(names.map((name) => [name, valueOf(properties[name], place)]));
}

function items(schema: JsonObject, place: Place): unknown[] {
  const least = typeof schema["minItems"] === "number" ? schema["minItems"] : 0;
  const length = Math.min(Math.max(least, place.depth < DEPTH_MAX / 2 ? 1 : 0), ITEMS_MAX);
  return Array.from({ length }, () => valueOf(schema["items"], place));
}

function text(schema: JsonObject): string {
  const { format, minLength, maxLength } = schema;
  const base = (typeof format === "string" ? FORMATS[format] : undefined) ?? "simulated";
  const long = typeof minLength === "number" ? base.padEnd(minLength, ".") : base;
  return typeof maxLength === "number" ? long.slice(0, maxLength) : long;
}

function numberOf(schema: JsonObject): number {
  const { minimum, exclusiveMinimum, maximum } = schema;
  if (typeof minimum === "number") return minimum;
  if (typeof exclusiveMinimum === "number") return exclusiveMinimum + 1;
  return typeof maximum === "number" ? Math.min(1, maximum) : 1;
}

function resolve(ref: string, root: JsonObject): unknown {
  let found: unknown = root;
  for (const name of ref.replace(/^#\/?/, "").split("/")) {
    if (name !== "") found = isObject(found) ? found[name.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined;
  }
  return found;
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? (value[0] as unknown) : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
