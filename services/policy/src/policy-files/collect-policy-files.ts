import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { PolicyFile } from "@signalbox/proto";

const FILE = /\.(ya?ml|json)$/;

/** The policy's files at a path: the file itself, or all YAML and JSON files of a folder. Throws when there is none. */
export async function collectPolicyFiles(path: string): Promise<PolicyFile[]> {
  if (!(await stat(path)).isDirectory()) return [{ name: basename(path), text: await readFile(path, "utf8") }];
  const names = (await readdir(path)).filter((name) => FILE.test(name) && !name.startsWith(".")).toSorted();
  if (names.length === 0) throw new Error(`${path} holds no .yaml, .yml or .json file`);
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(join(path, name), "utf8") })));
}
