import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { ROOT } from "./packages.ts";

test("the generated code is the one that the .proto files make; `npm run gen` writes it", async () => {
  const dir = mkdtempSync(join(tmpdir(), "signalbox-gen-"));
  try {
    for (const name of ["buf.yaml", "buf.gen.yaml", "signalbox"]) {
      cpSync(join(ROOT, "proto", name), join(dir, "proto", name), { recursive: true });
    }
    // The template names its plugin by a path from the root.
    symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
    const bin = join(ROOT, "node_modules/.bin");
    const env = { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}` };
    await promisify(execFile)(join(bin, "buf"), ["generate"], { cwd: join(dir, "proto"), env, timeout: 60_000 });
    expect(contents(join(ROOT, "proto/src/gen"))).toEqual(contents(join(dir, "proto/src/gen")));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}, 60_000);

function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"));
  expect(files.length).toBeGreaterThan(0);
  return Object.fromEntries(files.toSorted().map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}
