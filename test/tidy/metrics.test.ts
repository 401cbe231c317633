import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "./packages.ts";
import { sourceFiles } from "./source-files.ts";

test("each metric stands in infra/METRICS.md, and nothing stands there that is none", () => {
  const named = sourceFiles()
    .filter(({ path }) => /^services\/.*\.ts$/.test(path) && !path.endsWith(".test.ts"))
    .flatMap(({ text }) => [...text.matchAll(/name: "(signalbox_\w+)"/g)].map((match) => match[1]));
  const page = readFileSync(join(ROOT, "infra/METRICS.md"), "utf8");
  const told = [...page.matchAll(/^\| `(signalbox_\w+)`/gm)].map((match) => match[1]);
  expect(named.length).toBeGreaterThan(20);
  expect(new Set(told)).toEqual(new Set(named));
  expect(told.length).toBe(named.length);
});
