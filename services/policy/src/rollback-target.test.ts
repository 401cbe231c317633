import { expect, test } from "vitest";
import { rollbackTarget } from "./rollback-target.ts";

const applied = { version: "sha256:aa11", document: "sha256:d1" };
const later = { version: "sha256:aa22", document: "sha256:d2" };
const configured = { version: null, document: "sha256:d0" };

test("without a name it is what was in force before the present version, however often that was applied", () => {
  expect(rollbackTarget([later, later, applied], null)).toEqual({ kind: "found", version: applied.version });
  expect(rollbackTarget([applied, configured, later], null)).toEqual({ kind: "found", version: null });
});

test("before the first version there was the configuration alone", () => {
  expect(rollbackTarget([applied], null)).toEqual({ kind: "found", version: null });
});

test("a version is named by the beginning of its digest, or of the document that it made", () => {
  expect(rollbackTarget([later, applied], "aa1")).toEqual({ kind: "found", version: applied.version });
  expect(rollbackTarget([later, applied], "sha256:d1")).toEqual({ kind: "found", version: applied.version });
  expect(rollbackTarget([later, configured], "d0")).toEqual({ kind: "found", version: null });
});

test("nothing to go back to, no such version and several of them are told apart", () => {
  expect(rollbackTarget([], null)).toMatchObject({ kind: "none", code: "unprocessable" });
  expect(rollbackTarget([later, applied], "bb")).toMatchObject({ kind: "none", code: "not-found" });
  expect(rollbackTarget([later, applied], "aa")).toMatchObject({
    code: "unprocessable",
    message: "aa is the beginning of 2 versions. Write more of it.",
  });
});
