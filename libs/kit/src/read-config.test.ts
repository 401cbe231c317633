import { expect, test } from "vitest";
import { z } from "zod";
import { ConfigError, parseConfig, readConfig } from "./read-config.ts";

const Config = z.strictObject({
  http: z.strictObject({ port: z.int().max(65_535).default(1) }).prefault({}),
  name: z.string().default("n"),
});

function problemOf(text: string): string {
  try {
    parseConfig(Config, text, "box.yaml");
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "no problem";
}

test("without a file every field takes its default", () => {
  expect(readConfig(Config, [])).toEqual({ http: { port: 1 }, name: "n" });
});

test("a wrong value is named with its line and path", () => {
  expect(problemOf("name: x\nhttp:\n  port: many\n")).toMatch(/^box\.yaml:3: http\.port: .*number/);
});

test("a field that does not exist is named with the line and what to do", () => {
  expect(problemOf("name: x\nhttpp:\n  port: 1\n")).toMatch(/^box\.yaml:\d: \(top level\): .*"httpp".*Remove it/);
});

test("broken YAML and doubled keys are named with their line", () => {
  expect(problemOf("name: x\nname: y\n")).toMatch(/^box\.yaml:2: /);
  expect(problemOf("name: [1,\n")).toMatch(/^box\.yaml:\d: /);
});

test("a JSON file is read as such, and what is wrong in it is named with its line all the same", () => {
  expect(parseConfig(Config, '{"name": "x",\n"http": {"port": 2}}', "box.json")).toEqual({
    http: { port: 2 },
    name: "x",
  });
  expect(() => parseConfig(Config, '{"name": "x",\n"http": {"port": "many"}}', "box.json")).toThrow(
    /^box\.json:2: http\.port/,
  );
  expect(() => parseConfig(Config, '{"name": ', "box.json")).toThrow(/^box\.json:1: /);
});

test("a file that is not there and a missing path are config errors", () => {
  expect(() => readConfig(Config, ["--config", "/nowhere/box.yaml"])).toThrow(/\/nowhere\/box\.yaml: cannot be read/);
  expect(() => readConfig(Config, ["--config"])).toThrow(/needs the path/);
});

test("a word on the command line that means nothing is a config error, so that a slip starts nothing", () => {
  expect(() => readConfig(Config, ["--chek"])).toThrow(/no option '--chek'/);
  expect(() => readConfig(Config, ["--config", "/nowhere/box.yaml", "extra"])).toThrow(/no option 'extra'/);
  expect(readConfig(Config, ["--check", "--held"])).toEqual({ http: { port: 1 }, name: "n" });
});
