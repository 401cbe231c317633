import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { scan, type Guard } from "@signalbox/guard";

const ENDINGS = /\.(?:js|cjs|mjs|ts|cts|mts|json|md|ya?ml|txt)$/;
const FILE_MAX_BYTES = 2 * 1024 * 1024;

export type FalseAlarms = {
  readonly files: number;
  readonly lines: number;
  /** `type path`, and how often. */
  readonly alarms: ReadonlyMap<string, number>;
};

/** Scans the packages that are installed, the lock file and the documentation for secrets. */
export function falseAlarms(root: string, guard: Guard): FalseAlarms {
  let files = 0;
  let lines = 0;
  const alarms = new Map<string, number>();
  for (const file of corpus(root)) {
    const text = readFileSync(file, "utf8");
    files += 1;
    lines += text.split("\n").length;
    for (const { type } of scan(text, guard)) {
      const key = `${type} ${file.slice(root.length + 1).replace(/^node_modules\/\.pnpm\/[^/]+\/node_modules\//, "")}`;
      alarms.set(key, (alarms.get(key) ?? 0) + 1);
    }
  }
  return { files, lines, alarms };
}

/** pnpm keeps every package once below `.pnpm`; the links to it are not followed. */
function* corpus(root: string): Iterable<string> {
  for (const name of readdirSync(root)) if (/\.(?:md|ya?ml)$/.test(name)) yield join(root, name);
  yield* filesBelow(join(root, "node_modules/.pnpm"));
}

function* filesBelow(folder: string): Iterable<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile() && ENDINGS.test(entry.name) && statSync(path).size <= FILE_MAX_BYTES) yield path;
  }
}
