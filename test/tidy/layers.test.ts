import { expect, test } from "vitest";
import { packagesBelow, readPackage } from "./packages.ts";
import { type SourceFile, sourceFiles } from "./source-files.ts";

const libs = packagesBelow("libs");
const services = packagesBelow("services");
const FILES = sourceFiles();
const libNames = libs.map(({ name }) => name);
const shipped = [readPackage("proto"), ...libs, ...services, readPackage("infra")];
/** What the root installs for tests lies within reach of every file. */
const TEST_FILE = /\.(?:test|test-kit)\.ts$|\/__fixtures__\//;

/** Pure libraries import nothing that does I/O, so of the workspace they know the contracts and each other alone. */
const IMPURE = "@signalbox/kit";

test("proto depends on no other package of the workspace", () => {
  expect(readPackage("proto").inside).toEqual([]);
});

test.each(libs)("$path knows proto and libraries alone", ({ name, inside }) => {
  const allowed = ["@signalbox/proto", ...libNames.filter((lib) => lib !== IMPURE && lib !== name)];
  expect(inside.filter((each) => !allowed.includes(each))).toEqual([]);
});

test.each(services)("$path knows proto and libraries, and no other service", ({ inside }) => {
  const allowed = ["@signalbox/proto", ...libNames];
  expect(inside.filter((each) => !allowed.includes(each))).toEqual([]);
});

test.each([...shipped, readPackage("test")])("$path imports all that its manifest names", ({ path, dependencies }) => {
  const named = filesOf(path).flatMap(({ text }) => [...text.matchAll(/"((?:@[\w.-]+\/)?[\w.-]+)(?:\/[^"\s]*)?"/g)]);
  const imported = named.map((match) => match[1]);
  expect(dependencies.filter((name) => !imported.includes(name))).toEqual([]);
});

test.each(shipped)("$path imports nothing that its manifest does not name", ({ path, name, dependencies }) => {
  const known = [name, ...dependencies];
  const strangers = filesOf(path)
    .filter((file) => !TEST_FILE.test(file.path))
    .flatMap((file) => packagesImportedBy(file).map((imported) => ({ file: file.path, imported })))
    .filter(({ imported }) => !known.includes(imported));
  expect(strangers).toEqual([]);
});

test.each([readPackage("."), ...shipped, readPackage("test")])("$path takes versions from the catalogue", (each) => {
  const own = Object.entries(each.versions).filter(
    ([name, version]) => version !== (name.startsWith("@signalbox/") ? "workspace:*" : "catalog:"),
  );
  expect(own).toEqual([]);
});

test.each(shipped)("$path reaches into no other package by the path of a file", ({ path }) => {
  const reaching = filesOf(path)
    // Tests of what starts the services may compare with what lies in them.
    .filter((file) => path !== "infra" || !TEST_FILE.test(file.path))
    .filter((file) => {
      const depth = file.path.slice(path.length).split("/").length - 1;
      return new RegExp(`(?:from |import\\()"(\\.\\./){${depth},}`).test(file.text);
    });
  expect(reaching.map((file) => file.path)).toEqual([]);
});

test("only the kit touches the NATS client among what runs in services", () => {
  const users = FILES.filter(({ path }) => /^(libs|services|proto)\/.*\.ts$/.test(path) && !path.endsWith(".test.ts"))
    .filter(({ path, text }) => !path.startsWith("libs/kit/") && /from "nats"/.test(text))
    .map(({ path }) => path);
  expect(users).toEqual([]);
});

function filesOf(folder: string): SourceFile[] {
  return FILES.filter(({ path }) => path.startsWith(`${folder}/`) && path.endsWith(".ts"));
}

/** By their names in the registry: neither Node's own modules nor files. */
function packagesImportedBy({ text }: SourceFile): string[] {
  const imports = /(?:\bfrom |\bimport |\bimport\()"((?:@[\w-][\w.-]*\/)?[\w-][\w.-]*)(?:\/[^"\s]*)?"/g;
  return [...text.matchAll(imports)].flatMap(([, name = ""]) => (name === "" ? [] : [name]));
}
