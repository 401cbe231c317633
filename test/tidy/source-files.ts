import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./packages.ts";

export type SourceFile = { readonly path: string; readonly text: string };

/** Every text file of the checkout that git keeps or would keep, from the root. */
export function sourceFiles(): SourceFile[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return [...new Set(listed.split("\0"))].filter(Boolean).flatMap((path) => {
    const bytes = readIfThere(join(ROOT, path));
    return bytes === null || bytes.includes(0) ? [] : [{ path, text: bytes.toString("utf8") }];
  });
}

/** A file that git still lists may have been removed from the tree. */
function readIfThere(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}
