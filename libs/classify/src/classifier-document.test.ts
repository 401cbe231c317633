import { ClassifierDocument } from "@signalbox/proto";
import { expect, test } from "vitest";
import { canRun, CLASSIFIER_DOCUMENT } from "./classifier-document.ts";

test("the rules in force fit the contract of those that somebody brings, and are for this code", () => {
  const brought = ClassifierDocument.parse(JSON.parse(JSON.stringify(CLASSIFIER_DOCUMENT)));
  expect(brought).toEqual(CLASSIFIER_DOCUMENT);
  expect(canRun(brought)).toBe(true);
  expect(canRun({ ...brought, version: brought.version + 1 })).toBe(false);
  expect(canRun({ ...brought, tokenizer: "another" })).toBe(false);
});
