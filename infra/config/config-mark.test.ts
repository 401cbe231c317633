import { expect, test } from "vitest";
import { configDigest } from "./config-mark.ts";
import { parseSignalboxConfig } from "./read-signalbox-config.ts";

function digestOf(text: string): string {
  return configDigest(parseSignalboxConfig(text, "signalbox.yaml"));
}

const PROVIDER = "providers:\n  mine:\n    baseUrl: https://api.example.com/v1\n";

test("what a file does not say and what it says of its own accord are the same when they mean the same", () => {
  expect(digestOf("")).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(digestOf("audit: async\n")).toBe(digestOf("# nothing\n"));
  expect(digestOf("audit: sync\n")).not.toBe(digestOf(""));
});

test("a key tells nothing of itself, and that there is one does", () => {
  const one = digestOf(`${PROVIDER}    apiKey: sk-one\n`);
  expect(digestOf(`${PROVIDER}    apiKey: sk-two\n`)).toBe(one);
  expect(digestOf(PROVIDER)).not.toBe(one);
  const header = digestOf(`${PROVIDER}    headers: { x-secret: a }\n`);
  expect(digestOf(`${PROVIDER}    headers: { x-secret: b }\n`)).toBe(header);
  expect(digestOf(`${PROVIDER}    headers: { x-other: a }\n`)).not.toBe(header);
});
