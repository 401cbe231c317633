import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "../..");

type Versions = Readonly<Record<string, string>>;
type Manifest = { readonly name: string; readonly dependencies?: Versions; readonly devDependencies?: Versions };

/** A package of the workspace: its folder from the root, what it depends on, and what of that is of the workspace. */
type Package = {
  readonly path: string;
  readonly name: string;
  readonly dependencies: readonly string[];
  readonly inside: readonly string[];
  /** As the manifest words them, those for development too. */
  readonly versions: Versions;
};

export function packagesBelow(folder: "libs" | "services"): Package[] {
  return readdirSync(join(ROOT, folder))
    .map((name) => `${folder}/${name}`)
    .filter((path) => existsSync(join(ROOT, path, "package.json")))
    .map(readPackage);
}

export function readPackage(path: string): Package {
  const manifest = JSON.parse(readFileSync(join(ROOT, path, "package.json"), "utf8")) as Manifest;
  const { name, dependencies = {}, devDependencies = {} } = manifest;
  const names = Object.keys(dependencies);
  const inside = names.filter((each) => each.startsWith("@signalbox/"));
  return { path, name, dependencies: names, inside, versions: { ...dependencies, ...devDependencies } };
}
