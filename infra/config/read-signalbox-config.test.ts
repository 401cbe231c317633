import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ConfigError } from "./config-error.ts";
import { parseSignalboxConfig, placedInConfig, readSignalboxConfig } from "./read-signalbox-config.ts";

function problems(text: string): string[] {
  let message = "";
  try {
    parseSignalboxConfig(text, "signalbox.yaml");
  } catch (error) {
    message = error instanceof ConfigError ? error.message : `not a ConfigError: ${String(error)}`;
  }
  return message.split("\n");
}

test("an empty file is a whole config", () => {
  expect(parseSignalboxConfig("", "x")).toEqual(readSignalboxConfig(undefined));
  expect(parseSignalboxConfig("# nothing yet\n", "x").audit).toBe("async");
});

test("content of nobody may be said in a word", () => {
  const { content } = parseSignalboxConfig("retention: { content: none }", "x").retention;
  expect(content).toEqual(parseSignalboxConfig("", "x").retention.content);
  expect(content.tenants).toEqual([]);
  expect(problems("retention:\n  content: all")[0]).toMatch(/^signalbox.yaml:2: retention.content: /);
});

test("each problem is told with its own line, in the order of the file", () => {
  const text = ["audit: later", "", "limits:", "  bodyMaxBytes: lots", "policy:", "  planMax: 9"].join("\n");
  expect(problems(text)).toEqual([
    "signalbox.yaml:1: audit: expected async or sync",
    "signalbox.yaml:4: limits.bodyMaxBytes: expected a number",
    "signalbox.yaml:6: policy.planMax: expected at most 8",
  ]);
});

test("an unknown field is shown where its own name stands, with the one that was probably meant", () => {
  expect(problems("cache:\n  enabled: true\n  ttlSecond: 5\nprovider: {}\n")).toEqual([
    "signalbox.yaml:3: cache.ttlSecond: there is no such field: did you mean ttlSeconds?",
    "signalbox.yaml:4: provider: there is no such field: did you mean providers?",
  ]);
});

test("an unknown field that is like no other gets the list of those there are", () => {
  expect(problems("log:\n  colour: blue\n")).toEqual([
    "signalbox.yaml:2: log.colour: there is no such field: there are level, maxBytes",
  ]);
});

test("a provider is checked down to its models", () => {
  const text = [
    "providers:",
    "  mine:",
    "    baseUrl: ftp://x",
    "    models:",
    "      - id: a",
    "        context: -1",
  ].join("\n");
  const [first, second] = problems(text);
  expect(first).toMatch(/^signalbox\.yaml:3: providers\.mine\.baseUrl: /);
  expect(second).toMatch(/^signalbox\.yaml:(4|5|6): providers\.mine\.models/);
});

test("what is not YAML is told with its line", () => {
  expect(problems("audit: sync\ncache: {enabled: true\n")[0]).toMatch(/^signalbox\.yaml:\d: this is not YAML: /);
  expect(problems("audit: sync\naudit: async\n")[0]).toBe(
    "signalbox.yaml:2: this is not YAML: Map keys must be unique",
  );
});

test("a file that is not there is named", () => {
  expect(() => readSignalboxConfig("/nowhere/x.yaml")).toThrow("/nowhere/x.yaml: cannot be read");
});

test("what YAML means otherwise than it looks is told with its line and the fix", () => {
  expect(problems("audit: async\nregion: *eu\n")).toEqual([
    "signalbox.yaml:2: *eu refers to nothing: put a text that begins with an asterisk in quotes",
  ]);
  expect(problems("audit: async\npolicy:\n  allow: [*]\n")).toEqual([
    "signalbox.yaml:3: an asterisk alone: put it in quotes, as in ['*']",
  ]);
  expect(problems("audit: async\n---\naudit: sync\n")).toEqual([
    "signalbox.yaml:2: a second document begins here: remove the line `---`, the file is one document",
  ]);
  expect(parseSignalboxConfig("region: &here eu\nbrowserOrigins: ['*']\n", "x").region).toBe("eu");
});

test("what only a start can find wrong is told with the line of its field", () => {
  const dir = mkdtempSync(join(tmpdir(), "signalbox-config-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const file = join(dir, "box.yaml");
  writeFileSync(file, "audit: async\nproviders:\n  mine:\n    baseUrl: http://127.0.0.1:9/v1\n");
  const placed = (text: string): string => (placedInConfig(new ConfigError(text), file) as Error).message;
  expect(placed("providers.mine: its models cannot be listed")).toMatch(/box\.yaml:3: providers\.mine: its models/);
  expect(placed("providers.mine.apiKeyEnv names X, which is not set")).toMatch(/box\.yaml:3: /);
  expect(placed("providers.mine.baseUrl is missing")).toMatch(/box\.yaml:4: /);
  const other = new Error("no space left");
  expect(placedInConfig(other, file)).toBe(other);
});

test("an origin that cannot be one is told of in words", () => {
  expect(problems("browserOrigins: [app.example]")).toEqual([
    "signalbox.yaml:1: browserOrigins.0: expected an origin like https://app.example, in small letters and without a path, or '*' for any",
  ]);
});
