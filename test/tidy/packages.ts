import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "../..");

type Manifest = { readonly name: string; readonly dependencies?: Readonly<Record<string, string>> };

/** A workspace package: its folder from the root, what it depends on, and what of that is of the workspace. */
export type Package = {
  readonly path: string;
  readonly name: string;
  readonly dependencies: readonly string[];
  readonly inside: readonly string[];
};

export function packagesBelow(folder: "libs" | "services"): Package[] {
  return readdirSync(join(ROOT, folder))
    .map((name) => `${folder}/${name}`)
    .filter((path) => existsSync(join(ROOT, path, "package.json")))
    .map(readPackage);
}

export function readPackage(path: string): Package {
  const { name, dependencies = {} } = JSON.parse(readFileSync(join(ROOT, path, "package.json"), "utf8")) as Manifest;
  const names = Object.keys(dependencies);
  return { path, name, dependencies: names, inside: names.filter((each) => each.startsWith("@signalbox/")) };
}
