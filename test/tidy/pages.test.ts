import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "./packages.ts";
import { sourceFiles } from "./source-files.ts";

const PAGES = sourceFiles().filter(({ path }) => path.endsWith(".md"));

test("each link of a page leads to a file", () => {
  const links = PAGES.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target = ""]) => ({ page: path, target })),
  ).filter(({ target }) => !/^[a-z]+:/.test(target));
  expect(links.length).toBeGreaterThan(20);
  expect(links.filter(({ page, target }) => !existsSync(join(ROOT, dirname(page), target)))).toEqual([]);
});

test("each place of the tree that a page names is there, written out or by how it begins", () => {
  const named = PAGES.flatMap(({ path, text }) =>
    [...text.matchAll(/`((?:infra|libs|proto|services|test)\/[^\s`<>]+)`/g)].map(([, place = ""]) => ({
      page: path,
      place,
    })),
  );
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter(({ place }) => globSync([place, `${place}*`], { cwd: ROOT }).length === 0)).toEqual([]);
});

test("each test that ARCHITECTURE.md gives for what it says is one of test/flow, where no folder stands before it", () => {
  const page = readFileSync(join(ROOT, "ARCHITECTURE.md"), "utf8");
  const word = "`[^`]+`(?: \\([^)]*\\))?";
  const evidence = [...page.matchAll(new RegExp(`— (${word}(?:(?:[,;]| and| to| in) ${word})*)`, "g"))]
    .flatMap(([, words = ""]) => [...words.matchAll(/`([^`]+)`/g)])
    .flatMap(([, name = ""]) => (name.includes("/") || /^-\d+$/.test(name) ? [] : [name]));
  expect(evidence.length).toBeGreaterThan(50);
  expect(evidence.filter((name) => !existsSync(join(ROOT, `test/flow/${name}.test.ts`)))).toEqual([]);
});
