import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { openApiOf } from "../admin/openapi.ts";
import { parseInput } from "../http/parse-input.ts";
import { DecisionQuery } from "./decision-query.ts";
import { DECISION_LIST } from "./decision-routes.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../../../infra/config/DECISIONS.md"), "utf8");

type Property = { description?: string };
const FORM = (z.toJSONSchema(DecisionQuery, { io: "input", unrepresentable: "any" }).properties ?? {}) as Record<
  string,
  Property
>;

test("the page lists what can be asked, in the form's own words", () => {
  const rows = [...PAGE.matchAll(/^\| `(\w+)` +\| (.*?) +\|$/gm)].map(([, name, meaning]) => [name, meaning]);
  expect(rows).toEqual(Object.entries(FORM).map(([name, { description }]) => [name, description]));
});

test("so does the document of the API", () => {
  const { paths } = openApiOf([DECISION_LIST]) as {
    paths: Record<string, Record<string, { parameters: { name: string; in: string; required: boolean }[] }>>;
  };
  const parameters = paths["/v1/decisions"]?.["get"]?.parameters ?? [];
  expect(parameters.map(({ name, in: place }) => [name, place])).toEqual(
    Object.keys(FORM).map((name) => [name, "query"]),
  );
  expect(parameters.some(({ required }) => required)).toBe(false);
});

test("times are Unix milliseconds or dates, and what is not known is refused", () => {
  const atMs = Date.UTC(2026, 10, 1);
  for (const from of [
    String(atMs),
    "2026-11-01",
    "2026-11-01T00:00Z",
    "2026-11-01T00:00:00",
    "2026-11-01T01:00:00.000+01:00",
  ]) {
    expect(parseInput(DecisionQuery, { from })).toMatchObject({ from: atMs, limit: 50, order: "desc", from_index: 0 });
  }
  for (const query of [
    { from: "soon" },
    { from: "-5" },
    { to: "day 5" },
    { from: "2026-02-30" },
    { before: "0" },
    { limit: "501" },
    { kind: "none" },
    { form: "1" },
  ]) {
    expect(() => parseInput(DecisionQuery, query)).toThrow(Object.keys(query)[0]);
  }
});

test("a cost that is none is refused in words, not by the pattern that it is held against", () => {
  for (const cost of ["1.5", "-1", "01", "1e9", "9".repeat(32)]) {
    const ask = (): unknown => parseInput(DecisionQuery, { min_cost_pico_usd: cost });
    expect(ask).toThrow("Invalid 'min_cost_pico_usd': expected a whole number of pico-USD in digits.");
  }
});
