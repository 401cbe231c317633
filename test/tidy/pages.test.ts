import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ERROR_CODES } from "@signalbox/proto";
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

test("each link to a place in a page leads to a heading that is there", () => {
  const headings = new Map(
    PAGES.map(({ path, text }) => [path, [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) => anchorOf(title))]),
  );
  const links = PAGES.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g)].map(([, page = "", anchor = ""]) => ({
      page: page === "" ? path : join(dirname(path), page),
      anchor,
    })),
  );
  expect(links.length).toBeGreaterThan(3);
  expect(links.filter(({ page, anchor }) => headings.get(page)?.includes(anchor) !== true)).toEqual([]);
});

/** As GitHub makes it of a heading. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

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

test("CLIENTS.md lists every error code with its status, and every header of the line's own", () => {
  const page = readFileSync(join(ROOT, "CLIENTS.md"), "utf8");
  const told = [...page.matchAll(/^\| `([a-z-]+)` +\| (\d{3}) /gm)].map(([, code, http]) => [code, Number(http)]);
  const codes = Object.entries(ERROR_CODES).map(([code, { http }]) => [code, http]);
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(codes));
  const [, listed = ""] = /^## Headers\n([^]*?)^## /m.exec(page) ?? [];
  const named = sourceFiles()
    .filter(({ path }) => /^services\/ingress\/.*\.ts$/.test(path))
    .flatMap(({ text }) => [...text.matchAll(/"(x-signalbox-[a-z-]+)"/g)].map(([, name = ""]) => name));
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !listed.includes(`\`${name}`))).toEqual([]);
});
