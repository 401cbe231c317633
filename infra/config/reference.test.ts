import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseSignalboxConfig, readSignalboxConfig } from "./read-signalbox-config.ts";
import { REFERENCE_FILE, renderReference } from "./reference.ts";

test("the reference is the one that the schema makes; `npm run gen` writes it", () => {
  expect(readFileSync(REFERENCE_FILE, "utf8")).toBe(renderReference());
});

test("every field of the reference says what it means", () => {
  const rows = renderReference()
    .split("\n")
    .filter((line) => line.startsWith("| `"));
  expect(rows.length).toBeGreaterThan(40);
  expect(rows.filter((row) => /\|\s*\|$/.test(row))).toEqual([]);
});

test("the example holds every field, each with its default outside of the providers", () => {
  const file = join(import.meta.dirname, "signalbox.example.yaml");
  const { providers, ...rest } = parseSignalboxConfig(readFileSync(file, "utf8"), file);
  const { providers: _none, ...defaults } = readSignalboxConfig(undefined);
  expect(rest).toEqual(defaults);
  expect(Object.keys(providers)).toEqual(["deepseek", "workshop"]);
  for (const field of Object.keys(defaults)) expect(readFileSync(file, "utf8")).toContain(`\n${field}:`);
});
