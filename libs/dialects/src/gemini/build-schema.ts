import { isObject } from "../check/check-value.ts";
import { isRawNumber } from "../check/exact-json.ts";
import type { LossList } from "../neutral/loss.ts";
import type { JsonObject } from "../neutral/source.ts";

/** The keywords of JSON Schema that the API reads (https://ai.google.dev/api/generate-content, `responseJsonSchema`). */
const KEPT = new Set(
  "$id $anchor title description minItems maxItems minimum maximum required propertyOrdering".split(" "),
);

/** Keywords that say nothing of the value: leaving them out changes nothing. */
const SILENT = new Set(["$schema", "$comment", "deprecated", "readOnly", "writeOnly"]);

const FORMATS = new Set(["date-time", "date", "time", "enum", "float", "double", "int32", "int64"]);

/** What is nested deeper is left out: the API itself takes no schema of this depth. */
const DEPTH_MAX = 32;

type Place = { readonly path: string; readonly depth: number; readonly losses: LossList };

/** A JSON Schema in the part of the language that the API reads, with what it cannot express named as lost. */
export function buildSchema(schema: JsonObject, path: string, losses: LossList): JsonObject {
  return buildObject(schema, { path, depth: 0, losses });
}

function buildObject(source: JsonObject, place: Place): JsonObject {
  const { path, depth, losses } = place;
  if (depth > DEPTH_MAX) {
    losses.add(path, "schema-depth", "out-of-range");
    return {};
  }
  const reference = source["$ref"];
  if (typeof reference === "string") return buildReference(source, reference, place);
  let built: JsonObject = {};
  for (const [keyword, value] of Object.entries(source)) {
    if (SILENT.has(keyword) || value === undefined) continue;
    const added = buildKeyword(keyword, value, { source, place });
    if (added === null) losses.add(`${path}.${keyword}`, `schema-${keyword}`, "no-equivalent");
    else built = { ...built, ...added };
  }
  return withAllOf(built, source["allOf"], place);
}

/** Beside a reference the API takes nothing but what begins with a dollar. */
function buildReference(source: JsonObject, reference: string, place: Place): JsonObject {
  const built: Record<string, unknown> = { $ref: reference.replace(/^#\/definitions\//, "#/$defs/") };
  for (const [keyword, value] of Object.entries(source)) {
    if (keyword === "$ref" || SILENT.has(keyword)) continue;
    if (keyword === "$defs" || keyword === "definitions") built["$defs"] = buildMap(value, keyword, place);
    else if (keyword.startsWith("$")) built[keyword] = value;
    else place.losses.add(`${place.path}.${keyword}`, `schema-${keyword}`, "conflict");
  }
  return built;
}

type Around = { readonly source: JsonObject; readonly place: Place };

/** What a keyword becomes; null where nothing can stand for it. */
function buildKeyword(keyword: string, value: unknown, { source, place }: Around): JsonObject | null {
  if (KEPT.has(keyword)) return { [keyword]: value };
  switch (keyword) {
    case "type":
      return { type: withNull(value, source) };
    case "nullable":
    case "allOf":
      return {};
    case "format":
      return FORMATS.has(String(value)) ? { format: value } : null;
    case "enum":
      return buildEnum(value, place);
    case "const":
      return isWordOrNumber(value) ? { enum: [value] } : null;
    case "$defs":
    case "definitions":
      return { $defs: buildMap(value, keyword, place) };
    case "properties":
      return { properties: buildMap(value, keyword, place) };
    case "items":
      return Array.isArray(value)
        ? { prefixItems: buildList(value, keyword, place) }
        : buildInner(keyword, value, place);
    case "additionalProperties":
      return typeof value === "boolean" ? { additionalProperties: value } : buildInner(keyword, value, place);
    case "anyOf":
    case "prefixItems":
      return { [keyword]: buildList(value, keyword, place) };
    case "oneOf":
      // The API reads it as anyOf.
      place.losses.add(`${place.path}.oneOf`, "schema-oneOf", "approximated");
      return { oneOf: buildList(value, keyword, place) };
    case "exclusiveMinimum":
      return buildExclusive("minimum", value, { source, place });
    case "exclusiveMaximum":
      return buildExclusive("maximum", value, { source, place });
    default:
      return null;
  }
}

/** OpenAPI's way to allow null. */
function withNull(type: unknown, source: JsonObject): unknown {
  return source["nullable"] === true && typeof type === "string" ? [type, "null"] : type;
}

/** The API takes texts and numbers: null is said by the type, and others cannot be. */
function buildEnum(value: unknown, { path, losses }: Place): JsonObject | null {
  const values = Array.isArray(value) ? (value as readonly unknown[]) : [];
  const kept = values.filter(isWordOrNumber);
  if (kept.length === 0) return null;
  if (values.some((each) => each !== null && !kept.some((one) => one === each))) {
    losses.add(`${path}.enum`, "schema-enum", "approximated");
  }
  return { enum: kept };
}

function isWordOrNumber(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || isRawNumber(value);
}

function buildExclusive(bound: "minimum" | "maximum", value: unknown, { source, place }: Around): JsonObject | null {
  if (typeof value !== "number" && !isRawNumber(value)) return null;
  const isInteger = source["type"] === "integer" && typeof value === "number" && Number.isSafeInteger(value);
  if (!isInteger) place.losses.add(`${place.path}.${bound}`, `schema-exclusive-${bound}`, "approximated");
  return { [bound]: isInteger ? value + (bound === "minimum" ? 1 : -1) : value };
}

function buildInner(keyword: string, value: unknown, place: Place): JsonObject | null {
  if (value === true) return { [keyword]: {} };
  if (!isObject(value)) return null;
  return { [keyword]: buildObject(value, { ...place, path: `${place.path}.${keyword}`, depth: place.depth + 1 }) };
}

function buildMap(value: unknown, keyword: string, place: Place): JsonObject {
  if (!isObject(value)) return {};
  const entries = Object.entries(value).map(([name, inner]) => {
    const path = `${place.path}.${keyword}.${name}`;
    return [name, isObject(inner) ? buildObject(inner, { ...place, path, depth: place.depth + 1 }) : {}] as const;
  });
  return Object.fromEntries(entries);
}

function buildList(value: unknown, keyword: string, place: Place): JsonObject[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isObject).map((inner, index) => {
    const path = `${place.path}.${keyword}[${index}]`;
    return buildObject(inner, { ...place, path, depth: place.depth + 1 });
  });
}

/** Schemas that all must hold become one, as far as they speak of different things. */
function withAllOf(built: JsonObject, allOf: unknown, place: Place): JsonObject {
  if (!Array.isArray(allOf)) return built;
  let merged = built;
  for (const inner of buildList(allOf, "allOf", place)) {
    if (inner["$ref"] !== undefined && Object.keys(merged).length > 0) {
      place.losses.add(`${place.path}.allOf`, "schema-allOf", "approximated");
      continue;
    }
    merged = {
      ...inner,
      ...merged,
      ...mergedField("properties", inner, merged),
      ...mergedField("$defs", inner, merged),
      ...requiredOf(inner, merged),
    };
  }
  return merged;
}

function mergedField(field: string, a: JsonObject, b: JsonObject): JsonObject {
  const [one, other] = [a[field], b[field]];
  return isObject(one) && isObject(other) ? { [field]: { ...one, ...other } } : {};
}

function requiredOf(a: JsonObject, b: JsonObject): JsonObject {
  const [one, other] = [a["required"], b["required"]];
  if (!Array.isArray(one) || !Array.isArray(other)) return {};
  return { required: [...new Set([...(one as unknown[]), ...(other as unknown[])])] };
}
