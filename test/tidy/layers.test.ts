import { expect, test } from "vitest";
import { packagesBelow, readPackage } from "./packages.ts";
import { sourceFiles } from "./source-files.ts";

const libs = packagesBelow("libs");
const services = packagesBelow("services");
const FILES = sourceFiles();
const libNames = libs.map(({ name }) => name);

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

test.each([readPackage("proto"), ...libs, ...services, readPackage("infra"), readPackage("test")])(
  "$path imports all that its manifest names",
  ({ path, dependencies }) => {
    const imported = FILES.filter((file) => file.path.startsWith(`${path}/`) && file.path.endsWith(".ts"))
      .flatMap(({ text }) => [...text.matchAll(/"((?:@[\w.-]+\/)?[\w.-]+)(?:\/[^"\s]*)?"/g)])
      .map((match) => match[1]);
    expect(dependencies.filter((name) => !imported.includes(name))).toEqual([]);
  },
);

test("no file reaches into another package by its path", () => {
  const reaching = FILES.filter(({ path }) => /^(libs|services)\/[^/]+\/src\/.*\.ts$/.test(path)).flatMap(
    ({ path, text }) => {
      const depth = path.split("/").length - 3;
      const out = new RegExp(`from "(\\.\\./){${depth + 1},}`);
      return out.test(text) ? [path] : [];
    },
  );
  expect(reaching).toEqual([]);
});

test("only the kit touches the NATS client among what runs in services", () => {
  const users = FILES.filter(({ path }) => /^(libs|services|proto)\/.*\.ts$/.test(path) && !path.endsWith(".test.ts"))
    .filter(({ path, text }) => !path.startsWith("libs/kit/") && /from "nats"/.test(text))
    .map(({ path }) => path);
  expect(users).toEqual([]);
});
