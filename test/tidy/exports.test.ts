import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "./packages.ts";
import { type SourceFile, sourceFiles } from "./source-files.ts";

type Import = { readonly from: string; readonly names: readonly string[] };

/** Kysely, Vitest and esbuild find these by the path of their file. */
const FOUND_BY_PATH =
  /^(?:infra\/postgres\/migrations\/.*|test\/kit\/global-setup|libs\/decision\/src\/cel-globals)\.ts$/;
const GENERATED = /\/gen\//;
const WHOLE = "*";
const FILES = sourceFiles().filter(({ path }) => path.endsWith(".ts"));

test("what a file exports is imported by another", () => {
  const imported = importedNames();
  const stray = FILES.filter(({ path }) => !FOUND_BY_PATH.test(path) && !GENERATED.test(path))
    .filter(({ path }) => !imported.has(`${path} ${WHOLE}`))
    .flatMap((file) => exportsOf(file).map((name) => `${file.path} ${name}`))
    .filter((each) => !imported.has(each));
  expect(stray).toEqual([]);
});

/** `path name` of each name that a file imports, there and in what that path passes on whole. */
function importedNames(): Set<string> {
  const passedOn = new Map(FILES.map((file) => [file.path, starsOf(file)]));
  const imported = new Set<string>();
  const mark = (path: string, name: string): void => {
    imported.add(`${path} ${name}`);
    for (const from of passedOn.get(path) ?? []) mark(from, name);
  };
  for (const file of FILES)
    for (const { from, names } of importsOf(file)) for (const name of names) mark(pathOf(from, file.path), name);
  return imported;
}

/** By the names that importers know: those declared, and those listed. */
function exportsOf({ text }: SourceFile): string[] {
  const declared = /^export (?:abstract |async )*(?:function\*?|const|let|class|type|interface) ([\w$]+)/gm;
  const names = [...text.matchAll(declared)].map(([, name = ""]) => name);
  const lists = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)];
  return [...names, ...lists.flatMap(([, list = ""]) => wordsOf(list).map((words) => words.at(-1) ?? ""))];
}

function starsOf({ path, text }: SourceFile): string[] {
  return [...text.matchAll(/^export \* from "([^"]+)"/gm)].map(([, from = ""]) => pathOf(from, path));
}

/** By statements, which list what they take, and by `import()`, which takes a module whole unless a list or a member follows. */
function importsOf({ text }: SourceFile): Import[] {
  const statements = text.matchAll(/\b(?:import|export) (?:type )?\{([^}]*)\} from "([^"]+)"/g);
  const calls = text.matchAll(/(?:\{([^{}]*)\} = await )?\bimport\("([^"]+)"\)(?:\)?\.(\w+))?/g);
  return [...statements, ...calls].map(([, list, from = "", member]) => ({
    from,
    names: list === undefined ? [member ?? WHOLE] : wordsOf(list).map(([name = ""]) => name),
  }));
}

/** `{ a, type B as C }` is `[["a"], ["B", "as", "C"]]`. */
function wordsOf(list: string): string[][] {
  const items = list.split(",").map((item) => item.trim().replace(/^type /, ""));
  return items.filter(Boolean).map((item) => item.split(/\s+/));
}

/** From the root; what lies outside of the workspace keeps its name. */
function pathOf(from: string, importer: string): string {
  if (from.startsWith(".")) return join(dirname(importer), from);
  return from.startsWith("@signalbox/") ? relative(ROOT, createRequire(join(ROOT, importer)).resolve(from)) : from;
}
