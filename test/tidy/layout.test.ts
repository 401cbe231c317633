import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FLOW, REQUEST_SUBJECTS, STAGES } from "@signalbox/proto";
import { expect, test } from "vitest";
import { ROOT, packagesBelow } from "./packages.ts";
import { sourceFiles } from "./source-files.ts";

const MAIN_MAX_LINES = 15;
const FILES = sourceFiles();

test("the flow and the folders name the same services", () => {
  expect(
    packagesBelow("services")
      .map(({ path }) => path.slice("services/".length))
      .toSorted(),
  ).toEqual([...STAGES].toSorted());
});

test("each stage consumes what the one before it emits", () => {
  for (const [index, step] of FLOW.entries()) {
    const next = FLOW[index + 1];
    if (next === undefined || !next.consumes?.startsWith("request.")) continue;
    expect(next.consumes).toBe(step.emits);
    expect(Object.keys(REQUEST_SUBJECTS)).toContain(next.consumes.slice("request.".length));
  }
});

test.each(STAGES.map((stage) => [stage]))("services/%s is a main, a config and a service", (stage) => {
  const src = join(ROOT, "services", stage, "src");
  for (const file of ["main.ts", "config.ts", "service.ts"])
    expect([file, existsSync(join(src, file))]).toEqual([file, true]);
  const lines = readFileSync(join(src, "main.ts"), "utf8").trimEnd().split("\n");
  expect(lines.length).toBeLessThanOrEqual(MAIN_MAX_LINES);
});

test("no file has a name that says nothing of what is in it", () => {
  const nameless = /(^|\/)(utils?|types|interfaces|helpers?|common|misc)\.ts$/;
  expect(FILES.filter(({ path }) => nameless.test(path))).toEqual([]);
});

test("private members are #x, and only a constructor may be private by its word", () => {
  const word = /^ +(?:private|protected|public) (?!constructor\()/m;
  const found = FILES.filter(({ path, text }) => path.endsWith(".ts") && !path.includes("/gen/") && word.test(text));
  expect(found.map(({ path }) => path)).toEqual([]);
});

test("no test stands in for a module", () => {
  const mock = /\bvi\.(?:mock|doMock)\(/;
  const found = FILES.filter(({ path, text }) => path.endsWith(".ts") && mock.test(text));
  expect(found.map(({ path }) => path)).toEqual([]);
});
