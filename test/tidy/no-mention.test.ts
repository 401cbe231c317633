import { expect, test } from "vitest";
import { sourceFiles } from "./source-files.ts";

/** The one file that may look beside the repository; everything else takes folders from the environment. */
const MAY_LOOK_BESIDE = ".ci/run";
// Put together here, so that this file does not hold what it looks for.
const BESIDE = ["..", "shared"].join("/");

test(`only ${MAY_LOOK_BESIDE} names the folder beside the repository`, () => {
  const found = sourceFiles().filter(({ path, text }) => path !== MAY_LOOK_BESIDE && text.includes(BESIDE));
  expect(found.map(({ path }) => path)).toEqual([]);
});

test("no file holds a private key or a key of a known form", () => {
  const secret =
    /-----BEGIN [A-Z ]*PRIVATE KEY-----\n[A-Za-z0-9+/]{40}|\bSU[A-Z2-7]{56}\b|\bsk-sb-[0-9a-f]{12}-[A-Za-z0-9_-]{43}\b/;
  const found = sourceFiles().filter(({ text }) => secret.test(text));
  expect(found.map(({ path }) => path)).toEqual([]);
});
