import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { renderFailure } from "./failure.ts";

function thrownBy(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

test("a folder that cannot be written is named, with what to look at, and without a stack", () => {
  const folder = join(import.meta.filename, "export");
  const said = renderFailure(
    thrownBy(() => mkdirSync(folder)),
    false,
  );
  expect(said).toBe(
    `signalbox: ENOTDIR: not a directory, mkdir '${folder}'.\nCheck the path, and that you may read and write there.`,
  );
});

test("a defect is told with its stack", () => {
  expect(renderFailure(new Error("a defect"), false)).toContain("failure.test.ts");
});
