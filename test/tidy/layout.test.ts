import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { FLOW, REQUEST_SUBJECTS, STAGES } from "@signalbox/proto";
import { expect, test } from "vitest";
import { ROOT, packagesBelow } from "./packages.ts";

const MAIN_MAX_LINES = 15;

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

test.each(["utils.ts", "types.ts", "interfaces.ts", "helpers.ts"])("no file is called %s", (name) => {
  const found = ["proto", "libs", "services", "infra", "test"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => !path.includes("node_modules") && path.split("/").at(-1) === name)
      .map((path) => `${folder}/${path}`),
  );
  expect(found).toEqual([]);
});
