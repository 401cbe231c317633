import { describe, expect, test } from "vitest";
import { LossList } from "../neutral/loss.ts";
import { buildSchema } from "./build-schema.ts";
import { readSchema } from "./read-schema.ts";

function build(schema: Record<string, unknown>): { built: unknown; losses: string[] } {
  const losses = new LossList();
  const built = buildSchema(schema, "s", losses);
  return { built, losses: losses.all.map(({ path, what, why }) => `${path} ${what} ${why}`) };
}

describe("B8 a JSON Schema in the part of the language that the API reads", () => {
  test.each<[string, Record<string, unknown>, unknown]>([
    ["a constant is an enumeration of one", { const: "a" }, { enum: ["a"] }],
    [
      "definitions move",
      { $ref: "#/definitions/A", definitions: { A: { type: "string" } } },
      { $ref: "#/$defs/A", $defs: { A: { type: "string" } } },
    ],
    ["OpenAPI's null is a type", { type: "string", nullable: true }, { type: ["string", "null"] }],
    [
      "an exclusive bound of integers",
      { type: "integer", exclusiveMinimum: 0, exclusiveMaximum: 9 },
      { type: "integer", minimum: 1, maximum: 8 },
    ],
    [
      "null in an enumeration is said by the type",
      { type: ["string", "null"], enum: ["a", null] },
      { type: ["string", "null"], enum: ["a"] },
    ],
    ["a tuple", { type: "array", items: [{ type: "string" }] }, { type: "array", prefixItems: [{ type: "string" }] }],
    [
      "a map",
      { type: "object", additionalProperties: { type: "number" } },
      { type: "object", additionalProperties: { type: "number" } },
    ],
    [
      "a closed object",
      { type: "object", properties: {}, additionalProperties: false },
      { type: "object", properties: {}, additionalProperties: false },
    ],
    [
      "schemas that all hold",
      {
        allOf: [
          { properties: { a: { type: "string" } }, required: ["a"] },
          { properties: { b: {} }, required: ["b"] },
        ],
      },
      { properties: { a: { type: "string" }, b: {} }, required: ["a", "b"] },
    ],
    [
      "words that say nothing of the value",
      { $schema: "https://json-schema.org", type: "string", $comment: "x" },
      { type: "string" },
    ],
    [
      "a property that is named as a keyword",
      { properties: { pattern: { type: "string" }, not: true } },
      { properties: { pattern: { type: "string" }, not: {} } },
    ],
  ])("%s", (_, schema, expected) => {
    const { built, losses } = build(schema);
    expect(losses).toEqual([]);
    const normal = JSON.parse(JSON.stringify(built)) as { required?: string[] };
    normal.required?.sort();
    expect(normal).toEqual(expected);
  });

  test.each<[Record<string, unknown>, unknown, string]>([
    [{ type: "string", pattern: "^a" }, { type: "string" }, "s.pattern schema-pattern no-equivalent"],
    [{ minLength: 3 }, {}, "s.minLength schema-minLength no-equivalent"],
    [{ default: 1 }, {}, "s.default schema-default no-equivalent"],
    [{ format: "uuid" }, {}, "s.format schema-format no-equivalent"],
    [{ const: true }, {}, "s.const schema-const no-equivalent"],
    [{ not: {} }, {}, "s.not schema-not no-equivalent"],
    [{ oneOf: [{ type: "string" }] }, { oneOf: [{ type: "string" }] }, "s.oneOf schema-oneOf approximated"],
    [{ $ref: "#/$defs/A", description: "x" }, { $ref: "#/$defs/A" }, "s.description schema-description conflict"],
    [
      { type: "number", exclusiveMinimum: 0 },
      { type: "number", minimum: 0 },
      "s.minimum schema-exclusive-minimum approximated",
    ],
    [{ enum: ["a", true] }, { enum: ["a"] }, "s.enum schema-enum approximated"],
    [
      { properties: { a: { items: { pattern: "x" } } } },
      { properties: { a: { items: {} } } },
      "s.properties.a.items.pattern schema-pattern no-equivalent",
    ],
  ])("%j loses what cannot be said", (schema, expected, loss) => {
    expect(build(schema)).toEqual({ built: expected, losses: [loss] });
  });

  test("B13 a schema of any depth comes to an end", () => {
    let deep: Record<string, unknown> = {};
    for (let depth = 0; depth < 10_000; depth += 1) deep = { items: deep };
    expect(build(deep).losses[0]).toContain("schema-depth out-of-range");
    expect(() => readSchema(deep)).not.toThrow();
  });
});

test("the format's own schema becomes JSON Schema", () => {
  expect(
    readSchema({
      type: "OBJECT",
      nullable: true,
      properties: { type: { type: "ARRAY", items: { type: "INTEGER", format: "int32" }, maxItems: "3" } },
      anyOf: [{ type: "STRING" }],
      example: { a: 1 },
      propertyOrdering: ["type"],
    }),
  ).toEqual({
    type: ["object", "null"],
    properties: { type: { type: "array", items: { type: "integer", format: "int32" }, maxItems: 3 } },
    anyOf: [{ type: "string" }, { type: "null" }],
    examples: [{ a: 1 }],
  });
});
